/** From HTTP to a SOAP message: requests as the security server forwards them, answers as it returns them. */
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintReceived } from '../../stages.ts';
import type { DialectName, DomesticRequest, DomesticResponse, Received } from '../../stages.ts';
import { checkWellFormed, previewXml } from '../../xml/document.ts';
import { charsetOf } from '../../xml/encoding.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { brokenRule } from '../malformed.ts';
import { withAttachments } from './includes.ts';
import { readEnvelope, toRequest, toResponse } from './envelope.ts';
import type { SoapMessage } from './envelope.ts';
import type { SoapHeaders } from './headers.ts';
import { unmapped } from './unmapped.ts';

/** See Dialect.parseRequest. The path does not matter: a SOAP service has one URL. */
export function parseRequest(http: HttpMessage, candidates: readonly HomeService[], limits: XmlLimits, dialect: DialectName): Received<DomesticRequest> {
  const message = toRequest(readRequest(http, limits), candidates, dialect);
  const crosses = candidates.some(({ passthrough }) => passthrough === true) ? unmapped(message, http.body, http.attachments ?? [], limits) : withAttachments(message, http.attachments);
  return mintReceived(crosses, http.body);
}

/** The message of a request, whoever it is for. Throws `malformed`, `too-large`. */
export function readRequest(http: HttpMessage, limits: XmlLimits): SoapMessage {
  if (http.method !== 'POST') throw brokenRule('http-method', 'method', 'A SOAP request is a POST.');
  return readSoap(http.headers, http.body, limits);
}

/** Requires that an answer was made for exactly the bytes that we sent. Throws `service-answer-invalid`. */
export type CheckRequestHash = (headers: SoapHeaders, request: Uint8Array) => void;

/** See Dialect.parseResponse. A fault may come with any status; an answer only with 200. */
export function parseResponse(reply: HttpReply, call: DomesticCall, request: HttpMessage, limits: XmlLimits, checkRequestHash: CheckRequestHash): Received<DomesticResponse> {
  const message = readAnswer(reply, limits);
  if (message.kind === 'fault') throw message.fault.error;
  checkRequestHash(message.headers, request.body);
  return receivedAnswer(message, reply, call, limits);
}

/** An answer whose origin was checked. Throws `service-answer-invalid`. */
export function receivedAnswer(message: SoapMessage, reply: HttpReply, call: DomesticCall, limits: XmlLimits): Received<DomesticResponse> {
  const answer = toResponse(message, call);
  const crosses = () => (call.home.passthrough === true ? unmapped(answer, reply.body, reply.attachments ?? [], limits) : withAttachments(answer, reply.attachments));
  return mintReceived(asAnswer(crosses, reply.status), reply.body);
}

/** The message of an answer: a fault, or what came with status 200. Throws `service-answer-invalid`. */
export function readAnswer(reply: HttpReply, limits: XmlLimits): SoapMessage {
  const message = asAnswer(() => readSoap(reply.headers, reply.body, limits), reply.status);
  if (message.kind === 'message' && reply.status !== 200) throw new CausewayError('service-answer-invalid', `status ${reply.status} without a fault`, { facts: { delivered: 'unknown' } });
  return message;
}

function readSoap(headers: HttpHeaders, body: Uint8Array, limits: XmlLimits): SoapMessage {
  checkContentType(headers['content-type'] ?? '', body);
  const message = readEnvelope(previewXml(body, limits));
  // Nothing proves a fault: it ends here.
  if (message.kind === 'fault') checkWellFormed(body);
  return message;
}

/** What we would have refused as a request is, in an answer, the service's fault. */
function asAnswer<T>(read: () => T, status: number): T {
  try {
    return read();
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code !== 'malformed' && error.code !== 'too-large') throw error;
    throw new CausewayError('service-answer-invalid', `status ${status}: ${error.message}`, { facts: { ...error.facts, delivered: 'unknown' }, cause: error });
  }
}

/** Message and document must say the same character set: which of two a reader believes differs, and so what it reads. */
function checkContentType(contentType: string, body: Uint8Array): void {
  const [type, ...parameters] = contentType.toLowerCase().split(';').map((part) => part.trim());
  if (type !== 'text/xml') throw brokenRule('content-type', 'Content-Type', 'X-Road takes SOAP as text/xml.');
  const charset = parameters.find((part) => part.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  if (charset !== undefined && charset !== charsetOf(body)) throw brokenRule('content-type', 'Content-Type', 'Its character set is not that of the XML declaration: send UTF-8, or declare it.');
}
