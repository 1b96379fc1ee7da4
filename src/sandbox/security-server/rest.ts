/** The stand-in's REST side: X-Road message protocol for REST, `/r1/<service id>[/path][?query]`. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { HttpReply } from '../../platform/http-client.ts';
import { SECURITY_SERVER } from '../faults.ts';
import type { ServiceId, SubsystemId } from '../plan.ts';
import { memberOf } from '../signing/archive.ts';
import type { Incoming } from '../wire.ts';
import { PlatformFault } from './fault.ts';
import { metaserviceOf, restMethods } from './metadata.ts';
import type { Platform } from './platform.ts';
import { isForwarded, restRequestHash, travellingHeaders } from './rest-hash.ts';

interface RestRequest {
  readonly client: SubsystemId;
  readonly service: ServiceId;
  readonly id: string;
  readonly requestId: string;
  /** What is appended to the service URL: path and query behind the service code. */
  readonly target: string;
  /** As forwarded and hashed. */
  readonly lines: readonly (readonly [string, string])[];
}

const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** One REST exchange. What the service answers, errors included, passes as it is, with the X-Road headers added. */
export async function serveRest(incoming: Incoming, platform: Platform): Promise<HttpReply> {
  const request = readRequest(incoming, platform.instance);
  platform.registry.authenticate(request.client, incoming.peer);
  const metaservice = metaserviceOf(request.service);
  if (metaservice !== undefined) return restMethods(platform.registry, metaservice, request.client);
  const service = platform.registry.authorise(request.client, request.service, 'rest');
  const { method, target, body } = incoming.message;
  const forwarded = { method, target: request.target, headers: Object.fromEntries(request.lines.map(([name, value]) => [name.toLowerCase(), value])), body };
  const between = { id: request.id, client: memberOf(request.client), provider: memberOf(service.id) };
  const attachments = (content: Uint8Array) => (content.length === 0 ? [] : [content]);
  platform.messages.add({ ...between, kind: 'request', message: head([method, target], request.lines), attachments: attachments(body) });
  const reply = await platform.handOver(request, service, forwarded, 'server.serverproxy');
  const headers = Object.fromEntries(Object.entries(reply.headers).filter(([name]) => isForwarded(name) && name !== 'x-road-error'));
  const hashed = platform.faults.has(SECURITY_SERVER, 'wrong-request-hash') ? `${target}-of-another` : target;
  const answered = {
    status: reply.status,
    headers: {
      ...headers,
      'x-road-id': platform.faults.has(SECURITY_SERVER, 'wrong-id') ? `${platform.instance}-${randomUUID()}` : request.id,
      'x-road-client': encodeId(request.client),
      'x-road-service': encodeId(request.service),
      'x-road-request-id': request.requestId,
      'x-road-request-hash': restRequestHash(method, hashed, request.lines, body),
    },
    body: reply.body,
  };
  platform.messages.add({ ...between, kind: 'response', message: head([String(reply.status), STATUS_CODES[reply.status] ?? ''], Object.entries(answered.headers)), attachments: attachments(reply.body) });
  return answered;
}

/** As a security server logs it (reference: RestRequest and RestResponse of X-Road 7). */
function head(start: readonly string[], lines: readonly (readonly [string, string])[]): Uint8Array {
  return Buffer.from([...start, ...lines.map(([name, value]) => `${name}:${value}`), ''].join('\r\n'));
}

function readRequest(incoming: Incoming, instance: string): RestRequest {
  const { method, target } = incoming.message;
  if (!METHODS.has(method)) throw new PlatformFault('client.invalid_http_method', `Method ${method} is not supported`);
  const path = target.split('?', 1)[0] ?? '';
  const parts = path.split('/');
  if (parts.length < 7) throw new PlatformFault('client.bad_request', 'Invalid request URI');
  const service = parts.slice(2, 7);
  const lines = travellingHeaders(incoming.headerLines);
  const given = (name: string): string | undefined => lines.findLast(([candidate]) => candidate.toLowerCase() === name)?.[1];
  const client = given('x-road-client');
  if (client === undefined) throw new PlatformFault('client.bad_request', 'Header X-Road-Client is missing');
  const requestId = randomUUID();
  const id = given('x-road-id');
  const ownId = `${instance}-${randomUUID()}`;
  return {
    client: decodeId(client.split('/'), [3, 4]),
    service: decodeId(service, [5]),
    id: id ?? ownId,
    requestId,
    target: target.slice(parts.slice(0, 7).join('/').length),
    lines: [...lines, ['x-road-request-id', requestId], ...(id === undefined ? ([['x-road-id', ownId]] as const) : [])],
  };
}

function decodeId(parts: readonly string[], lengths: readonly number[]): string {
  try {
    const decoded = parts.map(decodeURIComponent);
    if (lengths.includes(decoded.length) && decoded.every((part) => part !== '' && !part.includes('/'))) return decoded.join('/');
  } catch {
    // Not percent-encoded UTF-8: refused like any other identifier that cannot be one.
  }
  throw new PlatformFault('client.bad_request', 'Invalid identifier');
}

function encodeId(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/');
}
