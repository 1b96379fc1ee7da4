/**
 * A question on its way, from its record to its outcome: asked with the same sealed bytes until the peer answers or the link's retry time
 * ends, however long its caller waits (protocol.md, "Exactly what happens once"). One asking an exchange: copies and restarts join it.
 */
import { CausewayError, asCausewayError } from '../errors.ts';
import { open } from '../federation/open.ts';
import { askPeer } from '../federation/peer-client.ts';
import { openServiceFault } from '../federation/service-fault.ts';
import { authenticate } from '../federation/statement.ts';
import type { Authentic } from '../federation/statement.ts';
import { cohort } from '../platform/cohort.ts';
import type { HttpReply } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content, Mapped, Opened } from '../stages.ts';
import { isShardOf } from '../trail/shards.ts';
import type { ExchangeRow } from '../trail/store.ts';
import type { Question } from './flow.ts';
import { acceptLoss } from './loss.ts';
import { packed, requirePlace } from './packing.ts';
import type { OutboundParts } from './parts.ts';
import { PeerRefused, peerRefusal } from './refusals.ts';
import { reopen } from './reopen.ts';

/** Asks a question that was recorded just now, and of which nothing has left yet. */
export function askFirst(question: Question, parts: OutboundParts): Promise<HttpReply<Content>> {
  return onlyOnce(question.xid, () => settle(question, false, parts), parts);
}

/**
 * The outcome of an exchange of an earlier moment: joins its asking, or gives what is recorded, or asks on. Throws `outcome-unknown` when
 * the outcome is no longer kept, or when the question cannot be made out any more; the latter is recorded.
 */
export function askOn(xid: string, parts: OutboundParts): Promise<HttpReply<Content>> {
  return onlyOnce(
    xid,
    async () => {
      const row = await parts.journal.findOutbound(xid);
      return row?.state === 'sent' ? settle(await reopened(row, parts), true, parts) : keptReply(xid, row, parts);
    },
    parts,
  );
}

/** What the caller gets within the exchange's budget; the asking goes on without it. */
export async function waitFor(outcome: Promise<HttpReply<Content>>, question: Question, parts: OutboundParts): Promise<HttpReply<Content>> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, question.use.grant.maxBudget, undefined);
  const reply = await Promise.race([outcome, late.promise]).finally(() => clearTimeout(timer));
  if (reply !== undefined) return reply;
  reportFailure(outcome, question.xid, parts);
  const error = new CausewayError('peer-slow', 'no answer of the peer within the budget', { facts: { delivered: 'unknown' } });
  parts.observe('outbound.refused', { xid: question.xid, code: error.code }, error);
  return faultReply(question, error, parts);
}

/** For an asking that nobody waits for. */
export function reportFailure(outcome: Promise<HttpReply<Content>>, xid: string, { observe }: OutboundParts): void {
  outcome.catch((thrown: unknown) => {
    const error = asCausewayError(thrown);
    observe('outbound.refused', { xid, code: error.code }, error);
  });
}

export function faultReply({ xid, offer, verified, arrival }: Question, error: CausewayError, parts: OutboundParts): HttpReply {
  const said = error instanceof PeerRefused ? error.said : undefined;
  return offer.dialect.renderFault(error, { exchange: xid, country: error.facts.country ?? parts.country, request: verified.message, ...(said === undefined ? {} : { said }), ...arrival.accept });
}

function onlyOnce(xid: string, work: () => Promise<HttpReply<Content>>, { asking }: OutboundParts): Promise<HttpReply<Content>> {
  return asking.run(xid, xid, work, () => new CausewayError('internal', `exchange ${xid} is asked twice`));
}

/** Ends with a recorded outcome, or throws and leaves the question open: the store failed, or the process stops. */
async function settle(question: Question, resumed: boolean, parts: OutboundParts): Promise<HttpReply<Content>> {
  try {
    return await ask(question, resumed, parts);
  } catch (thrown) {
    const error = afterSending(asCausewayError(thrown));
    if (LEAVES_OPEN.has(error.code)) throw error;
    const final = error.code === 'peer-slow' ? new CausewayError('outcome-unknown', 'no answer of the peer within the retry time', { cause: error, facts: error.facts }) : error;
    return parts.journal.closed(question, final, faultReply(question, final, parts), parts.clock.now());
  }
}
const LEAVES_OPEN: ReadonlySet<string> = new Set(['store-unavailable', 'draining']);

/** The caller must know that its request may have left: under another id it could be acted on twice. */
function afterSending(error: CausewayError): CausewayError {
  const { code, message, facts } = error;
  return facts.delivered === undefined ? new CausewayError(code, message, { cause: error, facts: { ...facts, delivered: 'unknown' } }) : error;
}

async function ask(question: Question, resumed: boolean, parts: OutboundParts): Promise<HttpReply<Content>> {
  const scope = parts.spool.scope();
  try {
    return await askWithin(scope, question, resumed, parts);
  } finally {
    await scope.dispose();
  }
}

/** `scope`: files of the answer, until what is kept of it has a name of its own. */
async function askWithin(scope: SpoolScope, question: Question, resumed: boolean, parts: OutboundParts): Promise<HttpReply<Content>> {
  const { offer, use } = question;
  const { peer } = offer;
  const deadline = parts.clock.monotonic() + use.version.agreement.retryTime;
  const answer = await askPeer(question.sealed, peer.connection, { deadline, patience: use.grant.maxBudget, resumed, stop: parts.stop, clock: parts.clock, maxBytes: parts.limits.answerBytes(use.grant), scope, ...question.arrival.trace });
  parts.observe('outbound.answer-received', { xid: question.xid });
  await cohort('authenticate');
  const now = parts.clock.now();
  const statement = await answerOf(answer.statement, question, parts, now);
  if (statement.type === 'causeway-refusal+jwt') throw peerRefusal(statement, use.version.peer.country, await openServiceFault(statement, answer.payload, peer.side));
  await cohort('open');
  const opened = await openAnswer(statement, answer.payload, question, scope);
  parts.observe('outbound.answer-opened', { xid: question.xid, promise: statement.claims.promise });
  const render = async () => {
    const reply = await offer.dialect.renderResponse(translateAnswer(opened, question), question.verified.message, offer.policy(use.grant.proof, question.arrival), now);
    return { root: asAnswered(reply), reply: packed(reply, offer.dialect) };
  };
  await cohort('render');
  return parts.journal.answered(question, statement, opened, render, (error) => faultReply(question, error, parts), now).catch(afterAnswer);
}

/** What a peer sealed wrongly is its fault, not the caller's; its signed statement says that the service acted. */
async function openAnswer(statement: Authentic<'causeway-response+jwt'>, payload: Content, { use, offer, translation }: Question, scope: SpoolScope): Promise<Opened> {
  try {
    return await open(statement, payload, use.grant, offer.peer.side, (document) => translation.checkNeutral('response', document), scope);
  } catch (cause) {
    const { code, message } = asCausewayError(cause);
    if (code === 'disk-full') afterAnswer(cause);
    throw new CausewayError('peer-answer-invalid', message, { cause, facts: { delivered: 'yes', peerCode: code } });
  }
}

/** An answer whose body crossed unmapped says all else in its status and its headers. */
function asAnswered({ status, headers, body, attachments = [] }: HttpReply): Uint8Array {
  if (body.length > 0 || attachments.length === 0) return body;
  return Buffer.from([String(status), ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), '', ''].join('\r\n'));
}

/** What our own disk has no room for was answered all the same. */
function afterAnswer(thrown: unknown): never {
  if (!(thrown instanceof CausewayError) || thrown.code !== 'disk-full') throw thrown;
  throw new CausewayError('disk-full', thrown.message, { cause: thrown, facts: { delivered: 'yes' } });
}

/** An answer that does not fit our own mapping is not the caller's fault either. */
function translateAnswer(opened: Opened, { translation, verified, offer }: Question): Mapped<'domestic'> {
  acceptLoss(opened.fields.context.loss, offer.peer.link.settings.refuseLoss?.answers, 'yes');
  try {
    const mapped = translation.responseToDomestic(opened, verified, { checks: offer.peer.link.settings.checkDigits?.received });
    requirePlace(mapped, offer.dialect, 'service-answer-unmappable');
    return mapped;
  } catch (cause) {
    const { message, facts } = asCausewayError(cause);
    throw new CausewayError('service-answer-unmappable', message, { cause, facts: { delivered: 'yes', ...(facts.field === undefined ? {} : { field: facts.field }) } });
  }
}

/** The peer's statement, if it is one, and binds our own question. Throws `peer-answer-invalid`. */
async function answerOf(compact: string, question: Question, parts: OutboundParts, now: number) {
  const { side } = question.offer.peer;
  try {
    const reader = { audience: question.use.version.us.entity, trust: side.trust, maxBytes: side.maxStatementBytes };
    const statement = await authenticate(compact, ['causeway-response+jwt', 'causeway-refusal+jwt'], reader, now);
    const { jti, request, link } = statement.claims as { jti: string; request: string; link: { sha256: string } };
    if (jti !== question.xid || request !== question.sealed.identity || link.sha256 !== question.use.version.sha256) throw new CausewayError('peer-answer-invalid', 'the answer does not bind our question');
    if (statement.type === 'causeway-response+jwt' && !isShardOf(statement.claims.promise.origin, question.use.version.peer.log.origin)) throw new CausewayError('peer-answer-invalid', "the answer promises an entry of a log that is not the peer's on this link");
    parts.observe('outbound.answer-authenticated', { xid: question.xid, type: statement.type, kid: statement.kid });
    return statement;
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', asCausewayError(cause).message, { cause, facts: { delivered: 'unknown', peerCode: asCausewayError(cause).code } });
  }
}

/** A question that this gateway can no longer make out (its key was erased, its service or grant is gone) can have no other outcome than `outcome-unknown`. */
async function reopened(row: ExchangeRow, parts: OutboundParts): Promise<Question> {
  try {
    return await reopen(row, parts);
  } catch (thrown) {
    const cause = asCausewayError(thrown);
    if (cause.code === 'store-unavailable') throw cause;
    await parts.journal.abandoned(row, parts.clock.now());
    throw new CausewayError('outcome-unknown', `exchange ${row.xid} cannot be asked any more: ${cause.message}`, { cause, facts: { delivered: 'unknown' } });
  }
}

async function keptReply(xid: string, row: ExchangeRow | undefined, parts: OutboundParts): Promise<HttpReply<Content>> {
  const reply = row && (await parts.journal.storedReply(row));
  if (reply === undefined) throw new CausewayError('outcome-unknown', `the answer of exchange ${xid} is no longer kept`, { facts: { delivered: 'unknown' } });
  return reply;
}
