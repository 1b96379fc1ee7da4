/** REST in the place of the security servers: what the asker's own does with a request (PR-REST; RestRequest of X-Road 7), and what the service's does. */
import { randomUUID } from 'node:crypto';
import type { CausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { DomesticResponse, DomesticService, Mapped, Received } from '../../stages.ts';
import type { Addressed, Edge, EdgeArrival, HeaderLine } from '../edge.ts';
import type { DomesticCall, FaultFacts } from '../ecosystem.ts';
import { brokenRule, malformed } from '../malformed.ts';
import { errorReply } from '../rest/faults.ts';
import { serviceFaulted } from '../rest/service-fault.ts';
import { XROAD_DOCUMENTS } from '../soap/documents.ts';
import { edgeCode, edgeHeaders, edgeText } from '../xroad-edge-faults.ts';
import type { FaultSpelling } from '../xroad-faults.ts';
import { checkPart, decodeSegment, memberPath, servicePath } from '../xroad-identifiers.ts';
import { CLIENT, ERROR, ID, REQUEST_HASH, REQUEST_ID, SERVICE, readClient } from './identifiers.ts';
import { restMetaservice } from './metadata.ts';
import { receivedAnswer } from './parse.ts';
import { renderRequest } from './render.ts';
import { hashOf } from './request-hash.ts';

const BASE = '/r1';
/** What a security server forwards; OPTIONS it refuses, since there is no CORS on X-Road. */
const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'TRACE']);
/** Headers of the connection, not of the message: neither forwarded nor hashed. */
const CONNECTION = new Set(['transfer-encoding', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade', 'connection', 'user-agent', 'host', 'content-length', 'server', 'expect']);
/** Only a security server sets them. */
const OURS = new Set([REQUEST_ID, REQUEST_HASH]);

/** `instance`: where an absent X-Road-Id is made. */
export function restEdge(instance: string): Edge {
  return { path: BASE, address: (arrival, services) => address(arrival, services, instance), documents: XROAD_DOCUMENTS };
}

function address({ http, headerLines }: EdgeArrival, services: readonly HomeService[], instance: string): Addressed {
  if (!METHODS.has(http.method)) throw brokenRule('http-method', 'method', 'It is not forwarded.');
  const client = readClient(http.headers);
  const { service, rest } = readService(http.target, services);
  const requestId = randomUUID();
  const id = http.headers[ID] ?? `${instance}-${randomUUID()}`;
  const travelling = headerLines.filter(([name]) => !CONNECTION.has(name.toLowerCase()) && !OURS.has(name.toLowerCase()));
  const lines: HeaderLine[] = [...travelling, [REQUEST_ID, requestId], ...(http.headers[ID] === undefined ? [[ID, id] as const] : [])];
  const kept = Object.entries(http.headers).filter(([name]) => !CONNECTION.has(name) && !OURS.has(name));
  const forwarded = { ...http, target: rest, headers: { ...Object.fromEntries(kept), [REQUEST_ID]: requestId, [ID]: id } };
  const added = { [ID]: id, [CLIENT]: memberPath(client), [SERVICE]: servicePath(service), [REQUEST_ID]: requestId, [REQUEST_HASH]: hashOf(http.method, http.target, lines, http.attachments?.[0]?.content ?? http.body).toString('base64') };
  const metaservice = restMetaservice(http.method, client, service, http.target);
  return { client, service, forwarded, ...(metaservice === undefined ? {} : { metaservice }), complete: (reply) => (reply.headers[ERROR] === undefined ? { ...reply, headers: { ...reply.headers, ...added } } : reply) };
}

/**
 * `/r1/<instance>/<class>/<code>[/<subsystem>]/<service>` and what follows it, untouched. Whether there is a subsystem the path does not say: what is
 * offered does. A service that is not offered is read with one, as a security server reads every path. Throws `malformed`.
 */
function readService(target: string, services: readonly HomeService[]): { service: DomesticService; rest: string } {
  const [path = ''] = target.split('?', 1);
  const segments = path.slice(BASE.length + 1).split('/');
  const names = segments.slice(0, 5).map((segment) => checkPart(decodeSegment(segment, 'path'), 'path'));
  const [instance, memberClass, memberCode, fourth, fifth] = names;
  if (instance === undefined || memberClass === undefined || memberCode === undefined || fourth === undefined) throw malformed('path', 'It must be /r1/instance/class/code/subsystem/service.');
  const member = { instance, memberClass, memberCode };
  const ofMember = services.some(({ service }) => service.subsystem === undefined && service.service === fourth && memberPath(service) === memberPath(member));
  if (!ofMember && fifth === undefined) throw malformed('path', 'It must be /r1/instance/class/code/subsystem/service.');
  const length = [BASE.slice(1), ...segments.slice(0, ofMember ? 4 : 5)].join('/').length + 1;
  const service = ofMember || fifth === undefined ? { ...member, service: fourth } : { ...member, subsystem: fourth, service: fifth };
  return { service, rest: target.slice(length) };
}

/** What the service's security server sends to the service URL: the target is what follows it. */
export function renderForProvider(mapped: Mapped<'domestic'>, call: DomesticCall): HttpMessage {
  const request = renderRequest(mapped, call);
  return { ...request, target: request.target.slice(`${BASE}/${servicePath(call.home.service)}`.length), headers: { ...request.headers, [REQUEST_ID]: randomUUID() } };
}

/** The answer of a service of ours, straight from it: it sets no X-Road headers, and any status of 400 or more is its own. Redirects are not followed. */
export function parseProviderResponse(reply: HttpReply, call: DomesticCall, _request: HttpMessage, limits: XmlLimits): Received<DomesticResponse> {
  if (reply.status >= 300 && call.home.passthrough === undefined) throw serviceFaulted(reply);
  return receivedAnswer(reply, call, limits);
}

/** X-Road's three fields and no other; 500 where a server is at fault, else 400 (ClientRestMessageHandler of X-Road 7). */
export function renderEdgeFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  const type = edgeCode(error, spelling, 'client.bad_request');
  return errorReply(/^server\./i.test(type) ? 500 : 400, { type, message: edgeText(error), detail: facts.exchange }, facts.accept, { [ERROR]: type, ...edgeHeaders(error) });
}
