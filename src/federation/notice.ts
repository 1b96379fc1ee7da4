/** What gateways tell each other outside of any exchange: a small statement signed by one for the other, on one link, and believed only at once. */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { parseJws, signJws, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { nonce } from '../platform/ids.ts';
import type { Link } from './link.ts';
import type { Side } from './seal.ts';

/** Bytes of a notice. */
export const MAX_NOTICE_BYTES = 4096;
/** Milliseconds that the time of signing may differ from ours, either way. */
const TOLERANCE_MS = 60_000;

export interface Between {
  readonly link: Link;
  readonly side: Pick<Side, 'trust' | 'statementKey'>;
}

/** A digest, an identity or a nonce. */
export const digest = v.pipe(v.string(), v.regex(BASE64URL_32));
/** Claims of every notice, beside `link`: the id of the link, or an object that has it. */
export const noticeHead = { iss: v.string(), aud: v.string(), iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), nonce: digest };

interface Head {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly nonce: string;
  readonly link: string | { readonly id: string };
}

/** `identity`, `kid`: of the statement. */
export interface OpenedNotice<C> {
  readonly claims: C;
  /** The claims without the head. */
  readonly notice: Omit<C, keyof typeof noticeHead | 'link'>;
  readonly identity: string;
  readonly kid: string;
}

/** `claims` beside the head; `link` among them stands in place of the link's id. `now`: UTC milliseconds. */
export function signNotice(typ: string, { link, side }: Between, claims: object, now: number): Promise<string> {
  const head = { iss: link.versions[0].us.entity, aud: link.peer, iat: Math.floor(now / 1000), nonce: nonce(), link: link.id };
  return signJws(typ, canonicalJson({ ...head, ...claims }), side.statementKey);
}

/** What the peer of the link signed just now. Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`. */
export function openNotice<C extends Head>(compact: string, typ: string, schema: v.GenericSchema<unknown, C>, { link, side }: Between, now: number): OpenedNotice<C> {
  const jws = parseJws(compact, MAX_NOTICE_BYTES);
  const parsed = jws.typ === typ ? v.safeParse(schema, read(jws.payload)) : undefined;
  if (parsed?.success !== true) throw new CausewayError('statement-malformed', `not a ${typ}`);
  const claims = parsed.output;
  const { iss, aud, iat, nonce: _, link: named, ...notice } = claims;
  verifyJws(jws, side.trust.statementKey(jws.kid, iat * 1000, now));
  if (iss !== link.peer || aud !== link.versions[0].us.entity || (typeof named === 'string' ? named : named.id) !== link.id) throw new CausewayError('wrong-audience', `a ${typ} between other gateways, or on another link`);
  // Age alone keeps an old one from being used after keys were changed.
  if (Math.abs(now - iat * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', `a ${typ} that was not signed just now`);
  return { claims, notice, identity: jws.identity, kid: jws.kid };
}

function read(payload: Uint8Array): unknown {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
}
