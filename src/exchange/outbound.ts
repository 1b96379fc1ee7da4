/**
 * From home to abroad: the life of a request of one of our members (house.md, "The life of an exchange", side A).
 * `outbound` reads top to bottom; each result is the next one's argument; what must survive a crash is durable before the next effect.
 */
import { CausewayError, asCausewayError } from '../errors.ts';
import { sealRequest } from '../federation/seal.ts';
import { cohort } from '../platform/cohort.ts';
import { exchangeId } from '../platform/ids.ts';
import { traceId } from '../platform/trace.ts';
import type { HttpReply } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content, DomesticRequest, Received, Verified } from '../stages.ts';
import type { ExchangeRow } from '../trail/store.ts';
import { askFirst, askOn, waitFor } from './asking.ts';
import { authoriseOutbound } from './authorise.ts';
import { crossing } from './end-user.ts';
import { callerKey } from './journal.ts';
import type { Arrival, Offer, Question } from './flow.ts';
import type { OutboundParts } from './parts.ts';
import { memberText, serviceText } from './names.ts';
import { unpackRequest } from './packing.ts';
import { firstFitting, usable } from './mappings/revision.ts';

/**
 * Answers one request from home, in the caller's own dialect; a refusal is an answer too. Never throws but for a bug of ours. `scope`: files of this
 * request; the answer needs none of them.
 */
export async function outbound(came: Arrival<Content>, scope: SpoolScope, parts: OutboundParts): Promise<HttpReply<Content>> {
  const offer = parts.offerAt(came.path);
  const xid = exchangeId(parts.clock.now());
  let received: Received<DomesticRequest> | undefined;
  try {
    await cohort('prove');
    const arrival = { ...came, http: await unpackRequest(came.http, offer.homes, offer.dialect, parts.limits.xml) };
    received = offer.dialect.parseRequest(arrival.http, offer.homes, parts.limits.xml);
    const verified = await prove(received, offer, arrival, parts);
    const caller = callerKey(verified.message);
    const conflict = () => new CausewayError('duplicate-id', 'the same message id is on its way with other bytes');
    return await parts.inFlight.run(caller, parts.journal.digestOf(verified), () => cross(xid, verified, offer, arrival, scope, parts), conflict);
  } catch (thrown) {
    return refuseAtHome(xid, thrown, received, offer, came, parts);
  }
}

async function cross(xid: string, verified: Verified<DomesticRequest>, offer: Offer, arrival: Arrival, scope: SpoolScope, parts: OutboundParts): Promise<HttpReply<Content>> {
  await cohort('seal');
  const now = parts.clock.now();
  const service = offer.serviceOf(verified.message);
  const use = authoriseOutbound(parts.identifiers.toFederated(verified.message.client), service, verified.message.context.purposes ?? [], offer.peer.link, now);
  const { mapped, translation } = firstFitting(usable(service.revisions, use.link.settings.mappingOverlap, now), (revision) => revision.requestToNeutral(verified, { fields: use.grant.fields?.request, checks: use.link.settings.checkDigits?.sent }));
  parts.observe('outbound.translated', { xid, link: use.link.id, home: { client: memberText(verified.message.client), service: serviceText(verified.message.service) }, client: use.grant.client, service: use.grant.service, purpose: use.grant.purpose, proof: verified.proof, mapping: mapped.fields.mapping.id, trace: traceId(arrival.trace.traceparent) });
  const context = crossing(verified.message, use.version.out, parts.pseudonymKey(), { [parts.country]: verified.message.context.messageId }, mapped.fields.loss);
  const sealed = await sealRequest({ xid, grant: use.grant, budget: use.grant.maxBudget, mapped, context, proof: verified.proof, scope }, use.version, offer.peer.side, now);
  parts.observe('outbound.sealed', { xid });
  const question: Question = { xid, offer, service, translation, use, verified, sealed: sealed.fields, arrival, recordKey: parts.journal.newRecordKey() };
  const claim = await parts.journal.asked(question, mapped, context, now);
  if (claim.kind === 'conflict') return repeated(claim.row, question, parts);
  parts.observe('outbound.request-recorded', { xid, link: use.link.id, origin: claim.appended[0]?.origin, index: claim.appended[0]?.index });
  return waitFor(askFirst({ ...question, sealed: claim.sealed }, parts), question, parts);
}

/** The grant says how the message must be proven; only what was proven is asked about again. */
async function prove(received: Received<DomesticRequest>, offer: Offer, arrival: Arrival, parts: OutboundParts): Promise<Verified<DomesticRequest>> {
  const now = parts.clock.now();
  const { message } = received;
  const claimed = authoriseOutbound(parts.identifiers.toFederated(message.client), offer.serviceOf(message), message.context.purposes ?? [], offer.peer.link, now);
  return offer.dialect.verifyRequest(received, offer.policy(claimed.grant.proof, arrival), now, parts.limits.xml);
}

/** A copy of what was asked before gets the outcome of the first, whether that is known, on its way, or was cut off by a crash. */
function repeated(row: ExchangeRow, question: Question, parts: OutboundParts): Promise<HttpReply<Content>> {
  if (row.digest !== parts.journal.digestOf(question.verified)) throw new CausewayError('duplicate-id', `message id used before, in exchange ${row.xid}`);
  return waitFor(askOn(row.xid, parts), { ...question, xid: row.xid }, parts);
}

/** A refusal before anything crossed: an entry of the local log, and a native fault. */
async function refuseAtHome(xid: string, thrown: unknown, received: Received<DomesticRequest> | undefined, offer: Offer, { accept }: Pick<Arrival, 'accept'>, parts: OutboundParts): Promise<HttpReply> {
  const error = asCausewayError(thrown);
  parts.observe('outbound.refused', { xid, code: error.code }, error);
  if (error.code !== 'store-unavailable') await parts.journal.refusedAtHome(xid, error, parts.clock.now());
  return offer.dialect.renderFault(error, { exchange: xid, country: parts.country, ...(received === undefined ? {} : { request: received.message }), ...accept });
}
