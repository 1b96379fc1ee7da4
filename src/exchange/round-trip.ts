/**
 * The echo through both security servers: the gateway asks the peer's echo at its own security server, as any information system of its country would. What arrives at our domestic
 * listener then is an ordinary request, and crosses as an ordinary exchange.
 */
import { CausewayError, ServiceFaulted, asCausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { faultName, ownRefusal } from '../ecosystems/own-refusal.ts';
import type { OwnRefusal } from '../ecosystems/own-refusal.ts';
import { parseMemberPath } from '../ecosystems/xroad-identifiers.ts';
import type { Handover } from '../ecosystems/calling-home.ts';
import type { Dialect } from '../ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import type { Grant, Link } from '../federation/link.ts';
import { tokenOf } from '../mapping/echo.ts';
import type { ExportedService, IdentifierMap, ImportedService } from '../mapping/mappings.ts';
import type { Clock } from '../platform/clock.ts';
import { exchangeId, nonce } from '../platform/ids.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { DialectName } from '../stages.ts';
import { authoriseOutbound } from './authorise.ts';
import { inForce } from './mappings/revision.ts';
import { packed, unpackReply } from './packing.ts';

/** Where an echo that does not come back ended, and so whose turn it is. */
export type RoundTripHop = 'our-server' | 'our-gateway' | 'link' | 'peer-gateway' | 'peer-server';

export interface RoundTrip {
  /** Absent: it came back. */
  readonly failed?: RoundTripHop;
  readonly ms: number;
  /** For operators. */
  readonly text: string;
}

export interface RoundTripParts {
  readonly clock: Clock;
  readonly country: string;
  readonly identifiers: Pick<IdentifierMap, 'toFederated'>;
  imported(): readonly ImportedService[];
  dialect(name: DialectName): Dialect;
  policy(form: Grant['proof'], connection: string): ProofPolicy;
  handover(service: Pick<ExportedService, 'service'>): Handover;
  readonly xml: XmlLimits;
  scope(): SpoolScope;
}

/** Beyond the budget of the exchange: for our security server. */
const AT_HOME_MS = 5000;
/** Where a leg refuses requests without an end user. */
const NOBODY = 'causeway-echo';

/** Undefined where the settings of the link name no echo. `stop` ends the waiting. Never throws but for a bug of ours. */
export async function roundTrip(link: Link, stop: AbortSignal, parts: RoundTripParts): Promise<RoundTrip | undefined> {
  const { echo } = link.settings;
  if (echo === undefined) return undefined;
  const begun = parts.clock.monotonic();
  const scope = parts.scope();
  try {
    await ask(link, echo, { scope, stop }, parts);
    return { ms: elapsed(begun, parts), text: `from our security server to ${echo.service} and back` };
  } catch (thrown) {
    return { ms: elapsed(begun, parts), ...failureOf(asCausewayError(thrown), parts.country) };
  } finally {
    await scope.dispose();
  }
}

async function ask(link: Link, echo: NonNullable<Link['settings']['echo']>, { scope, stop }: { readonly scope: SpoolScope; readonly stop: AbortSignal }, parts: RoundTripParts): Promise<void> {
  const now = parts.clock.now();
  const client = parseMemberPath(echo.client, 'settings.echo.client');
  const service = parts.imported().find((one) => one.service === echo.service);
  if (service === undefined) throw new CausewayError('unknown-service', `services.yaml has no ${echo.service}`);
  const { grant, version } = authoriseOutbound(parts.identifiers.toFederated(client), service, [], link, now);
  const translation = inForce(service.revisions, now);
  const dialect = parts.dialect(service.home.dialect);
  const { connection, name } = parts.handover(service);
  const policy = parts.policy(grant.proof, name);
  const token = nonce();
  const call = { home: service.home, client, context: { messageId: exchangeId(now), ...(version.out.endUser === 'required' ? { userId: NOBODY } : {}), purposes: service.purposes.toHome(grant.purpose) } };
  const request = await dialect.renderRequest(translation.echoToDomestic(token), call, policy, now);
  const reply = await dialect.call(packed(request, dialect), connection, AbortSignal.any([stop, AbortSignal.timeout(grant.maxBudget + AT_HOME_MS)]), scope);
  const received = dialect.parseResponse(await unpackReply(reply, call.home, dialect, parts.xml), call, request, parts.xml);
  const verified = await dialect.verifyResponse(received, call, policy, parts.clock.now(), parts.xml);
  if (tokenOf(translation.responseToNeutral(verified).fields.document) !== token) throw new CausewayError('service-answer-invalid', 'the token of another echo');
}

/** What only arises where the service is: its platform, as the peer's gateway meets it. */
const AT_THE_SERVICE: ReadonlySet<ErrorCode> = new Set(['service-unreachable', 'service-slow', 'service-refused', 'outcome-unknown']);
/** What our gateway meets on the way to the peer's. */
const ON_THE_LINK: ReadonlySet<ErrorCode> = new Set(['peer-unreachable', 'peer-slow', 'peer-answer-invalid']);

function failureOf(error: CausewayError, us: string): Pick<RoundTrip, 'failed' | 'text'> {
  const refusal = ownRefusal(error);
  if (refusal !== undefined) return { failed: hopOf(refusal, us), text: `${refusal.country} refuses: ${[refusal.code, ...(refusal.peerCode === undefined || refusal.peerCode === refusal.code ? [] : [refusal.peerCode])].join(', ')}` };
  if (error instanceof ServiceFaulted) return { failed: 'peer-gateway', text: `its echo answers with a fault: ${faultName(error) ?? error.message}` };
  // A security server says so of the service behind it: for the peer's echo that is our gateway.
  if (error.code === 'service-refused' && /service_?failed/i.test(error.message)) return { failed: 'our-gateway', text: error.message };
  return { failed: 'our-server', text: `${error.code}: ${error.message}` };
}

function hopOf({ code, country }: OwnRefusal, us: string): RoundTripHop {
  if (country !== us) return AT_THE_SERVICE.has(code) ? 'peer-server' : 'peer-gateway';
  return ON_THE_LINK.has(code) ? 'link' : 'our-gateway';
}

function elapsed(begun: number, { clock }: RoundTripParts): number {
  return Math.round(clock.monotonic() - begun);
}
