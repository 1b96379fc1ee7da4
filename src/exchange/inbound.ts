/**
 * From abroad to home: the life of a peer's request (house.md, "The life of an exchange", side B).
 * The order of refusals is the receiver's order of protocol.md; a request whose statement does not verify makes no entry.
 */
import { CausewayError, ServiceFaulted, asCausewayError } from '../errors.ts';
import type { Delivered, ServiceFault } from '../errors.ts';
import { answerProof } from '../federation/link.ts';
import { open } from '../federation/open.ts';
import { sealRefusal, sealResponse } from '../federation/seal.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import { sealServiceFault } from '../federation/service-fault.ts';
import { authenticate } from '../federation/statement.ts';
import type { Authentic } from '../federation/statement.ts';
import { authoriseInbound, sealedLimit } from './authorise.ts';
import type { AcceptedTask, DomesticTask, Peer, PeerArrival } from './flow.ts';
import { inboundMemory } from './ends.ts';
import { acceptLoss } from './loss.ts';
import { cohort } from '../platform/cohort.ts';
import { traceId } from '../platform/trace.ts';
import { memberText, serviceText } from './names.ts';
import { packed, requirePlace, unpackReply } from './packing.ts';
import type { InboundParts } from './parts.ts';
import { deliveredBy } from './refusals.ts';
import { firstFitting, inForce, usable } from './mappings/revision.ts';
import type { Content, DomesticResponse, Mapped, Verified } from '../stages.ts';
import type { ExchangeState } from '../trail/store.ts';

type Request = Authentic<'causeway-request+jwt'>;
type Closing = Pick<DomesticTask, 'statement' | 'peer'> & Partial<Pick<DomesticTask, 'use'>>;

/** Milliseconds of the budget kept back for translating, sealing and recording: an asker that gives up first never learns why. */
const ANSWERING_MS = 200;

/**
 * Answers a peer's request with a sealed response or a sealed refusal. Throws, for an unsigned problem, before the statement is authenticated (no
 * entry), and where nothing may be promised: the store failed, or the peer went away.
 */
export async function inbound(arrival: PeerArrival, parts: InboundParts): Promise<SealedBytes> {
  await cohort('authenticate');
  const { link, side } = arrival.peer;
  const reader = { audience: parts.entity, trust: side.trust, maxBytes: side.maxStatementBytes };
  const statement = await authenticate(arrival.statement, ['causeway-request+jwt'], reader, parts.clock.now());
  const { jti } = statement.claims;
  parts.observe('inbound.authenticated', { xid: jti, link: link.id, kid: statement.kid, iss: statement.claims.iss, service: statement.claims.service, trace: traceId(arrival.trace) });
  const replay = () => new CausewayError('replay', `exchange ${jti} is on its way under another statement`);
  try {
    return await parts.inFlight.run(jti, statement.identity, async () => (await known(statement, arrival.peer, parts)) ?? answer(statement, arrival, parts), replay);
  } catch (thrown) {
    // Anything else may have gone wrong after the service got the request: an unsigned problem promises nothing.
    const error = asCausewayError(thrown);
    if (error.code !== 'replay') throw error;
    return refuse(statement, arrival, error, parts);
  }
}

async function answer(statement: Request, arrival: PeerArrival, parts: InboundParts): Promise<SealedBytes> {
  let accepted: AcceptedTask;
  try {
    if (isForgotten(statement, arrival.peer, parts)) throw new CausewayError('outcome-unknown', 'signed before a part of our trail was lost: it may have been handed over then');
    const use = authoriseInbound(statement, arrival.peer.link, parts.quotas, parts.tolerance, parts.clock.now());
    const payload = await arrival.payload(sealedLimit(use.grant.maxBytes));
    const task = await prepare(statement, payload, use, arrival, { arrivedAt: arrival.arrivedAt, recordKey: parts.journal.newRecordKey() }, parts);
    const claim = await parts.journal.accepted(task, payload, parts.clock.now());
    if (claim.kind === 'conflict') return (await known(statement, arrival.peer, parts)) ?? (await refuse(statement, arrival, new CausewayError('replay', 'the exchange id is taken'), parts));
    parts.observe('inbound.request-recorded', { xid: statement.claims.jti, link: use.link.id, origin: claim.promise.origin, index: claim.promise.index });
    accepted = { ...task, promise: claim.promise, resumed: false };
  } catch (thrown) {
    const error = asCausewayError(thrown);
    // The peer's process died or gave up: it may send the same bytes again, and must not find them refused.
    if (error.code === 'peer-unreachable') throw error;
    return refuse(statement, arrival, error, parts);
  }
  return handOver(accepted, parts);
}

/** Opens and translates the request, and renders it for home: nothing of it is handed over yet. */
export async function prepare(statement: Request, payload: Content, use: DomesticTask['use'], { peer, trace, scope }: Pick<PeerArrival, 'peer' | 'trace' | 'scope'>, { arrivedAt, recordKey }: Pick<DomesticTask, 'recordKey'> & { readonly arrivedAt: number }, parts: InboundParts): Promise<DomesticTask> {
  const { claims } = statement;
  const service = parts.exportedService(claims.service, claims.operation);
  const translation = inForce(service.revisions, parts.clock.now());
  await cohort('open');
  const opened = await open(statement, payload, use.grant, peer.side, (document) => translation.checkNeutral('request', document), scope);
  await cohort('render');
  acceptLoss(opened.fields.context.loss, peer.link.settings.refuseLoss?.requests, 'no');
  const mapped = translation.requestToDomestic(opened, { checks: peer.link.settings.checkDigits?.received });
  const dialect = parts.dialect(service.home.dialect);
  requirePlace(mapped, dialect, 'mapping-failed');
  const call = {
    home: service.home,
    client: parts.identifiers.foreignClient(claims.client),
    context: {
      messageId: claims.jti,
      ...(opened.fields.context.userId === undefined ? {} : { userId: opened.fields.context.userId }),
      ...(opened.fields.context.issue === undefined ? {} : { issue: opened.fields.context.issue }),
      ...(parts.namesRepresentedParty ? { representedParty: parts.identifiers.representedParty(claims.client) } : {}),
      ...(opened.fields.context.subject === undefined ? {} : { subject: opened.fields.context.subject }),
      purposes: service.purposes.toHome(use.grant.purpose),
    },
  };
  const policy = parts.policy(answerProof(use.grant), parts.handover(service));
  const rendered = await dialect.renderRequest(mapped, call, policy, parts.clock.now());
  const request = trace === undefined ? rendered : { ...rendered, headers: { ...rendered.headers, traceparent: trace } };
  parts.observe('inbound.translated', { xid: claims.jti, link: peer.link.id, home: { client: memberText(call.client), service: serviceText(service.home.service) }, mapping: mapped.fields.mapping.id });
  const deadline = arrivedAt + Math.min(claims.budget, use.grant.maxBudget);
  return { statement, peer, use, service, translation, dialect, opened, call, policy, request, wire: packed(request, dialect), scope, deadline, recordKey };
}

/** From the first byte to the service on: whatever happens now is recorded under an accepted request. */
export async function handOver(task: AcceptedTask, parts: InboundParts): Promise<SealedBytes> {
  const { statement, dialect, call, policy, request, use, scope } = task;
  const { jti } = statement.claims;
  try {
    const remaining = task.deadline - ANSWERING_MS - parts.clock.monotonic();
    if (remaining <= 0) throw new CausewayError('service-unreachable', 'the budget ended before the request was handed over', { facts: { delivered: 'no' } });
    parts.observe('inbound.handing-over', { xid: jti });
    const { connection, timeout } = parts.handover(task.service);
    const reply = await dialect.call(task.wire, connection, AbortSignal.timeout(Math.ceil(Math.min(remaining, timeout))), scope);
    parts.observe('inbound.service-answered', { xid: jti });
    await cohort('prove');
    const received = dialect.parseResponse(await unpackReply(reply, call.home, dialect, parts.limits.xml), call, request, parts.limits.xml);
    const now = parts.clock.now();
    const verified = await dialect.verifyResponse(received, call, policy, now, parts.limits.xml);
    const mapped = translateAnswer(task, verified, now);
    parts.observe('inbound.answer-translated', { xid: jti, link: use.link.id, proof: verified.proof, mapping: mapped.fields.mapping.id });
    const context = { messageIds: { [parts.country]: jti }, loss: mapped.fields.loss };
    await cohort('seal');
    const sealed = await sealResponse({ mapped, context, proof: verified.proof, promise: task.promise, grant: use.grant, scope }, statement, use.version, task.peer.side, now);
    parts.observe('inbound.answer-sealed', { xid: jti });
    const { index, kept } = await parts.journal.completed(task, sealed.fields, verified, mapped, context, now);
    parts.observe('inbound.response-recorded', { xid: jti, link: use.link.id, index });
    return kept;
  } catch (thrown) {
    const error = asCausewayError(thrown);
    const delivered = error.facts.delivered ?? deliveredBy(error.code);
    // What certainly failed now may have succeeded before the crash.
    if (task.resumed && delivered !== 'yes') return closeUnknown(task, error, parts);
    return close(task, error, delivered, parts);
  }
}

/** Ends an accepted exchange with a signed refusal. `from`: the state that it is in. */
async function close(task: Closing, error: CausewayError, delivered: Delivered, parts: InboundParts, from: ExchangeState = 'handing-over'): Promise<SealedBytes> {
  if (error.code === 'store-unavailable') throw error;
  const { statement, peer } = task;
  const { jti } = statement.claims;
  parts.observe('inbound.refused', { xid: jti, code: error.code, delivered }, error);
  const now = parts.clock.now();
  const said = faultThatMayCross(error, task);
  const fault = said && (await sealServiceFault(said, { iss: parts.entity, aud: statement.claims.iss, jti }, peer.side, now));
  const sealed = await sealRefusal({ code: error.code, delivered, ...untilOf(error), ...(fault === undefined ? {} : { fault }) }, statement, peer.side, parts.entity, now);
  await parts.journal.closedInbound(task, from, sealed.fields, error.code, delivered, now);
  parts.observe('inbound.refusal-recorded', { xid: jti, code: error.code });
  return sealed.fields;
}

/** What the service said of its own fault. Where the grant lists the fields that may cross, free text may not: nobody knows what is in it. */
function faultThatMayCross(error: CausewayError, { use }: Closing): ServiceFault | undefined {
  return error instanceof ServiceFaulted && use !== undefined && use.grant.fields?.response === undefined ? error.said : undefined;
}

/** Ends an exchange of which nobody can say whether the service acted on it. */
export async function closeUnknown(task: Closing, cause: CausewayError, parts: InboundParts, from: ExchangeState = 'handing-over'): Promise<SealedBytes> {
  if (cause.code === 'store-unavailable') throw cause;
  return close(task, new CausewayError('outcome-unknown', cause.message, { cause }), 'unknown', parts, from);
}

/**
 * The stored outcome of a statement that was accepted before, whatever its age; another statement under the same id is a conflict.
 * An outcome that is no longer kept, or that a failure of ours left open, is unknown: what may have been handed over is not handed over again.
 */
async function known(statement: Request, peer: Peer, parts: InboundParts): Promise<SealedBytes | undefined> {
  const row = await parts.journal.findInbound(statement.claims.jti);
  if (row === undefined) return undefined;
  if (row.identity !== statement.identity) throw new CausewayError('replay', `exchange ${row.xid} was asked before by another statement`);
  const outcome = await parts.journal.storedOutcome(row);
  if (outcome !== undefined) return outcome;
  return closeUnknown({ statement, peer }, new CausewayError('outcome-unknown', `exchange ${row.xid} is ${row.state} and its outcome is not kept`), parts, row.state);
}

/** A refusal before hand-over: both entries (request and refusal) in one transaction, so that a copy gets the same answer. */
async function refuse(statement: Request, { peer }: Pick<PeerArrival, 'peer'>, error: CausewayError, parts: InboundParts): Promise<SealedBytes> {
  if (error.code === 'store-unavailable') throw error;
  const { claims } = statement;
  const { jti } = claims;
  const now = parts.clock.now();
  // Older than our memory: it may have been handed over and forgotten.
  const delivered = now > claims.iat * 1000 + inboundMemory(peer.link) || isForgotten(statement, peer, parts) ? 'unknown' : 'no';
  parts.observe('inbound.refused', { xid: jti, code: error.code, delivered }, error);
  const sealed = await sealRefusal({ code: error.code, delivered, ...untilOf(error) }, statement, peer.side, parts.entity, now);
  await parts.journal.refusedInbound(statement, peer, sealed.fields, error.code, now);
  parts.observe('inbound.refusal-recorded', { xid: jti, code: error.code });
  return sealed.fields;
}

/** What was known of it may be lost with a disk (trail/fence.ts). */
function isForgotten({ claims }: Request, { link }: Peer, parts: InboundParts): boolean {
  return claims.iat * 1000 < parts.notBefore(link.id);
}

/** An answer that does not fit its mapping is the service's fault, not the caller's. */
function translateAnswer({ service, translation, use }: DomesticTask, verified: Verified<DomesticResponse>, now: number): Mapped<'neutral'> {
  const others = usable(service.revisions, use.link.settings.mappingOverlap, now).filter((one) => one !== translation);
  try {
    return firstFitting([translation, ...others], (revision) => revision.responseToNeutral(verified, { fields: use.grant.fields?.response, checks: use.link.settings.checkDigits?.sent })).mapped;
  } catch (thrown) {
    const { message, facts } = asCausewayError(thrown);
    throw new CausewayError('service-answer-unmappable', message, { cause: thrown, facts: facts.field === undefined ? {} : { field: facts.field } });
  }
}

function untilOf({ facts }: CausewayError): { readonly until?: string } {
  return facts.until === undefined ? {} : { until: facts.until };
}
