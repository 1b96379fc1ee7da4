/** From HTTP to a message of an API described by OpenAPI: requests of clients at our service URLs, answers of providers. */
import { CausewayError } from '../../errors.ts';
import type { Delivered } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintReceived } from '../../stages.ts';
import type { DomesticMember, DomesticRequest, DomesticResponse, Received } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { malformed } from '../malformed.ts';
import { asAnswer } from '../rest/answer.ts';
import { readBody } from '../rest/body.ts';
import { route } from '../rest/route.ts';
import { serviceFaulted } from '../rest/service-fault.ts';
import { readTarget } from '../rest/target.ts';
import { clientOf } from './clients.ts';
import { readContext } from './identifiers.ts';
import { answerBytes, requestBytes } from './message-bytes.ts';
import type { HubSettings } from './settings.ts';

const BODYLESS = new Set(['GET', 'HEAD', 'DELETE']);

/** See Dialect.parseRequest. Throws `caller-unauthenticated` where no registered client has the credentials that are shown. */
export function parseRequest(http: HttpMessage, candidates: readonly HomeService[], limits: XmlLimits, settings: HubSettings): Received<DomesticRequest> {
  const client = clientOf(http.headers, settings);
  return mintReceived(toRequest(http, candidates, client.member, limits, settings), requestBytes(http));
}

/** The request that `http` makes as `client`. Throws `malformed`, `too-large`, `unknown-service`. */
export function toRequest(http: HttpMessage, candidates: readonly HomeService[], client: DomesticMember, limits: XmlLimits, { headers: names }: HubSettings): DomesticRequest {
  const { segments, query } = readTarget(http.target);
  const { home, path } = route(http.method, segments, candidates, 'openapi');
  if (BODYLESS.has(http.method) && http.body.length > 0) throw malformed('body', `A ${http.method} request has none.`);
  return {
    kind: 'request',
    dialect: 'openapi',
    client,
    service: home.service,
    context: readContext(http.headers, names),
    operation: home.operation,
    payload: { form: 'json', body: readBody(http.headers, http.body, limits), path, query },
  };
}

/**
 * See Dialect.parseResponse. Business outcomes are those in the body of a 2xx: what a status such as 404 means in a register is not known here, so it is a
 * fault that names the status.
 */
export function parseResponse(reply: HttpReply, call: DomesticCall, request: HttpMessage, limits: XmlLimits, settings: HubSettings): Received<DomesticResponse> {
  checkStatus(reply);
  return mintReceived(toResponse(reply, call, limits, settings), answerBytes(request, reply));
}

export function toResponse(reply: HttpReply, { context }: DomesticCall, limits: XmlLimits, { headers: names }: HubSettings): DomesticResponse {
  const echoed = reply.headers[names.messageId];
  if (echoed !== undefined && echoed !== context.messageId) throw invalid(names.messageId, 'the message id is not that of the request');
  const body = asAnswer(() => readBody(reply.headers, reply.body, limits));
  return { kind: 'response', dialect: 'openapi', messageId: context.messageId, payload: { form: 'json', body, path: {}, query: {} } };
}

/** Statuses with which a hub, not the service behind it, refuses, and whether the service may have the request. */
const OF_THE_HUB: ReadonlyMap<number, Delivered> = new Map([[401, 'no'], [403, 'unknown'], [407, 'no'], [429, 'no']]);
/** With which it gives up. */
const OF_ITS_WAY: ReadonlySet<number> = new Set([502, 503, 504]);

function checkStatus(reply: HttpReply): void {
  const { status } = reply;
  const hint = `Its HTTP status is ${status}.`;
  const refused = OF_THE_HUB.get(status);
  if (refused !== undefined) throw new CausewayError('service-refused', `status ${status}`, { facts: { hint, delivered: refused } });
  if (OF_ITS_WAY.has(status)) throw new CausewayError('service-fault', `status ${status}`, { facts: { hint, delivered: 'unknown' } });
  if (status >= 400) throw serviceFaulted(reply);
  if (status < 200 || status > 299) throw invalid('status', `status ${status}: redirects are not followed`);
}

function invalid(field: string, message: string): CausewayError {
  return new CausewayError('service-answer-invalid', message, { facts: { field, delivered: 'yes' } });
}
