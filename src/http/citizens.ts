/**
 * The citizen's view on the domestic listener: the one with mutual TLS towards our own country, where those who may ask are. Its form is that of the data tracker's findUsage;
 * the person stands in the body, since URLs end up in the logs of whatever is on the way.
 */
import type { Context, Middleware } from 'koa';
import { parseMemberPath, sameMember } from '../ecosystems/xroad-identifiers.ts';
import { CODES, CausewayError, asCausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { MAX_LOOK_UP_BYTES, readLookUp } from '../evidence/look-up.ts';
import type { CitizenView } from '../exchange/citizen-view.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { DomesticMember } from '../stages.ts';
import { readBody } from './body.ts';
import { connectionIdentity } from './peer-certificate.ts';

export const FIND_USAGE_PATH = '/citizens/v2/findUsage';

export interface CitizensOptions {
  readonly view: CitizenView;
  /** Who may ask, and keys (base64 SHA-256) that speak for it alone. */
  readonly authorities: readonly { readonly member: DomesticMember; readonly pins: readonly string[] }[];
  /** Keys of security servers: they speak for the member that X-Road-Client names. */
  readonly securityServers: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Status of an answer that is none. */
const STATUS: Partial<Record<ErrorCode, number>> = { 'connection-untrusted': 403, 'not-allowed': 403, 'unknown-member': 403, 'malformed': 400, 'too-large': 413, 'quota-exceeded': 429, 'store-unavailable': 503, 'draining': 503 };

/** Answers look-ups, and lets everything else pass. */
export function citizens(options: CitizensOptions): Middleware {
  return async (context, next) => {
    if (context.path !== FIND_USAGE_PATH) {
      await next();
      return;
    }
    try {
      context.body = await answer(context, options);
    } catch (thrown) {
      refuse(context, asCausewayError(thrown), options.log);
    }
  };
}

/** The caller is known before a byte of the body is read. */
async function answer(context: Context, { view, ...who }: CitizensOptions): Promise<object> {
  const authority = authorityOf(context, who);
  if (context.method !== 'POST') {
    context.set('allow', 'POST');
    throw new CausewayError('malformed', `${context.method} of the citizen's view`, { facts: { hint: 'POST it: the person must not stand in a URL.' } });
  }
  return view.findUsage({ authority, ...readLookUp(await readBody(context.req, MAX_LOOK_UP_BYTES)) });
}

function authorityOf(context: Context, { authorities, securityServers, clock }: Omit<CitizensOptions, 'view'>): DomesticMember {
  const identity = connectionIdentity(context.req);
  const now = clock.now();
  const own = authorities.filter(({ pins }) => identity !== undefined && pins.includes(identity.pin));
  const vouched = identity !== undefined && securityServers.includes(identity.pin);
  if (identity === undefined || (own.length === 0 && !vouched)) throw new CausewayError('connection-untrusted', 'the connection shows no certificate of an authority that may look up citizens');
  if (now < identity.validFrom || now >= identity.validTo) throw new CausewayError('connection-untrusted', 'the certificate of the connection is out of its time');
  const named = context.get('x-road-client');
  const allowed = own.length > 0 ? own : authorities;
  const found = named === '' && !vouched ? own[0] : allowed.find(({ member }) => named !== '' && sameMember(member, parseMemberPath(named, 'X-Road-Client')));
  if (found === undefined) throw new CausewayError('not-allowed', 'the member that asks may not look up citizens', { facts: { hint: 'Only the authorities that this gateway names may ask.' } });
  return found.member;
}

/** RFC 9457. */
function refuse(context: Context, error: CausewayError, log: Logger): void {
  const { code, publicText, facts: { field, until } } = error;
  log.info({ code, err: error }, "a look-up of the citizen's view is refused");
  context.status = context.method === 'POST' || code !== 'malformed' ? (STATUS[code] ?? 500) : 405;
  context.type = 'application/problem+json';
  context.body = JSON.stringify({ type: 'about:blank', title: CODES[code].text, status: context.status, code, detail: publicText, ...(field === undefined ? {} : { field }), ...(until === undefined ? {} : { until }) });
}
