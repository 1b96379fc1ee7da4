/** From HTTP to a REST message: requests as the security server forwards them, answers as it returns them (PR-REST; reference: RestRequest, RestResponse of X-Road 7). */
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintReceived } from '../../stages.ts';
import type { DomesticRequest, DomesticResponse, Received } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { malformed } from '../malformed.ts';
import { asAnswer, invalidAnswer } from '../rest/answer.ts';
import { BODYLESS, readBody } from '../rest/body.ts';
import { messageBytes } from '../rest/message-bytes.ts';
import { route } from '../rest/route.ts';
import { serviceFaulted } from '../rest/service-fault.ts';
import { readTarget, readUnmappedTarget } from '../rest/target.ts';
import { crossingNames, unmappedRequest, unmappedResponse } from '../rest/unmapped.ts';
import { decodeSegment, memberPath, servicePath } from '../xroad-identifiers.ts';
import { serviceRefused, xroadFault } from '../xroad-faults.ts';
import { CLIENT, ERROR, ID, MESSAGE_HEADERS, SERVICE, readClient, readContext } from './identifiers.ts';
import { checkRequestHash } from './request-hash.ts';

/** See Dialect.parseRequest. */
export function parseRequest(http: HttpMessage, candidates: readonly HomeService[], limits: XmlLimits): Received<DomesticRequest> {
  if (candidates.some(({ passthrough }) => passthrough === true)) return parseUnmapped(http, candidates);
  const { segments, query } = readTarget(http.target);
  const { home, path } = route(http.method, segments, candidates, 'xroad-rest');
  if (BODYLESS.has(http.method) && http.body.length > 0) throw malformed('body', `A ${http.method} request has none.`);
  const message: DomesticRequest = {
    kind: 'request',
    dialect: 'xroad-rest',
    client: readClient(http.headers),
    service: home.service,
    context: readContext(http.headers),
    operation: home.operation,
    payload: { form: 'json', body: readBody(http.headers, http.body, limits), path, query },
  };
  return mintReceived(message, messageBytes([http.method, http.target], MESSAGE_HEADERS, http.headers, http.body));
}

function parseUnmapped(http: HttpMessage, candidates: readonly HomeService[]): Received<DomesticRequest> {
  const { method, target, headers, attachments = [] } = http;
  const { home } = route(method, readUnmappedTarget(target).segments, candidates, 'xroad-rest');
  if (BODYLESS.has(method) && attachments.length > 0) throw malformed('body', `A ${method} request has none.`);
  const message: DomesticRequest = {
    kind: 'request',
    dialect: 'xroad-rest',
    client: readClient(headers),
    service: home.service,
    context: readContext(headers),
    operation: home.operation,
    payload: unmappedRequest(target, headers),
    attachments,
  };
  return mintReceived(message, messageBytes([method, target], namesOf(headers), headers, new Uint8Array()));
}

function namesOf(headers: HttpHeaders): string[] {
  return [...new Set([...MESSAGE_HEADERS, ...crossingNames(headers)])];
}

/**
 * See Dialect.parseResponse. X-Road-Error is set by X-Road alone; any other status than 2xx is the service's own. Business outcomes are those in the
 * body of a 2xx: what a status such as 404 means in a register is not known here, so it is a fault that names the status.
 */
export function parseResponse(reply: HttpReply, call: DomesticCall, request: HttpMessage, limits: XmlLimits): Received<DomesticResponse> {
  const xroadError = reply.headers[ERROR];
  if (xroadError !== undefined) throw serviceRefused(xroadFault(xroadError) ?? { code: 'unreadable', delivered: 'unknown' });
  if (reply.status >= 300 && call.home.passthrough === undefined) throw serviceFaulted(reply);
  checkConsistency(reply.headers, call);
  checkRequestHash(reply.headers, request);
  return receivedAnswer(reply, call, limits);
}

/** An answer whose origin was checked. Throws `service-answer-invalid`. */
export function receivedAnswer(reply: HttpReply, call: DomesticCall, limits: XmlLimits): Received<DomesticResponse> {
  if (call.home.passthrough === true) return receivedUnmapped(reply, call);
  if (reply.status < 200 || reply.status > 299) throw invalidAnswer('status', `status ${reply.status}`);
  const body = asAnswer(() => readBody(reply.headers, reply.body, limits));
  const message: DomesticResponse = { kind: 'response', dialect: 'xroad-rest', messageId: call.context.messageId, payload: { form: 'json', body, path: {}, query: {} } };
  return mintReceived(message, messageBytes([String(reply.status)], MESSAGE_HEADERS, reply.headers, reply.body));
}

/** Any status is an answer: what it means, the asker knows. */
function receivedUnmapped({ attachments = [], ...reply }: HttpReply, { context }: DomesticCall): Received<DomesticResponse> {
  if (reply.status < 200) throw invalidAnswer('status', `status ${reply.status}`);
  const message: DomesticResponse = { kind: 'response', dialect: 'xroad-rest', messageId: context.messageId, payload: unmappedResponse(reply), attachments };
  return mintReceived(message, messageBytes([String(reply.status)], namesOf(reply.headers), reply.headers, new Uint8Array()));
}

/** The security server repeats who asked what under which id (older ones leave the client out); its own check of the other side compares the same. */
function checkConsistency(headers: HttpHeaders, { home, client, context }: DomesticCall): void {
  const { [ID]: id, [SERVICE]: service = '', [CLIENT]: asker } = headers;
  if (id !== context.messageId) throw invalidAnswer('X-Road-Id', 'X-Road-Id is not that of the request');
  if (!samePath(service, servicePath(home.service))) throw invalidAnswer('X-Road-Service', 'X-Road-Service is not that of the request');
  if (asker !== undefined && !samePath(asker, memberPath(client))) throw invalidAnswer('X-Road-Client', 'X-Road-Client is not that of the request');
}

/** Servers differ in what they percent-encode; a NUL, which no identifier holds, keeps the decoded segments apart. */
function samePath(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => path.split('/').map((segment) => asAnswer(() => decodeSegment(segment, 'identifier'))).join('\0'));
  return first === second;
}
