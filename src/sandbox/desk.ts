/** How an asking system reaches its country's security server: kept-alive mutual TLS, and a check that the answer is to its own request. */
import { CausewayError } from '../errors.ts';
import { connect } from '../platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../platform/http-client.ts';
import { checkWellFormed } from '../xml/document.ts';
import { attribute, text } from '../xml/element.ts';
import { restRequestHash, travellingHeaders } from './security-server/rest-hash.ts';
import { HASHES } from './security-server/soap.ts';
import { faultOf, headerOf, previewMessage } from './soap/message.ts';
import type { SoapMessage } from './soap/message.ts';
import type { TlsIdentity } from './wire.ts';

export interface DeskOptions {
  readonly securityServerUrl: string;
  /** SPKI pin of the security server. */
  readonly pin: string;
  readonly identity: TlsIdentity;
  /** Connections kept at most. */
  readonly connections: number;
  /** Milliseconds that an answer is waited for. */
  readonly patience: number;
}

/** What the platform's hash says about the request that we sent. */
export type RequestHash = 'matches' | 'differs' | 'absent';

/** An answer with the bytes on both sides, as the asking system would file them. */
export interface Answer {
  readonly request: HttpMessage;
  readonly reply: HttpReply;
  /** Message id under which we asked. */
  readonly id: string;
  readonly requestHash: RequestHash;
}

export interface SoapAnswer extends Answer {
  /** Absent when the answer is not a SOAP envelope. */
  readonly message?: SoapMessage;
  /** SOAP fault of the platform, a gateway or the service. */
  readonly fault?: { readonly code: string; readonly text: string; readonly detail: string };
}

export interface RestAnswer extends Answer {
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
  /** X-Road-Error or uxp-faultcode: the platform, or a gateway in its place, failed. */
  readonly platformError?: string;
}

const MAX_ANSWER = 20 * 1024 * 1024;

export class Desk {
  readonly #connection: HttpConnection;
  readonly #patience: number;

  constructor(options: DeskOptions) {
    const { key, certificate } = options.identity;
    this.#connection = connect({ origin: options.securityServerUrl, tls: { key, cert: certificate, pins: [options.pin], minVersion: 'TLSv1.2' }, connections: options.connections });
    this.#patience = options.patience;
  }

  /** Rejects with ConnectionFailed when no whole answer comes. `prove` throws for an answer that is not well-formed XML: whoever checks its signature finds that out on the way. */
  async sendSoap(id: string, request: HttpMessage, prove: (answer: Uint8Array) => void = checkWellFormed): Promise<SoapAnswer> {
    const reply = await this.#send(request);
    const message = readLeniently(reply.body, prove);
    const fault = message === undefined ? undefined : faultOf(message);
    const requestHash = message === undefined ? 'absent' : soapRequestHash(message, request.body);
    return { request, reply, id, requestHash, ...(message === undefined ? {} : { message }), ...(fault === undefined ? {} : { fault }) };
  }

  /** Rejects with ConnectionFailed when no whole answer comes. */
  async sendRest(id: string, request: HttpMessage): Promise<RestAnswer> {
    const reply = await this.#send(request);
    const platformError = reply.headers['x-road-error'] ?? reply.headers['uxp-faultcode'];
    return { request, reply, id, requestHash: restHash(request, reply), json: readJson(reply.body), ...(platformError === undefined ? {} : { platformError }) };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #send(request: HttpMessage): Promise<HttpReply> {
    return this.#connection.send(request, { signal: AbortSignal.timeout(this.#patience), maxBytes: MAX_ANSWER });
  }
}

/** A SOAP request to the root of the security server. */
export function soapRequest(body: Uint8Array): HttpMessage {
  return { method: 'POST', target: '/', headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' }, body };
}

function readLeniently(body: Uint8Array, prove: (answer: Uint8Array) => void): SoapMessage | undefined {
  try {
    const message = previewMessage(body);
    if (message !== undefined) prove(body);
    return message;
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    return undefined;
  }
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

function soapRequestHash(message: SoapMessage, request: Uint8Array): RequestHash {
  const header = headerOf(message, 'requestHash');
  if (header === undefined) return 'absent';
  const hashing = Object.values(HASHES).find(({ algorithm }) => algorithm === attribute(header, '', 'algorithmId'));
  return hashing !== undefined && text(header).trim() === hashing.digest(request).toString('base64') ? 'matches' : 'differs';
}

/** We sent our headers in this order; the platform appended its request id, and a message id when we gave none. */
function restHash(request: HttpMessage, reply: HttpReply): RequestHash {
  const hash = reply.headers['x-road-request-hash'];
  if (hash === undefined) return 'absent';
  const appended = ['x-road-request-id', ...(request.headers['x-road-id'] === undefined ? ['x-road-id'] : [])];
  const lines = [...travellingHeaders(Object.entries(request.headers)), ...appended.map((name) => [name, reply.headers[name] ?? ''] as const)];
  return hash === restRequestHash(request.method, request.target, lines, request.body) ? 'matches' : 'differs';
}
