import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { after, describe, test } from 'node:test';
import { createAuthority } from '../../../src/crypto/pki.ts';
import { connectLive } from '../../../src/platform/live-connection.ts';
import { spkiPin } from '../../../src/platform/spki.ts';

const DAY_MS = 86_400_000;
const { key, certificate } = createAuthority({ subject: [['CN', 'peer.example']], algorithm: 'P-256', notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS });
const PIN = spkiPin(new X509Certificate(certificate).publicKey);
const OTHER = Buffer.alloc(32, 1).toString('base64');

describe('a connection whose own identity changes', () => {
  const shown: string[] = [];
  const { key: ours, certificate: first } = createAuthority({ subject: [['CN', 'first']], algorithm: 'P-256', notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS });
  const { key: theirs, certificate: second } = createAuthority({ subject: [['CN', 'second']], algorithm: 'P-256', notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS });
  const slow = Promise.withResolvers<void>();
  const server = createServer({ key, cert: certificate, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    shown.push((request.socket as TLSSocket).getPeerCertificate().subject.CN as string);
    void (request.url === '/slow' ? slow.promise : Promise.resolve()).then(() => response.end('here'));
  });
  const listening = new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
  let identity = { key: ours, cert: first };
  const connection = listening.then((port) => connectLive({ origin: `https://127.0.0.1:${port}`, tls: { pins: () => [PIN] }, identity: () => identity, connections: 1 }));
  const send = async (target: string): Promise<number> => (await (await connection).send({ method: 'GET', target, headers: {}, body: new Uint8Array() }, { signal: AbortSignal.timeout(5000), maxBytes: 100 })).status;

  after(async () => {
    await (await connection).close();
    server.close();
  });

  test('shows the new one to the next request, and the one that is on its way gets its answer', async () => {
    const running = send('/slow');
    while (shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    identity = { key: theirs, cert: second };
    assert.equal(await send('/'), 200);
    slow.resolve();
    assert.equal(await running, 200);
    assert.deepEqual(shown, ['first', 'second']);
  });
});

describe('a connection whose pins change', () => {
  let connections = 0;
  const server = createServer({ key, cert: certificate }, (_, response) => void response.end('here')).on('secureConnection', () => (connections += 1));
  const listening = new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
  let pins: readonly string[] = [];
  const connection = listening.then((port) => connectLive({ origin: `https://127.0.0.1:${port}`, tls: { pins: () => pins }, connections: 1 }));
  const send = async (): Promise<number> => (await (await connection).send({ method: 'GET', target: '/', headers: {}, body: new Uint8Array() }, { signal: AbortSignal.timeout(5000), maxBytes: 100 })).status;

  after(async () => {
    await (await connection).close();
    server.close();
  });

  test('without a pin nothing is sent', () => assert.rejects(send(), { name: 'ConnectionFailed', sent: false }));

  test('a pin that comes is used at once, and a further one disturbs nothing', async () => {
    pins = [PIN];
    assert.equal(await send(), 200);
    const before = connections;
    pins = [PIN, OTHER];
    assert.equal(await send(), 200);
    assert.equal(connections, before, 'the connection is kept alive');
  });

  test('a pin that is taken away ends the connection that was opened under it', async () => {
    pins = [OTHER];
    await assert.rejects(send(), { name: 'ConnectionFailed', sent: false });
  });

  test('and when it is back the next request gets through', async () => {
    pins = [PIN];
    assert.equal(await send(), 200);
  });
});
