/**
 * The stand-in's REST side of UXP: `/restapi[/path][?query]`, client and service in headers ("REST services development for Trembita system"). Query parameters that are the
 * platform's (`queryId`, `userId`) are forwarded like any other: whether a real server takes them out is not known, and a provider must bear it.
 */
import { randomUUID } from 'node:crypto';
import type { HttpReply } from '../../platform/http-client.ts';
import { SECURITY_SERVER } from '../faults.ts';
import type { ServiceId, SubsystemId } from '../plan.ts';
import type { Incoming } from '../wire.ts';
import { PlatformFault } from './fault.ts';
import type { Platform } from './platform.ts';
import { isForwarded } from './rest-hash.ts';

interface UxpRequest {
  readonly client: SubsystemId;
  readonly service: ServiceId;
  readonly id: string;
  readonly requestId: string;
  /** What is appended to the service URL. */
  readonly target: string;
}

const BASE = '/restapi';
const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']);

/** One REST exchange. What the service answers, errors included, passes as it is. */
export async function serveUxpRest(incoming: Incoming, platform: Platform): Promise<HttpReply> {
  const request = readRequest(incoming, platform);
  platform.registry.authenticate(request.client, incoming.peer);
  const service = platform.registry.authorise(request.client, request.service, 'rest');
  const { method, headers, body } = incoming.message;
  const kept = Object.entries(headers).filter(([name]) => isForwarded(name));
  const reply = await platform.handOver(request, service, { method, target: request.target, headers: Object.fromEntries(kept), body }, 'server.serverproxy');
  const passed = Object.entries(reply.headers).filter(([name]) => isForwarded(name));
  const wrong = platform.faults.has(SECURITY_SERVER, 'wrong-id') ? { 'uxp-queryid': randomUUID() } : {};
  return { status: reply.status, headers: { ...Object.fromEntries(passed), 'uxp-transaction-id': request.requestId, ...wrong }, body: reply.body };
}

function readRequest({ message }: Incoming, platform: Platform): UxpRequest {
  const { method, target, headers } = message;
  if (!METHODS.has(method)) throw new PlatformFault('client.invalid_http_method', `Method ${method} is not supported`);
  const { 'uxp-client': client, 'uxp-service': service } = headers;
  if (client === undefined || service === undefined) throw new PlatformFault('client.bad_request', `Header Uxp-${client === undefined ? 'Client' : 'Service'} is missing`);
  const parameters = new URL(target, 'https://uxp.invalid').searchParams;
  return {
    client: identifier(client, [3, 4]),
    service: platform.registry.versionOf(identifier(service, [5, 6])),
    id: headers['uxp-queryid'] ?? parameters.get('queryId') ?? randomUUID(),
    requestId: randomUUID(),
    target: target.slice(BASE.length),
  };
}

/** A client that has no version writes `undefined` there: taken as none. */
function identifier(text: string, lengths: readonly number[]): string {
  const parts = text.split('/');
  if (!lengths.includes(parts.length) || parts.some((part) => part === '')) throw new PlatformFault('client.bad_request', 'Invalid identifier');
  return parts.filter((part, at) => at < 5 || part !== 'undefined').join('/');
}
