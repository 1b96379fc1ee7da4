import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { connect } from '../../../src/platform/http-client.ts';
import type { HttpMessage, HttpReply } from '../../../src/platform/http-client.ts';
import type { Identity } from '../../../src/crypto/pki.ts';
import { pinOf } from '../../../src/sandbox/pki/credentials.ts';
import { restRequestHash, travellingHeaders } from '../../../src/sandbox/security-server/rest-hash.ts';
import type { Incoming } from '../../../src/sandbox/wire.ts';
import { inPlaceOfGateway, running } from './running.ts';

const COMPANIES = '/r1/FI/GOV/0244683-1/prh/companies';
const INCOME = '/r1/FI/GOV/0245437-2/EE-emta/employmentIncome';

const country = await running('FI');

async function send(request: Partial<HttpMessage>, at = country, identity: Identity | undefined = at.keys.systems['vero']?.tls): Promise<HttpReply> {
  assert.ok(identity !== undefined);
  const connection = connect({ origin: at.securityServerUrl, tls: { key: identity.key, cert: identity.certificate, pins: [pinOf(at.keys.securityServer)] }, connections: 1 });
  try {
    const message = { method: 'GET', target: `${COMPANIES}/companies?businessId=2077474-0`, headers: { 'x-road-client': 'FI/GOV/0245458-6/vero' }, body: Buffer.alloc(0), ...request };
    return await connection.send(message, { signal: AbortSignal.timeout(10_000), maxBytes: 10_000_000 });
  } finally {
    await connection.close();
  }
}

async function refused(request: Partial<HttpMessage>, status: number, code: string, at = country): Promise<void> {
  const reply = await send(request, at);
  const body = JSON.parse(Buffer.from(reply.body).toString()) as Record<string, string>;
  assert.deepEqual([reply.status, reply.headers['x-road-error'], body['type']], [status, code, code]);
  assert.match(body['detail'] ?? '', /^[0-9a-f-]{36}$/);
}

const sha512 = (data: string | Buffer): Buffer => createHash('sha512').update(data).digest();

test('the hash of a request without a body is that of its head alone', () => {
  const head = 'GET\r\n/r1/a?b=c\r\nX-Road-Client:A/B/C\r\nx-road-request-id:1\r\n';
  assert.equal(restRequestHash('GET', '/r1/a?b=c', [['X-Road-Client', 'A/B/C'], ['x-road-request-id', '1']], Buffer.alloc(0)), sha512(head).toString('base64'));
});

test('the hash of a request with a body is that of both hashes', () => {
  const head = 'POST\r\n/r1/a\r\nx-road-request-id:1\r\n';
  assert.equal(restRequestHash('POST', '/r1/a', [['x-road-request-id', '1']], Buffer.from('{}')), sha512(Buffer.concat([sha512(head), sha512('{}')])).toString('base64'));
});

test('headers of the connection and those that only the platform sets do not travel', () => {
  const lines = [['Host', 'a'], ['X-Road-Request-Id', 'mine'], ['x-road-request-hash', 'mine'], ['Content-Length', '2'], ['User-Agent', 'u'], ['Authorization', 'kept'], ['X-Road-Client', 'kept']] as const;
  assert.deepEqual(travellingHeaders(lines).map(([name]) => name), ['Authorization', 'X-Road-Client']);
});

test('an answer carries the ids, the client, the service and the hash of the request', async () => {
  const answer = await country.agencies.tax.askCompany('2077474-0', { id: 'my-id' });
  const { headers } = answer.reply;
  assert.equal(headers['x-road-id'], 'my-id');
  assert.equal(headers['x-road-client'], 'FI/GOV/0245458-6/vero');
  assert.equal(headers['x-road-service'], 'FI/GOV/0244683-1/prh/companies');
  assert.match(headers['x-road-request-id'] ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(answer.requestHash, 'matches');
});

test('a request without an id gets one of the instance, which is hashed behind the request id', async () => {
  const reply = await send({});
  const { headers } = reply;
  assert.match(headers['x-road-id'] ?? '', /^FI-[0-9a-f-]{36}$/);
  const lines = [['x-road-client', 'FI/GOV/0245458-6/vero'], ['x-road-request-id', headers['x-road-request-id'] ?? ''], ['x-road-id', headers['x-road-id'] ?? '']] as const;
  assert.equal(headers['x-road-request-hash'], restRequestHash('GET', `${COMPANIES}/companies?businessId=2077474-0`, lines, Buffer.alloc(0)));
});

test('the service gets path and query behind its own URL, the travelling headers and the platform\'s request id', async () => {
  const seen: Incoming[] = [];
  await inPlaceOfGateway(country, (incoming) => {
    seen.push(incoming);
    return { status: 201, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: Buffer.from('{"ok":true}') };
  });
  const headers = { 'x-road-client': 'FI/GOV/0245458-6/vero', 'x-road-id': 'q', 'x-road-request-id': 'forged', 'x-road-userid': 'FI1', 'content-type': 'application/json' };
  const reply = await send({ method: 'POST', target: `${INCOME}/income-queries/a%2Fb?x=1&x=2`, headers, body: Buffer.from('{"ä":1}') });
  const [incoming] = seen;
  assert.equal(incoming?.message.target, '/services/ee-employment-income/income-queries/a%2Fb?x=1&x=2');
  assert.equal(Buffer.from(incoming.message.body).toString(), '{"ä":1}');
  assert.deepEqual([incoming.message.headers['x-road-client'], incoming.message.headers['x-road-id'], incoming.message.headers['x-road-userid']], ['FI/GOV/0245458-6/vero', 'q', 'FI1']);
  assert.equal(incoming.message.headers['x-road-request-id'], reply.headers['x-road-request-id']);
  assert.equal(reply.status, 201);
  assert.equal(reply.headers['cache-control'], 'no-store');
});

test('an error of the service passes as it is, without X-Road-Error', async () => {
  await inPlaceOfGateway(country, () => ({ status: 422, headers: { 'content-type': 'application/problem+json', 'x-road-error': 'forged' }, body: Buffer.from('{"title":"no"}') }));
  const answer = await country.agencies.tax.ask({ personId: '1', from: '2025-01', to: '2025-01' });
  assert.deepEqual([answer.reply.status, answer.json, answer.platformError], [422, { title: 'no' }, undefined]);
});

test('a request without a client is bad', () => refused({ headers: {} }, 400, 'client.bad_request'));

test('a path that is too short is bad', () => refused({ target: '/r1/FI/GOV/0244683-1/prh' }, 400, 'client.bad_request'));

test('a slash inside an identifier is bad', () => refused({ target: '/r1/FI/GOV/0244683-1/prh%2Fx/companies' }, 400, 'client.bad_request'));

test('an unknown client is refused', () => refused({ headers: { 'x-road-client': 'FI/GOV/0245458-6/other' } }, 500, 'server.clientproxy.unknown_member'));

test('a service to which the client has no right is denied', async () => {
  const reply = await send({ headers: { 'x-road-client': 'FI/MUN/0101263-6/vaestotiedot' } }, country, country.keys.systems['vaestotiedot']?.tls);
  assert.deepEqual([reply.status, reply.headers['x-road-error']], [500, 'server.serverproxy.access_denied']);
});

test('a service that nobody offers is unknown', () => refused({ target: '/r1/FI/GOV/0244683-1/prh/nothing' }, 500, 'server.serverproxy.unknown_service'));

test('the client of another system\'s connection is refused', async () => {
  const reply = await send({}, country, country.keys.systems['prh']?.tls);
  assert.equal(reply.headers['x-road-error'], 'server.clientproxy.ssl_authentication_failed');
});

test('who accepts XML gets the error as XML', async () => {
  const reply = await send({ headers: { accept: 'text/xml;q=0.9' } });
  assert.equal(reply.headers['content-type'], 'text/xml; charset=utf-8');
  assert.match(Buffer.from(reply.body).toString(), /<error><type>client\.bad_request<\/type><message>[^<]+<\/message><detail>[0-9a-f-]{36}<\/detail><\/error>/);
});

test('before 7.8 errors are spelled in camel case', async () => {
  await refused({ headers: {} }, 400, 'Client.BadRequest', await running('FI', { spelling: 'before-7.8' }));
});

test('a service that cannot be reached is a network error', async () => {
  country.connectGateway('https://127.0.0.1:1');
  await refused({ method: 'POST', target: `${INCOME}/income-queries`, body: Buffer.from('{}') }, 500, 'server.serverproxy.network_error');
});
