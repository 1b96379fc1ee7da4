/** HTTP as plain values, and the one place that opens outgoing connections (undici pools, keep-alive, mutual TLS). */
import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { Pool, buildConnector } from 'undici';
import type { Dispatcher } from 'undici';
import type { Attachment, Content } from '../stages.ts';
import { Collector } from './collect.ts';
import { isStored } from './content.ts';
import type { SpoolScope } from './spool.ts';
import { isSpkiPin, spkiPin } from './spki.ts';

/** Header names are lower case; a repeated header is joined with ', ' as Node does. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** `Body`: bytes in memory, and `Content` where messages of any size pass. */
export interface HttpMessage<Body extends Content = Uint8Array> {
  readonly method: string;
  /** Path with query, as on the request line. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Body;
  /** Beside the body, which is then the root of what goes on the wire: a dialect packs them into one body. */
  readonly attachments?: readonly Attachment[];
}

export interface HttpReply<Body extends Content = Uint8Array> {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Body;
  readonly attachments?: readonly Attachment[];
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

export interface HttpConnection {
  /**
   * Sends one request and reads the whole answer, at most `maxBytes`; into a file of `scope` where it is too large for memory. Rejects with
   * `ConnectionFailed`: `sent` is false only when no byte of the request can have reached the other side.
   */
  send(request: HttpMessage<Content>, options: SendOptions & { readonly scope: SpoolScope }): Promise<HttpReply<Content>>;
  send(request: HttpMessage<Content>, options: SendOptions): Promise<HttpReply>;
  /** What is on its way ends at once, as broken. */
  close(): Promise<void>;
}

/** A connection that can also be left to end by itself. */
export interface EndingConnection extends HttpConnection {
  /** Takes no more requests; resolves when those on their way have their answers. */
  end(): Promise<void>;
}

export interface ConnectOptions {
  /** `https://host[:port]`; `http://` only where `tls` says so by its long name. */
  readonly origin: string;
  readonly tls: PinnedTls | 'plain-http-that-anybody-can-read-and-change';
  /** Connections kept at most; further requests wait for a free one. */
  readonly connections: number;
  /** Milliseconds for TCP and TLS together; default 5000. */
  readonly connectTimeout?: number;
  /** Milliseconds that an idle connection is kept; default 30000. */
  readonly keepAlive?: number;
}

export interface PinnedTls {
  /** PEM: how we identify ourselves; without it the other side does not ask who we are. */
  readonly key?: string | Buffer;
  readonly cert?: string | Buffer;
  /** Base64 SHA-256 of the public keys that the other side may use, at least one; no certificate path replaces a pin. */
  readonly pins: readonly string[];
  /** Default `TLSv1.3`; a security server may know no better than `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** Pins that are asked for at every new connection; while there are none, none is made. */
export type LiveTls = Omit<PinnedTls, 'pins'> & { readonly pins: () => readonly string[] };
export type LiveOptions = Omit<ConnectOptions, 'tls'> & { readonly tls: LiveTls };

const CONNECT_MS = 5_000;

/** `no-room`: the answer came, and there was no disk for it. */
export type ConnectionFailure = 'connect' | 'aborted' | 'broken' | 'too-large' | 'no-room';

/** No answer came. `sent: false` promises that no byte of the request left; `true` says only that some may have. */
export class ConnectionFailed extends Error {
  readonly reason: ConnectionFailure;
  readonly sent: boolean;

  constructor(reason: ConnectionFailure, sent: boolean, cause: unknown) {
    super(`${reason} (${sent ? 'request sent' : 'nothing sent'}): ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'ConnectionFailed';
    this.reason = reason;
    this.sent = sent;
  }
}

/**
 * A pool of kept-alive HTTP/1.1 connections to one party, pinned unless `tls` says otherwise. Redirects are not followed and nothing is ever sent twice.
 * Headers go out in the order of `HttpMessage.headers`, after Host and Connection. Throws a TypeError for options that could not be safe.
 */
export function connect(options: ConnectOptions | LiveOptions): EndingConnection {
  const { origin, tls } = options;
  const plain = tls === 'plain-http-that-anybody-can-read-and-change';
  if (new URL(origin).protocol !== (plain ? 'http:' : 'https:')) throw new TypeError(`not an ${plain ? 'http' : 'https'} origin: ${origin}`);
  if (!plain && typeof tls.pins !== 'function' && (tls.pins.length === 0 || !tls.pins.every(isSpkiPin))) throw new TypeError(`pins of ${origin}: at least one base64 SHA-256 of a public key is needed`);
  const pool = new Pool(options.origin, {
    connections: options.connections,
    pipelining: 1,
    keepAliveTimeout: options.keepAlive ?? 30_000,
    // Time is the caller's: its signal covers the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: plain ? { timeout: options.connectTimeout ?? CONNECT_MS } : pinnedConnector(tls, options.connectTimeout ?? CONNECT_MS),
  });
  return {
    // Without a scope the answer is in memory, as the second signature says.
    send: (request: HttpMessage<Content>, options: AnyOptions) => send(pool, request, options) as Promise<HttpReply>,
    close: () => pool.destroy(),
    end: () => pool.close(),
  };
}

/** Opens TLS and hands the socket on only when the other side shows a pinned key in a certificate that is in its time: before that, not one byte of a request leaves. */
function pinnedConnector(tls: PinnedTls | LiveTls, timeout: number): buildConnector.connector {
  const open = buildConnector({
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    minVersion: tls.minVersion ?? 'TLSv1.3',
    // The pin decides, not a path to some authority: see the check below.
    rejectUnauthorized: false,
    // A resumed session would outlive the rotation of a pin.
    maxCachedSessions: 0,
    allowH2: false,
    timeout,
  });
  return (target, done) => {
    open(target, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) return done(error, null);
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      const refusal = refusalOf(certificate, typeof tls.pins === 'function' ? tls.pins() : tls.pins);
      if (refusal === undefined) return done(null, socket);
      socket.destroy();
      done(new Error(`${target.hostname}: ${refusal}`), null);
    });
  };
}

function refusalOf(certificate: X509Certificate | undefined, pins: readonly string[]): string | undefined {
  if (certificate === undefined) return 'no certificate';
  if (!pins.includes(spkiPin(certificate.publicKey))) return 'its key is not pinned';
  const now = Date.now();
  return now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime() ? 'its certificate is out of its time' : undefined;
}

type AnyOptions = SendOptions & { readonly scope?: SpoolScope };

function send(pool: Pool, request: HttpMessage<Content>, { signal, maxBytes, scope }: AnyOptions): Promise<HttpReply<Content>> {
  return new Promise((resolve, reject) => {
    const { method, target: path } = request;
    const onAbort = (): void => reply.abort(signal.reason);
    const reply = new Reply(maxBytes, new Collector(scope), (settle) => {
      signal.removeEventListener('abort', onAbort);
      settle(resolve, reject);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    pool.dispatch({ method, path, ...sendable(request) }, reply);
  });
}

/** A stream says its length beforehand: not every server takes chunks. */
function sendable({ headers, body }: HttpMessage<Content>): { headers: Record<string, string>; body: Uint8Array | Readable | null } {
  if (!isStored(body)) return { headers: { ...headers }, body: body.length === 0 ? null : body };
  return { headers: { ...headers, 'content-length': String(body.length) }, body: Readable.from(body.chunks(), { objectMode: false }) };
}

type Settle = (resolve: (reply: HttpReply<Content>) => void, reject: (error: ConnectionFailed) => void) => void;

/** Collects one answer. undici calls `onRequestStart` right before it writes: what fails earlier was never sent. */
class Reply implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #done: (settle: Settle) => void;
  readonly #collector: Collector;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: { reason: ConnectionFailure; sent: boolean; cause: unknown } | undefined;
  #status = 0;
  #headers: HttpHeaders = {};

  constructor(maxBytes: number, collector: Collector, done: (settle: Settle) => void) {
    this.#maxBytes = maxBytes;
    this.#collector = collector;
    this.#done = done;
  }

  abort(reason: unknown): void {
    this.#fail('aborted', reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while it waited for a connection: undici looks at this before it writes.
    if (this.#failure !== undefined) controller.abort(asError(this.#failure.cause));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = joined(headers);
    if (Number(this.#headers['content-length'] ?? 0) > this.#maxBytes) this.#fail('too-large', `more than ${this.#maxBytes} bytes announced`);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // undici hands on an empty chunk where it resumes at the end of a TLS record: to pause at it would be to resume for ever.
    if (chunk.length === 0) return;
    if (this.#collector.length + chunk.length > this.#maxBytes) return this.#fail('too-large', `more than ${this.#maxBytes} bytes`);
    const written = this.#collector.add(chunk);
    if (written === undefined) return;
    controller.pause();
    written.then(() => controller.resume(), (error: unknown) => this.#fail('no-room', error));
  }

  onResponseEnd(): void {
    const ended = this.#collector.end();
    if (ended instanceof Uint8Array) return this.#succeed(ended);
    ended.then((body) => this.#succeed(body), (error: unknown) => this.#fail('no-room', error));
  }

  #succeed(body: Content): void {
    const reply = { status: this.#status, headers: this.#headers, body };
    this.#done((resolve) => resolve(reply));
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(this.#controller === undefined ? 'connect' : 'broken', error);
  }

  /** The first failure is the one that is told; what undici reports because of our own abort adds nothing. */
  #fail(reason: ConnectionFailure, cause: unknown): void {
    if (this.#failure !== undefined) return;
    const sent = this.#controller !== undefined;
    this.#failure = { reason, sent, cause };
    this.#controller?.abort(asError(cause));
    this.#done((_, reject) => reject(new ConnectionFailed(reason, sent, cause)));
  }
}

function joined(headers: IncomingHttpHeaders): HttpHeaders {
  const entries = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const]));
  return Object.fromEntries(entries);
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
