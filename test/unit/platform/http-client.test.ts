import assert from 'node:assert/strict';
import { createPublicKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { certify, createAuthority, issue } from '../../../src/crypto/pki.ts';
import type { Identity } from '../../../src/crypto/pki.ts';
import { ConnectionFailed, connect } from '../../../src/platform/http-client.ts';
import type { ConnectOptions, HttpConnection, HttpMessage, PinnedTls } from '../../../src/platform/http-client.ts';
import { spkiPin } from '../../../src/platform/spki.ts';
import { Spooled } from '../../../src/platform/spool-file.ts';
import { makeSpool, readAll, spooled } from '../../support/spool.ts';

const validity = { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2040, 0) };
const authority = createAuthority({ subject: [['CN', 'Test CA']], algorithm: 'P-256', ...validity });
const identity = (name: string): Identity => issue(authority, { subject: [['CN', name]], algorithm: 'P-256', use: 'tls', names: ['127.0.0.1', 'localhost'], ...validity });
const serverIdentity = identity('server');
const clientIdentity = identity('client');
const pinOf = ({ certificate }: Identity): string => spkiPin(createPublicKey(certificate));

const ping: HttpMessage = { method: 'POST', target: '/a?b=1', headers: { 'x-first': '1', 'accept': 'text/plain', 'x-last': '2' }, body: Buffer.from('ping') };
const within = (maxBytes = 1000, signal: AbortSignal = new AbortController().signal): { signal: AbortSignal; maxBytes: number } => ({ signal, maxBytes });

/** What the server does with a request; a promise of it is not waited for. */
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function serve(t: TestContext, listener: Listener, options: { maxVersion?: 'TLSv1.2'; identity?: Identity } = {}): Promise<string> {
  const { key, certificate } = options.identity ?? serverIdentity;
  const server = createServer({ key, cert: certificate, ca: authority.certificate, requestCert: true, rejectUnauthorized: true, ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }) }, (request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(t: TestContext, origin: string, tls: Partial<PinnedTls> = {}, options: Partial<ConnectOptions> = {}): HttpConnection {
  const connection = connect({ origin, connections: 2, ...options, tls: { key: clientIdentity.key, cert: clientIdentity.certificate, pins: [pinOf(serverIdentity)], ...tls } });
  t.after(() => connection.close());
  return connection;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await request.toArray());
}

const failed = (reason: string, sent: boolean) => (error: unknown): boolean => error instanceof ConnectionFailed && error.reason === reason && error.sent === sent;

test('a request goes out over TLS 1.3 with our certificate, its headers in their order, and the answer comes back whole', async (t) => {
  let seen: { headers: string[]; peer: string; protocol: string | null; body: string } | undefined;
  const origin = await serve(t, async (request, response) => {
    const socket = request.socket as TLSSocket;
    seen = { headers: request.rawHeaders, peer: String(socket.getPeerCertificate().subject.CN), protocol: socket.getProtocol(), body: (await bodyOf(request)).toString() };
    response.setHeader('X-Multi', ['a', 'b']);
    response.writeHead(201, { 'X-One': '1' }).end('pong');
  });
  const reply = await open(t, origin).send(ping, within());
  assert.deepEqual([reply.status, reply.body.toString(), reply.headers['x-one'], reply.headers['x-multi']], [201, 'pong', '1', 'a, b']);
  assert.deepEqual([seen?.peer, seen?.protocol, seen?.body], ['client', 'TLSv1.3', 'ping']);
  assert.deepEqual(seen?.headers.filter((_, at) => at % 2 === 0), ['host', 'connection', 'x-first', 'accept', 'x-last', 'content-length']);
});

test('requests in turn use one connection', async (t) => {
  const ports = new Set<number | undefined>();
  const origin = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  const connection = open(t, origin, {}, { connections: 1 });
  for (let count = 0; count < 5; count += 1) await connection.send(ping, within());
  assert.equal(ports.size, 1);
});

test('a server with another key gets no byte, though its certificate is of the same authority', async (t) => {
  let requests = 0;
  const origin = await serve(t, () => (requests += 1), { identity: identity('server') });
  await assert.rejects(open(t, origin).send(ping, within()), failed('connect', false));
  assert.equal(requests, 0);
});

for (const [when, dates] of [['expired', { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2021, 0) }], ['not yet valid', { notBefore: Date.UTC(2039, 0), notAfter: Date.UTC(2040, 0) }]] as const) {
  test(`a server with a pinned key and a certificate that is ${when} gets no byte`, async (t) => {
    const certificate = certify(authority, { subject: [['CN', 'server']], use: 'tls', names: ['localhost'], ...dates }, createPublicKey(serverIdentity.certificate));
    const origin = await serve(t, (_, response) => response.end(), { identity: { key: serverIdentity.key, certificate } });
    await assert.rejects(open(t, origin).send(ping, within()), failed('connect', false));
  });
}

test('one of several pins is enough, so that a key can be rotated', async (t) => {
  const origin = await serve(t, (_, response) => response.end());
  const reply = await open(t, origin, { pins: [pinOf(identity('next')), pinOf(serverIdentity)] }).send(ping, within());
  assert.equal(reply.status, 200);
});

test('a server below the least TLS version is not spoken to', async (t) => {
  const origin = await serve(t, (_, response) => response.end(), { maxVersion: 'TLSv1.2' });
  await assert.rejects(open(t, origin).send(ping, within()), failed('connect', false));
  assert.equal((await open(t, origin, { minVersion: 'TLSv1.2' }).send(ping, within())).status, 200);
});

test('no certificate of ours that the server knows: nothing is answered', async (t) => {
  const stranger = createAuthority({ subject: [['CN', 'Other CA']], algorithm: 'P-256', ...validity });
  const unknown = issue(stranger, { subject: [['CN', 'client']], algorithm: 'P-256', use: 'tls', names: ['localhost'], ...validity });
  let requests = 0;
  const origin = await serve(t, () => (requests += 1));
  // In TLS 1.3 the client is done before the server has judged it, so the request may be on its way already.
  await assert.rejects(open(t, origin, { key: unknown.key, cert: unknown.certificate }).send(ping, within()), ConnectionFailed);
  assert.equal(requests, 0);
});

test('nobody listens: not sent', async (t) => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await assert.rejects(open(t, `https://127.0.0.1:${port}`).send(ping, within()), failed('connect', false));
});

test('a server that accepts and says nothing ends in the connect time-out: not sent', async (t) => {
  const server = createTcpServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const connection = open(t, `https://127.0.0.1:${port}`, {}, { connectTimeout: 100 });
  await assert.rejects(connection.send(ping, within()), failed('connect', false));
});

test('aborted while it waits for a connection: not sent, and never sent later', async (t) => {
  const held: ServerResponse[] = [];
  const bodies: string[] = [];
  const origin = await serve(t, async (request, response) => {
    bodies.push((await bodyOf(request)).toString());
    held.push(response);
    if (bodies.length === 1) waiting.resolve();
    else response.end();
  });
  const waiting = Promise.withResolvers<void>();
  const connection = open(t, origin, {}, { connections: 1 });
  const first = connection.send({ ...ping, body: Buffer.from('first') }, within());
  await waiting.promise;
  const abort = new AbortController();
  const second = connection.send({ ...ping, body: Buffer.from('second') }, within(1000, abort.signal));
  abort.abort(new Error('deadline'));
  await assert.rejects(second, failed('aborted', false));
  held[0]!.end();
  await first;
  await connection.send({ ...ping, body: Buffer.from('third') }, within());
  assert.deepEqual(bodies, ['first', 'third']);
});

test('aborted before it starts: not sent', async (t) => {
  const origin = await serve(t, (_, response) => response.end());
  await assert.rejects(open(t, origin).send(ping, within(1000, AbortSignal.abort(new Error('deadline')))), failed('aborted', false));
});

test('aborted while the server thinks: sent, and the connection is given up', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const origin = await serve(t, (request) => {
    arrived.resolve();
    request.socket.once('close', closed.resolve);
  });
  const closed = Promise.withResolvers<void>();
  const abort = new AbortController();
  const answer = open(t, origin).send(ping, within(1000, abort.signal));
  await arrived.promise;
  abort.abort(new Error('deadline'));
  await assert.rejects(answer, failed('aborted', true));
  await closed.promise;
});

test('a connection that breaks before the answer: sent', async (t) => {
  const origin = await serve(t, (request) => request.socket.destroy());
  await assert.rejects(open(t, origin).send(ping, within()), failed('broken', true));
});

test('a connection that breaks within the answer: sent, and no half answer', async (t) => {
  const origin = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => request.socket.destroy(), 20);
  });
  await assert.rejects(open(t, origin).send(ping, within()), failed('broken', true));
});

test('an answer is sent once only: a GET whose connection broke is not repeated', async (t) => {
  let requests = 0;
  const origin = await serve(t, (request) => {
    requests += 1;
    request.socket.destroy();
  });
  await assert.rejects(open(t, origin).send({ ...ping, method: 'GET', body: new Uint8Array() }, within()), failed('broken', true));
  assert.equal(requests, 1);
});

test('an answer that announces more than the limit is not read', async (t) => {
  const origin = await serve(t, (_, response) => response.writeHead(200, { 'content-length': '11' }).end('elevenbytes'));
  const connection = open(t, origin);
  await assert.rejects(connection.send(ping, within(10)), failed('too-large', true));
  assert.equal((await connection.send(ping, within(11))).body.toString(), 'elevenbytes');
});

test('an answer without length is cut off at the limit', async (t) => {
  const origin = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(1000)), 1);
    response.once('close', () => clearInterval(timer));
  });
  await assert.rejects(open(t, origin).send(ping, within(5000)), failed('too-large', true));
});

test('redirects are answers, not followed', async (t) => {
  let requests = 0;
  const origin = await serve(t, (_, response) => {
    requests += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  assert.equal((await open(t, origin).send(ping, within())).status, 302);
  assert.equal(requests, 1);
});

test('a header value that would break the request is refused before it is sent', async (t) => {
  let requests = 0;
  const origin = await serve(t, (_, response) => {
    requests += 1;
    response.end();
  });
  await assert.rejects(open(t, origin).send({ ...ping, headers: { 'x-a': 'b\r\nx-c: d' } }, within()), failed('connect', false));
  assert.equal(requests, 0);
});

test('no origin but https, and no connection without a pin, can be made', () => {
  const tls = { key: clientIdentity.key, cert: clientIdentity.certificate };
  assert.throws(() => connect({ origin: 'http://localhost', connections: 1, tls: { ...tls, pins: [pinOf(serverIdentity)] } }), TypeError);
  assert.throws(() => connect({ origin: 'https://localhost', connections: 1, tls: { ...tls, pins: [] } }), TypeError);
  assert.throws(() => connect({ origin: 'https://localhost', connections: 1, tls: { ...tls, pins: ['sha256/abc'] } }), TypeError);
});

test('a body from a file goes out whole, with its length, and an answer beyond memory comes back in one', async (t) => {
  const scope = makeSpool(t, { memoryBytes: 10_000 }).scope();
  const [sent, back] = [randomBytes(300_000), randomBytes(2_345_678)];
  let seen: { length: string | undefined; body: Buffer } | undefined;
  const origin = await serve(t, async (request, response) => {
    seen = { length: request.headers['content-length'], body: await bodyOf(request) };
    response.writeHead(200, { 'content-length': back.length }).end(back);
  });
  const reply = await open(t, origin).send({ ...ping, body: await spooled(scope, sent) }, { ...within(3_000_000), scope });
  assert.deepEqual([seen?.length, seen?.body.equals(sent)], ['300000', true]);
  assert.ok(reply.body instanceof Spooled);
  assert.ok((await readAll(reply.body)).equals(back));
  await scope.dispose();
});
