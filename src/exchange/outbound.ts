/**
 * From home to abroad: the life of a request of one of our members (house.md, "The life of an exchange", side A).
 * `outbound` reads top to bottom; each result is the next one's argument; what must survive a crash is durable before the next effect.
 */
import { CausewayError, asCausewayError } from '../errors.ts';
import { askPeer } from '../federation/peer-client.ts';
import { open } from '../federation/open.ts';
import { sealRequest } from '../federation/seal.ts';
import { authenticate } from '../federation/statement.ts';
import { exchangeId } from '../platform/ids.ts';
import type { HttpReply } from '../platform/http-client.ts';
import type { DomesticRequest, Received, Verified } from '../stages.ts';
import type { ExchangeRow } from '../trail/store.ts';
import { authoriseOutbound } from './authorise.ts';
import { crossing } from './end-user.ts';
import { callerKey } from './journal.ts';
import type { Arrival, Offer, OutboundParts, Question } from './parts.ts';
import { memberText, serviceText } from './names.ts';
import { peerRefusal } from './refusals.ts';

/** Answers one request from home, in the caller's own dialect; a refusal is an answer too. Never throws but for a bug of ours. */
export async function outbound(arrival: Arrival, parts: OutboundParts): Promise<HttpReply> {
  const offer = parts.offerAt(arrival.path);
  const xid = exchangeId(parts.clock.now());
  let received: Received<DomesticRequest> | undefined;
  try {
    received = offer.dialect.parseRequest(arrival.http, offer.homes, parts.limits.xml);
    const verified = await prove(received, offer, arrival, parts);
    const caller = callerKey(verified.message);
    const conflict = () => new CausewayError('duplicate-id', 'the same message id is on its way with other bytes');
    return await parts.inFlight.run(caller, parts.journal.digestOf(verified), () => cross(xid, verified, offer, arrival, parts), conflict);
  } catch (thrown) {
    return refuseAtHome(xid, thrown, received, offer, arrival, parts);
  }
}

async function cross(xid: string, verified: Verified<DomesticRequest>, offer: Offer, arrival: Arrival, parts: OutboundParts): Promise<HttpReply> {
  const now = parts.clock.now();
  const service = offer.serviceOf(verified.message);
  const use = authoriseOutbound(parts.identifiers.toFederated(verified.message.client), service, offer.peer.link, now);
  const mapped = service.translation.requestToNeutral(verified);
  parts.observe('outbound.translated', { xid, link: use.link.id, home: { client: memberText(verified.message.client), service: serviceText(verified.message.service) }, client: use.grant.client, service: use.grant.service, purpose: use.grant.purpose, proof: verified.proof, mapping: mapped.fields.mapping.id });
  const context = crossing(verified.message, use.version.out, parts.pseudonymKey, { [parts.country]: verified.message.context.messageId }, mapped.fields.loss);
  const sealed = await sealRequest({ xid, grant: use.grant, budget: use.grant.maxBudget, mapped, context, proof: verified.proof }, use.version, offer.peer.side, now);
  const question: Question = { xid, offer, service, use, verified, sealed: sealed.fields, arrival, recordKey: parts.journal.newRecordKey() };
  const claim = await parts.journal.asked(question, mapped, context, now);
  if (claim.kind === 'conflict') return repeated(claim.row, question, parts);
  parts.observe('outbound.request-recorded', { xid, link: use.link.id, origin: claim.appended[0]?.origin, index: claim.appended[0]?.index });
  return settle(question, use.grant.maxBudget, parts);
}

/** Asks until the budget ends. A question whose answer is still out goes on being asked in the background, for the link's retry time. */
export async function settle(question: Question, budget: number, parts: OutboundParts): Promise<HttpReply> {
  try {
    return await ask(question, budget, parts);
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code === 'store-unavailable') throw error;
    if (error.code !== 'peer-slow') return parts.journal.closed(question, error, 'refusal', faultReply(question, error, parts), parts.clock.now());
    parts.background(question.xid, () => outlast(question, parts));
    return faultReply(question, error, parts);
  }
}

/** Asks for the rest of the retry time, then records that the outcome is unknown. Also what a restart does with open questions. */
export async function outlast(question: Question, parts: OutboundParts): Promise<void> {
  try {
    await ask(question, question.use.version.agreement.retryTime, parts);
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code === 'store-unavailable') throw error;
    const unknown = new CausewayError('outcome-unknown', error.message, { cause: error, facts: { delivered: 'unknown' } });
    const [final, step] = error.code === 'peer-slow' ? ([unknown, 'outcome-unknown'] as const) : ([error, 'refusal'] as const);
    await parts.journal.closed(question, final, step, faultReply(question, final, parts), parts.clock.now());
  }
}

async function ask(question: Question, budget: number, parts: OutboundParts): Promise<HttpReply> {
  const { offer, use, service, verified } = question;
  const { peer } = offer;
  const answer = await askPeer(question.sealed, peer.connection, { deadline: parts.clock.monotonic() + budget, clock: parts.clock, maxBytes: parts.limits.answerBytes(use.grant), ...question.arrival.trace });
  const now = parts.clock.now();
  parts.observe('outbound.answer-received', { xid: question.xid });
  const statement = await answerOf(answer.statement, question, parts, now);
  if (statement.type === 'causeway-refusal+jwt') throw peerRefusal(statement, use.version.peer.country);
  const opened = await open(statement, answer.payload, use.grant, peer.side, (document) => service.translation.checkNeutral('response', document));
  parts.observe('outbound.answer-opened', { xid: question.xid, promise: statement.claims.promise });
  const render = async () => offer.dialect.renderResponse(service.translation.responseToDomestic(opened, verified), verified.message, offer.policy(use.grant.proof, question.arrival), now);
  return parts.journal.answered(question, statement, opened, render, (error) => faultReply(question, error, parts), now);
}

/** The peer's statement, if it is one, and binds our own question. Throws `peer-answer-invalid`. */
async function answerOf(compact: string, question: Question, parts: OutboundParts, now: number) {
  const { side } = question.offer.peer;
  try {
    const reader = { audience: question.use.version.us.entity, trust: side.trust, maxBytes: side.maxStatementBytes };
    const statement = await authenticate(compact, ['causeway-response+jwt', 'causeway-refusal+jwt'], reader, now);
    const { jti, request, link } = statement.claims as { jti: string; request: string; link: { sha256: string } };
    if (jti !== question.xid || request !== question.sealed.identity || link.sha256 !== question.use.version.sha256) throw new CausewayError('peer-answer-invalid', 'the answer does not bind our question');
    parts.observe('outbound.answer-authenticated', { xid: question.xid, type: statement.type, kid: statement.kid });
    return statement;
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', asCausewayError(cause).message, { cause, facts: { delivered: 'unknown', peerCode: asCausewayError(cause).code } });
  }
}

/** The grant says how the message must be proven; only what was proven is asked about again. */
async function prove(received: Received<DomesticRequest>, offer: Offer, arrival: Arrival, parts: OutboundParts): Promise<Verified<DomesticRequest>> {
  const now = parts.clock.now();
  const { message } = received;
  const claimed = authoriseOutbound(parts.identifiers.toFederated(message.client), offer.serviceOf(message), offer.peer.link, now);
  return offer.dialect.verifyRequest(received, offer.policy(claimed.grant.proof, arrival), now, parts.limits.xml);
}

async function repeated(row: ExchangeRow, question: Question, parts: OutboundParts): Promise<HttpReply> {
  if (row.digest !== parts.journal.digestOf(question.verified)) throw new CausewayError('duplicate-id', `message id used before, in exchange ${row.xid}`);
  const stored = await parts.journal.storedReply(row);
  if (stored !== undefined) return stored;
  const earlier = await parts.reopen(row);
  if (earlier === undefined) throw new CausewayError('outcome-unknown', `the answer of exchange ${row.xid} is no longer kept`, { facts: { delivered: 'unknown' } });
  return settle(earlier, earlier.use.grant.maxBudget, parts);
}

function faultReply({ xid, offer, verified, arrival }: Question, error: CausewayError, parts: OutboundParts): HttpReply {
  return offer.dialect.renderFault(error, { exchange: xid, country: error.facts.country ?? parts.country, request: verified.message, ...arrival.accept });
}

/** A refusal before anything crossed: an entry of the local log, and a native fault. */
async function refuseAtHome(xid: string, thrown: unknown, received: Received<DomesticRequest> | undefined, offer: Offer, arrival: Arrival, parts: OutboundParts): Promise<HttpReply> {
  const error = asCausewayError(thrown);
  parts.observe('outbound.refused', { xid, code: error.code }, error);
  if (error.code !== 'store-unavailable') await parts.journal.refusedAtHome(xid, error, parts.clock.now());
  return offer.dialect.renderFault(error, { exchange: xid, country: parts.country, ...(received === undefined ? {} : { request: received.message }), ...arrival.accept });
}
