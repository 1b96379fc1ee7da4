/** The stand-in's SOAP side: X-Road message protocol 4.0 between an asking system and a service URL. */
import { hash } from 'node:crypto';
import { gost34311 } from '../../crypto/gost34311.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { SECURITY_SERVER } from '../faults.ts';
import type { SubsystemId } from '../plan.ts';
import { memberOf } from '../signing/archive.ts';
import { headerSpans, splice } from '../soap/header-spans.ts';
import { REPRESENTATION_NS, XROAD_NS, faultOf, headerOf, identifierText, unprovenMessage } from '../soap/message.ts';
import type { SoapMessage } from '../soap/message.ts';
import type { Incoming } from '../wire.ts';
import { PlatformFault } from './fault.ts';
import { metaserviceOf, soapMethods } from './metadata.ts';
import type { Platform } from './platform.ts';

interface SoapRequest {
  readonly client: SubsystemId;
  readonly service: string;
  readonly id: string;
  /** Values of what an answer must repeat, by name. */
  readonly repeated: ReadonlyMap<string, string | undefined>;
}

/** How requests are hashed into answers. */
export interface RequestHashing {
  readonly algorithm: string;
  digest(request: Uint8Array): Buffer;
}

export const HASHES = {
  sha512: { algorithm: 'http://www.w3.org/2001/04/xmlenc#sha512', digest: (request) => hash('sha512', request, 'buffer') },
  gost34311: { algorithm: 'http://www.w3.org/2001/04/xmldsig-more#gost34311', digest: gost34311 },
} as const satisfies Readonly<Record<string, RequestHashing>>;
export type HashName = keyof typeof HASHES;

/** What an answer must repeat of its request (X-Road 7, CheckConsistency). */
const REPEATED = [...['client', 'service', 'userId', 'issue', 'id'].map((name) => ({ name, ns: XROAD_NS })), { name: 'representedParty', ns: REPRESENTATION_NS }];

/** One SOAP exchange: read, authenticate, authorise, hand over as it came, check the answer, add the request hash. */
export async function serveSoap(incoming: Incoming, platform: Platform, hashing: RequestHashing): Promise<HttpReply> {
  const message = readEnvelope(incoming);
  const request = readRequest(message);
  platform.registry.authenticate(request.client, incoming.peer);
  const metaservice = metaserviceOf(request.service);
  if (metaservice !== undefined) return soapMethods(platform.registry, metaservice, request.client, message.header);
  // In a function of its own: what waits for the service does not hold the message's tree.
  return handOver(request, incoming, platform, hashing);
}

async function handOver(request: SoapRequest, incoming: Incoming, platform: Platform, hashing: RequestHashing): Promise<HttpReply> {
  const service = platform.registry.authorise(request.client, request.service, 'soap');
  const { headers, body } = incoming.message;
  const forwarded = { 'content-type': headers['content-type'] ?? 'text/xml', ...(headers['soapaction'] === undefined ? {} : { soapaction: headers['soapaction'] }) };
  const between = { id: request.id, client: memberOf(request.client), provider: memberOf(service.id), attachments: [] };
  platform.messages.add({ ...between, kind: 'request', message: body });
  const reply = await platform.handOver(request, service, { method: 'POST', target: '', headers: forwarded, body }, 'server.serverproxy.service_failed');
  const answer = readAnswer(reply);
  if (faultOf(answer) !== undefined) return { status: 500, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: reply.body };
  checkConsistency(request, answer);
  const signed = withRequestHash(reply.body, body, platform, hashing);
  platform.messages.add({ ...between, kind: 'response', message: signed });
  return { status: 200, headers: { 'content-type': reply.headers['content-type'] ?? 'text/xml' }, body: signed };
}

function readEnvelope({ message: { headers, body } }: Incoming): SoapMessage {
  checkContentType(headers['content-type'], 'client');
  return parsed(body, 'client');
}

function readRequest(message: SoapMessage): SoapRequest {
  const [client, service, id, version] = [required(message, 'client'), required(message, 'service'), required(message, 'id'), text(required(message, 'protocolVersion'))];
  if (!version.startsWith('4.')) throw new PlatformFault('client.invalid_protocol_version', `Protocol version ${version} is not supported`);
  checkBody(message, service);
  return { client: identifierText(client), service: identifierText(service), id: own(text(id)), repeated: repeatedIn(message) };
}

/** The text in memory of its own: what the log keeps would else keep the whole message that it was cut from. */
function own(cut: string): string {
  return Buffer.from(cut).toString();
}

function checkContentType(contentType: string | undefined, prefix: string): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'text/xml') throw new PlatformFault(`${prefix}.invalid_content_type`, `Invalid content type: ${type ?? 'none'}`);
}

/** Whoever the message goes on to reads it strictly: here, what it seems to be is enough. */
function parsed(bytes: Uint8Array, prefix: string): SoapMessage {
  let message: SoapMessage | undefined;
  try {
    message = unprovenMessage(bytes);
  } catch {
    throw new PlatformFault(`${prefix}.invalid_soap`, 'The message is not well-formed XML');
  }
  if (message === undefined) throw new PlatformFault(`${prefix}.invalid_soap`, 'Malformed SOAP message: envelope or body missing');
  return message;
}

function required(message: SoapMessage, name: string): XmlElement {
  const found = message.header.filter((header) => header.ns === XROAD_NS && header.name === name);
  if (message.header.length === 0) throw new PlatformFault('client.missing_header', 'Malformed SOAP message: header missing');
  if (found.length > 1) throw new PlatformFault('client.duplicate_header_field', `SOAP header contains duplicate field '${name}'`);
  if (found[0] === undefined) throw new PlatformFault('client.missing_header_field', `Required field '${name}' is missing`);
  return found[0];
}

/** One body element, named after the service code (X-Road 7, SaxSoapParserImpl). */
function checkBody(message: SoapMessage, service: XmlElement): void {
  const [operation, second] = message.body;
  if (operation === undefined) throw new PlatformFault('client.missing_body', 'Malformed SOAP message: body missing');
  if (second !== undefined) throw new PlatformFault('client.invalid_body', 'Malformed SOAP message: body must have exactly one child element');
  const code = elements(service).find((part) => part.name === 'serviceCode');
  if (code === undefined || !operation.name.startsWith(text(code))) {
    throw new PlatformFault('client.inconsistent_headers', 'Malformed SOAP message: body does not match the service code');
  }
}

/** An answer of the service, or a fault of its own, which passes whatever its status. */
function readAnswer(reply: HttpReply): SoapMessage {
  const prefix = 'server.serverproxy.service_failed';
  if (reply.status !== 200 && reply.status !== 500) throw new PlatformFault(`${prefix}.http_error`, `Server responded with error ${reply.status}`);
  checkContentType(reply.headers['content-type'], prefix);
  const answer = parsed(reply.body, prefix);
  if (faultOf(answer) !== undefined) return answer;
  if (reply.status === 500) throw new PlatformFault(`${prefix}.http_error`, 'Server responded with error 500');
  if (answer.body.length !== 1) throw new PlatformFault(`${prefix}.missing_body`, 'Malformed SOAP message: body missing');
  return answer;
}

function repeatedIn(message: SoapMessage): Map<string, string | undefined> {
  return new Map(REPEATED.map(({ name, ns }) => [name, valueOf(headerOf(message, name, ns))]));
}

function checkConsistency({ repeated }: SoapRequest, answer: SoapMessage): void {
  const found = repeatedIn(answer);
  if (REPEATED.some(({ name }) => found.get(name) !== repeated.get(name))) {
    throw new PlatformFault('server.clientproxy.service_failed.inconsistent_response', 'Response from server proxy is not consistent with request');
  }
}

function valueOf(header: XmlElement | undefined): string | undefined {
  if (header === undefined) return undefined;
  return elements(header).length === 0 ? text(header) : identifierText(header);
}

/**
 * The answer with `requestHash` behind its `id`, in place of one that the service may have written. Only these bytes are added:
 * signatures over the other headers and the body stay whole. Source: message protocol 4.0, section 2.3.
 */
function withRequestHash(answer: Uint8Array, request: Uint8Array, platform: Platform, { algorithm, digest }: RequestHashing): Uint8Array {
  const hashed = platform.faults.has(SECURITY_SERVER, 'wrong-request-hash') ? Buffer.concat([request, Buffer.from('of another request')]) : request;
  const value = digest(hashed).toString('base64');
  const wrongId = `<xroad:id xmlns:xroad="${XROAD_NS}">another-id</xroad:id>`;
  const changes = headerSpans(answer).flatMap(({ name, start, end }) => {
    if (name === 'requestHash') return [{ start, end, text: '' }];
    if (name !== 'id') return [];
    const header = requestHash(Buffer.from(answer.subarray(start, end)).toString('utf8'), algorithm, value);
    return platform.faults.has(SECURITY_SERVER, 'wrong-id') ? [{ start, end, text: wrongId + header }] : [{ start: end, end, text: header }];
  });
  return splice(answer, changes);
}

/** Prefix, local name and attributes of a start tag. */
const START_TAG = /^<([^\s/>:]*:)?[^\s/>:]+((?:[^>"']|"[^"]*"|'[^']*')*?)\s*\/?>/;

/** With the prefix and all attributes of the `id` header, its wsu:Id too where a member signed it (X-Road 7, ServerMessageProcessor). */
function requestHash(id: string, algorithm: string, value: string): string {
  const [, prefix = '', attributes = ''] = START_TAG.exec(id) ?? [];
  return `<${prefix}requestHash${attributes} algorithmId="${algorithm}">${value}</${prefix}requestHash>`;
}
