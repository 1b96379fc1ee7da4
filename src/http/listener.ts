/** One HTTPS or HTTP listener with its caps, its koa application and a clean end. */
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { constants } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type Koa from 'koa';
import { CausewayError } from '../errors.ts';

export interface ListenerTls {
  readonly key: string;
  readonly cert: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface ListenerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls?: ListenerTls;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  /** Milliseconds for the headers, for a whole request, and for taking an answer that lies in a file. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Told of connections that broke while they were answered, which koa would print as they are. */
  onBroken(error: unknown): void;
}

export interface Listener {
  readonly port: number;
  /** New connections are shown this identity; those that are open end with the next answer on them, and no request is lost. */
  renew(tls: ListenerTls): void;
  /** No new requests; resolves when the running ones are answered, at most after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Throws `config-invalid` naming the listener when the port is taken. */
export async function listen(app: Koa, options: ListenerOptions): Promise<Listener> {
  const server = makeServer(app, options);
  server.maxConnections = options.maxConnections;
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(bindFailure(cause, options)));
    server.listen(options.port, options.host, resolve);
  });
  const running = new Set<ServerResponse>();
  server.on('request', (_, response) => {
    running.add(response);
    response.once('close', () => running.delete(response));
    endSlowReading(response, options.requestTimeout);
  });
  const renew = renewal(server);
  return { port: (server.address() as AddressInfo).port, renew, close: (graceMs) => closeServer(server, running, graceMs) };
}

/** Koa's handler ran before and may have answered already; else the answer says that its connection ends. */
function renewal(server: Server): Listener['renew'] {
  let current = new WeakSet<Socket>();
  server.on('secureConnection', (socket: Socket) => void current.add(socket));
  let renewed = false;
  server.prependListener('request', ({ socket }: IncomingMessage, response) => {
    if (renewed && !current.has(socket)) response.setHeader('connection', 'close');
  });
  return (tls) => {
    if (!(server instanceof TlsServer)) return;
    [renewed, current] = [true, new WeakSet<Socket>()];
    server.setSecureContext({ ...tls, ...TLS_OPTIONS });
  };
}

/** A reader that takes its time would hold its connection, and the file that it is sent, for as long as it likes. */
function endSlowReading(response: ServerResponse, ms: number): void {
  response.once('pipe', () => {
    const timer = setTimeout(() => response.destroy(), ms);
    response.once('close', () => clearTimeout(timer));
  });
}

function makeServer(app: Koa, { tls, maxHeaderBytes, headersTimeout, requestTimeout, onBroken }: ListenerOptions): Server {
  // Node looks for late requests at an interval of its own: without this, a slow sender would keep its connection for half a minute.
  const connectionsCheckingInterval = Math.ceil(Math.min(headersTimeout, requestTimeout) / 4);
  const http = { maxHeaderSize: maxHeaderBytes, headersTimeout, requestTimeout, connectionsCheckingInterval, keepAlive: true };
  // koa turns whatever its middleware throws into an answer: the promise never rejects.
  app.on('error', onBroken);
  const koa = app.callback();
  const answer = (request: IncomingMessage, response: ServerResponse): void => void koa(request, response);
  if (tls === undefined) return createHttp(http, answer);
  // Certificates are pinned per request against current trust, so no authority path is asked for here.
  const mutual = { requestCert: true, rejectUnauthorized: false, handshakeTimeout: headersTimeout };
  return createHttps({ ...http, ...mutual, ...TLS_OPTIONS, key: tls.key, cert: tls.cert, minVersion: tls.minVersion }, answer);
}

/** Without tickets a resumed session cannot outlive a rotation. */
const TLS_OPTIONS = { secureOptions: constants.SSL_OP_NO_TICKET };

function bindFailure(cause: NodeJS.ErrnoException, { name, host, port }: ListenerOptions): CausewayError {
  const why = cause.code === 'EADDRINUSE' ? 'another process uses it' : cause.code === 'EACCES' ? 'this user may not' : cause.message;
  return new CausewayError('config-invalid', `the ${name} listener cannot use ${host}:${port}: ${why}. Choose another port in gateway.yaml (listeners.${name}.port).`, { cause });
}

/** A connection whose request is running is closed with its answer: kept alive, it would hold up the process for as long as its client likes. */
async function closeServer(server: Server, running: Iterable<ServerResponse>, graceMs: number): Promise<void> {
  const last = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  server.prependListener('request', (_, response) => last(response));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of running) last(response);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
