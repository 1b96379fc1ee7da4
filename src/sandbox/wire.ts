/** The TLS listeners of the pretend countries: requests in and answers out as plain values, each with the certificate behind it. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';

/** PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
}

export interface Incoming {
  readonly message: HttpMessage;
  /** Names and values as they came, in their order: X-Road hashes them so. */
  readonly headerLines: readonly (readonly [name: string, value: string])[];
  /** SHA-256 fingerprint of the caller's certificate, as Node prints it; absent when it showed none. */
  readonly peer?: string;
}

/** `cut`: the connection is closed instead of the answer, or in the middle of it. */
export type Outgoing = HttpReply & { readonly cut?: 'before' | 'midway' };

export type Handler = (incoming: Incoming) => Promise<Outgoing>;

export interface ListenerOptions {
  readonly port: number;
  readonly identity: TlsIdentity;
  /** PEM of the authority that issues the callers' certificates. */
  readonly authority: string;
  /** Bytes of a request body. */
  readonly maxBytes: number;
  readonly handler: Handler;
}

export interface Listener {
  readonly url: string;
  /** From now on this certificate; connections that know another one are closed. False when it is the one presented already. */
  present(identity: TlsIdentity): boolean;
  close(): Promise<void>;
}

/**
 * Listens on loopback with TLS and asks every caller for a certificate. Who is let in is the handler's decision: a security
 * server compares certificates with those registered for the client, and needs no chain for that.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const context = { minVersion: 'TLSv1.2', ca: options.authority, requestCert: true, rejectUnauthorized: false } as const;
  const server = createServer({ ...context, key: options.identity.key, cert: options.identity.certificate, keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response, options);
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  let presented = options.identity.certificate;
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    present(identity) {
      if (identity.certificate === presented) return false;
      presented = identity.certificate;
      server.setSecureContext({ minVersion: context.minVersion, ca: context.ca, key: identity.key, cert: identity.certificate });
      server.closeAllConnections();
      return true;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: ListenerOptions): Promise<void> {
  try {
    const body = await readBody(request, options.maxBytes);
    if (body === undefined) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    answer(response, await options.handler(toIncoming(request, body)));
  } catch {
    // The caller went away, or this software failed in a way that none of its protocols has words for.
    response.destroy();
  }
}

function toIncoming(request: IncomingMessage, body: Uint8Array): Incoming {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = (values ?? []).join(', ');
  const peer = fingerprintOf(request);
  return {
    message: { method: request.method ?? 'GET', target: request.url ?? '/', headers, body },
    headerLines: pairs(request.rawHeaders),
    ...(peer === undefined ? {} : { peer }),
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) lines.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return lines;
}

const fingerprints = new WeakMap<TLSSocket, string>();

function fingerprintOf(request: IncomingMessage): string | undefined {
  const socket = request.socket;
  if (!(socket instanceof TLSSocket)) return undefined;
  const known = fingerprints.get(socket);
  if (known !== undefined) return known;
  const found = socket.getPeerX509Certificate()?.fingerprint256;
  if (found !== undefined) fingerprints.set(socket, found);
  return found;
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function answer(response: ServerResponse, reply: Outgoing): void {
  if (reply.cut === 'before') {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.body.length });
  if (reply.cut === 'midway') response.write(reply.body.subarray(0, reply.body.length >> 1), () => response.destroy());
  else response.end(reply.body);
}
