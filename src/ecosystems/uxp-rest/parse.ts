/** From HTTP to a REST message of UXP: requests as the security server forwards them, answers as it returns them. No recorded answer of a UXP server is public. */
import { CausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintReceived } from '../../stages.ts';
import type { DomesticRequest, DomesticResponse, DomesticService, Received } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { malformed } from '../malformed.ts';
import { asAnswer, invalidAnswer } from '../rest/answer.ts';
import { BODYLESS, readBody } from '../rest/body.ts';
import { messageBytes } from '../rest/message-bytes.ts';
import { route } from '../rest/route.ts';
import { serviceFaulted } from '../rest/service-fault.ts';
import { readTarget } from '../rest/target.ts';
import { serviceRefused, xroadFault } from '../xroad-faults.ts';
import { parseMemberPath, sameMember } from '../xroad-identifiers.ts';
import { CLIENT, FAULT_CODE, ID, MESSAGE_HEADERS, SERVICE, parseService, readClient, readContext, readService, serviceQuery } from './identifiers.ts';

/** See Dialect.parseRequest. */
export function parseRequest(http: HttpMessage, candidates: readonly HomeService[], limits: XmlLimits): Received<DomesticRequest> {
  const { segments, query } = readTarget(http.target);
  const named = readService(http.headers);
  const { home, path } = route(http.method, segments, candidates.filter(({ service }) => named === undefined || meant(named, service)), 'uxp-rest');
  if (BODYLESS.has(http.method) && http.body.length > 0) throw malformed('body', `A ${http.method} request has none.`);
  const message: DomesticRequest = {
    kind: 'request',
    dialect: 'uxp-rest',
    client: readClient(http.headers),
    service: home.service,
    context: readContext(http.headers, query),
    operation: home.operation,
    payload: { form: 'json', body: readBody(http.headers, http.body, limits), path, query: serviceQuery(query) },
  };
  return mintReceived(message, messageBytes([http.method, http.target], MESSAGE_HEADERS, http.headers, http.body));
}

/**
 * See Dialect.parseResponse. UXP's own refusals come with uxp-faultcode; their vocabulary is not public, so that only a code which X-Road has too says that the service
 * was not reached. An answer carries no hash of its request: what binds them is the pinned connection, and the headers where the server repeats them.
 */
export function parseResponse(reply: HttpReply, call: DomesticCall, limits: XmlLimits): Received<DomesticResponse> {
  const faultCode = reply.headers[FAULT_CODE];
  if (faultCode !== undefined) throw refused(faultCode);
  if (reply.status >= 300) throw serviceFaulted(reply);
  checkConsistency(reply.headers, call);
  return receivedAnswer(reply, call, limits);
}

/** An answer whose origin was checked. Throws `service-answer-invalid`. */
export function receivedAnswer(reply: HttpReply, call: DomesticCall, limits: XmlLimits): Received<DomesticResponse> {
  if (reply.status < 200 || reply.status > 299) throw invalidAnswer('status', `status ${reply.status}`);
  const body = asAnswer(() => readBody(reply.headers, reply.body, limits));
  const message: DomesticResponse = { kind: 'response', dialect: 'uxp-rest', messageId: call.context.messageId, payload: { form: 'json', body, path: {}, query: {} } };
  return mintReceived(message, messageBytes([String(reply.status)], MESSAGE_HEADERS, reply.headers, reply.body));
}

/** Its code is public vocabulary where we know it; any other could hold anything, and is not repeated. */
function refused(code: string): CausewayError {
  const known = xroadFault(code);
  return known === undefined ? new CausewayError('service-refused', 'uxp-faultcode of an unknown vocabulary', { facts: { hint: 'UXP gave a code that is not public.', delivered: 'unknown' } }) : serviceRefused(known);
}

/** A client may leave the version out. */
export function meant(named: DomesticService, service: DomesticService): boolean {
  return sameMember(named, service) && named.service === service.service && (named.version === undefined || named.version === service.version);
}

function checkConsistency(headers: HttpHeaders, { home, client, context }: DomesticCall): void {
  const { [ID]: id, [SERVICE]: service, [CLIENT]: asker } = headers;
  if (id !== undefined && id !== context.messageId) throw invalidAnswer('Uxp-QueryID', 'Uxp-QueryID is not that of the request');
  if (service !== undefined && !meant(asAnswer(() => parseService(service)), home.service)) throw invalidAnswer('Uxp-Service', 'Uxp-Service is not that of the request');
  if (asker !== undefined && !sameMember(asAnswer(() => parseMemberPath(asker, 'Uxp-Client')), client)) throw invalidAnswer('Uxp-Client', 'Uxp-Client is not that of the request');
}
