/** What the listeners say to those who may not speak to them: unsigned problems, native faults, closed connections, and no trail entry. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { createAuthority } from '../../src/crypto/pki.ts';
import { EXCHANGES_PATH } from '../../src/federation/peer-client.ts';
import { eventually } from '../support/eventually.ts';
import { sendRaw } from '../support/raw-client.ts';
import type { RawIdentity, RawOptions, RawResult } from '../support/raw-client.ts';
import { COUNTRIES, runningPair } from '../support/running-pair.ts';

const pair = runningPair({ changes: { gateway: [[['limits'], { headersTimeout: '1s', requestTimeout: '2s', bodyBytes: '64KiB', headerBytes: '8KiB' }]] } });
const MiB = 1024 * 1024;

/** Finland's gateway, as Estonia's has pinned it. */
const peer = (): RawIdentity => keysOf('FI');

function keysOf(country: 'EE' | 'FI'): RawIdentity {
  const keys = join(pair.gateway(country).folder, 'keys');
  return { key: readFileSync(join(keys, 'federation-tls.key.pem')), cert: readFileSync(join(keys, 'federation-tls.cert.pem')) };
}

function stranger(): RawIdentity {
  const made = createAuthority({ subject: [['CN', 'gateway.fi.example']], algorithm: 'P-256', notBefore: Date.now() - 1000, notAfter: Date.now() + 3_600_000 });
  return { key: made.key, cert: made.certificate };
}

/** To Estonia's federation listener. */
function federation(head: readonly string[], more: Partial<RawOptions> = {}): Promise<RawResult> {
  const [line = '', ...headers] = head;
  return sendRaw({ port: pair.gateway('EE').ports.federation, patience: 5000, until: 'answered', ...more, head: [`${line} HTTP/1.1`, 'Host: gateway.ee.example', ...headers] });
}

function assertProblem({ answer }: RawResult, status: number, code: string): void {
  assert.ok(answer, 'the connection was closed without an answer');
  const problem = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual([answer.status, problem['type'], Object.keys(problem)], [status, `urn:causeway:error:${code}`, ['type', 'title']]);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.headers['causeway-statement'], undefined, 'nothing is signed for a stranger');
}

const POST = [`POST ${EXCHANGES_PATH}`, 'Content-Length: 2'];
const BODY = [Buffer.from('{}')];

test('federation: a connection without a client certificate is refused as an unknown peer', async () => {
  assertProblem(await federation(POST, { body: BODY }), 403, 'peer-unknown');
});

test('federation: a certificate with the peer\'s name and a key that is not pinned is refused as an unknown peer', async () => {
  assertProblem(await federation(POST, { identity: stranger(), body: BODY }), 403, 'peer-unknown');
});

test('federation: our own certificate is no peer\'s', async () => {
  assertProblem(await federation(POST, { identity: keysOf('EE'), body: BODY }), 403, 'peer-unknown');
});

test('federation: the witness and every other path answer nobody but a pinned peer', async () => {
  for (const path of ['/federation/v1/trail/add-checkpoint', '/', '/metrics', '/health/ready']) assertProblem(await federation([`POST ${path}`, 'Content-Length: 2'], { body: BODY }), 403, 'peer-unknown');
});

test('federation: TLS 1.2 is not spoken', async () => {
  await assert.rejects(federation(POST, { identity: peer(), maxVersion: 'TLSv1.2', body: BODY }), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
});

test('federation: a GET is answered 405 with what is allowed', async () => {
  const result = await federation([`GET ${EXCHANGES_PATH}`], { identity: peer() });
  assertProblem(result, 405, 'malformed');
  assert.equal(result.answer?.headers['allow'], 'POST');
});

test('federation: an unknown path is answered 404', async () => {
  assertProblem(await federation(['POST /federation/v2/exchanges', 'Content-Length: 2'], { identity: peer(), body: BODY }), 404, 'malformed');
});

test('federation: a request without a statement is refused', async () => {
  assertProblem(await federation(POST, { identity: peer(), body: BODY }), 400, 'statement-malformed');
});

test('federation: headers above the limit are answered 431', async () => {
  const { answer } = await federation([`POST ${EXCHANGES_PATH}`, 'Content-Length: 0', `Causeway-Statement: ${'a'.repeat(9000)}`], { identity: peer() });
  assert.equal(answer?.status, 431);
});

function* bytes(total: number): Iterable<Uint8Array> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let sent = 0; sent < total; sent += chunk.length) yield chunk;
}

test('federation: a refused statement with 10 MiB behind it gets its answer at once, and then the connection is closed', async () => {
  const result = await federation([`POST ${EXCHANGES_PATH}`, `Content-Length: ${10 * MiB}`, 'Causeway-Statement: none'], { identity: peer(), body: bytes(10 * MiB), until: 'closed' });
  assertProblem(result, 400, 'statement-malformed');
  assert.equal(result.answer?.headers['connection'], 'close');
  assert.ok(result.closedAfter !== undefined, 'the connection is still open');
});

test('federation: a sender without end is read for a bounded length only', async () => {
  const result = await federation([`POST ${EXCHANGES_PATH}`, `Content-Length: ${1024 * MiB}`, 'Causeway-Statement: none'], { identity: peer(), body: bytes(1024 * MiB), until: 'closed' });
  assertProblem(result, 400, 'statement-malformed');
  assert.ok(result.closedAfter !== undefined && result.closedAfter < 4000);
  assert.ok(result.bytesWritten < 32 * MiB, `${result.bytesWritten} bytes`);
});

/** To Finland's domestic listener, REST. */
function domestic(head: readonly string[], more: Partial<RawOptions> = {}): Promise<RawResult> {
  const [line = '', ...headers] = head;
  return sendRaw({ port: pair.gateway('FI').ports.domestic, patience: 5000, until: 'answered', ...more, head: [`${line} HTTP/1.1`, 'Host: localhost', ...headers] });
}

const INCOME = ['POST /services/ee-employment-income/income-queries', 'Content-Length: 2'];

function assertRestFault({ answer }: RawResult, status: number, code: string): void {
  assert.ok(answer, 'the connection was closed without an answer');
  const fault = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual([answer.status, fault['code'], fault['type'], fault['country']], [status, code, `server.gateway.${code.replaceAll('-', '_')}`, 'FI']);
}

const securityServer = ({ key, certificate }: { readonly key: string; readonly certificate: string }): RawIdentity => ({ key, cert: certificate });

test('domestic: without the certificate of the security server the connection is not trusted', async () => {
  for (const identity of [undefined, stranger(), securityServer(pair.countries.FI.keys.gateway.tls)]) assertRestFault(await domestic(INCOME, { identity, body: BODY }), 403, 'connection-untrusted');
});

test('domestic: the expired certificate of the security server is not trusted, although its key is pinned', async () => {
  assertRestFault(await domestic(INCOME, { identity: securityServer(pair.countries.FI.keys.securityServerExpired), body: BODY }), 403, 'connection-untrusted');
});

test('domestic: a body that is announced above the limit is refused before it is read, and one that grows above it as soon as it does', async () => {
  const identity = securityServer(pair.countries.FI.keys.securityServer);
  assertRestFault(await domestic([INCOME[0] ?? '', `Content-Length: ${MiB}`], { identity, body: bytes(MiB) }), 413, 'too-large');
  const chunk = Buffer.alloc(64 * 1024);
  const chunks = [Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n10000\r\n'), chunk, Buffer.from('\r\n0\r\n\r\n')];
  assertRestFault(await domestic([INCOME[0] ?? '', 'Transfer-Encoding: chunked'], { identity, body: chunks }), 413, 'too-large');
});

test('domestic: an unknown service URL is answered 404', async () => {
  const { answer } = await domestic(['POST /services/unknown', 'Content-Length: 2'], { identity: securityServer(pair.countries.FI.keys.securityServer), body: BODY });
  assert.equal(answer?.status, 404);
});

suite('senders that take their time', { concurrency: true }, () => {
  test('federation: a sender that stops in the middle of a refused body is waited for 2 s only', async () => {
    const result = await federation([`POST ${EXCHANGES_PATH}`, 'Content-Length: 100', 'Causeway-Statement: none'], { identity: peer(), body: BODY, until: 'closed' });
    assertProblem(result, 400, 'statement-malformed');
    assert.ok(result.answeredAfter !== undefined && result.answeredAfter < 1000, 'the answer did not come at once');
    assert.ok(result.closedAfter !== undefined && result.closedAfter < 4000, 'the connection is still open');
  });

  test('federation: headers that never end are given up after the time for headers', async () => {
    const result = await federation([`POST ${EXCHANGES_PATH}`, 'Content-Length: 2'], { identity: peer(), unfinished: true, until: 'closed' });
    assert.equal(result.answer?.status, 408);
    assert.ok(result.closedAfter !== undefined && result.closedAfter < 3000, `closed after ${result.closedAfter} ms`);
  });

  test('federation: a connection that never begins TLS is closed after the time for headers', async () => {
    const started = performance.now();
    const socket = connect(pair.gateway('EE').ports.federation, '127.0.0.1');
    await new Promise((closed) => socket.on('error', () => {}).once('close', closed));
    assert.ok(performance.now() - started < 3000);
  });

  test('domestic: a body that never ends is given up after the time for a request', async () => {
    const identity = securityServer(pair.countries.FI.keys.securityServer);
    const result = await domestic([INCOME[0] ?? '', 'Content-Length: 1000'], { identity, body: BODY, until: 'closed' });
    assert.ok(result.closedAfter !== undefined && result.closedAfter < 4500, `closed after ${result.closedAfter} ms`);
  });
});

test('domestic: a body that breaks off in the middle of a chunk leaves lines of JSON in the log, and nothing else', async () => {
  const identity = securityServer(pair.countries.FI.keys.securityServer);
  await domestic([INCOME[0] ?? '', 'Transfer-Encoding: chunked'], { identity, body: [Buffer.from('zz\r\n\r\n')], until: 'closed' });
  const lines = () => readFileSync(join(pair.gateway('FI').folder, 'gateway.log'), 'utf8').trim().split('\n');
  await eventually('the connection in the log', () => lines().some((line) => line.includes('"a connection broke while it was answered"')));
  for (const line of lines()) assert.doesNotThrow(() => JSON.parse(line), line);
});

test('nothing of all this made an entry of an exchange', () => {
  for (const country of COUNTRIES) assert.deepEqual(pair.entries(country).filter(({ step, log }) => log !== 'local' && ['request', 'refusal'].includes(step)), []);
});
