import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CausewayError } from '../../../../src/errors.ts';
import { parseResponse } from '../../../../src/ecosystems/xroad-rest/parse.ts';
import { renderRequest } from '../../../../src/ecosystems/xroad-rest/render.ts';
import type { HttpReply } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticResponse } from '../../../../src/stages.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { answered, call, queries, requestHash } from './samples.ts';

const request = renderRequest(mapped({ form: 'json', body: undefined, path: {}, query: { businessId: '2077474-0' } }), call);
const parse = (reply: HttpReply): DomesticResponse => parseResponse(reply, call, request, DEFAULT_XML_LIMITS).message;

test('an answer that fits its request gives its JSON', () => {
  const received = parseResponse(answered(request, '{"totalResults":0}'), call, request, DEFAULT_XML_LIMITS);
  assert.deepEqual(received.message, { kind: 'response', dialect: 'xroad-rest', messageId: 'FI-0001', payload: { form: 'json', body: { totalResults: 0 }, path: {}, query: {} } });
  assert.match(Buffer.from(received.bytes).toString(), /^200\r\nx-road-client:FI\/GOV\/0245458-6\/vero\r\nx-road-id:FI-0001\r\nx-road-service:[^\r]*\r\nx-road-request-hash:[^\r]*\r\ncontent-type:application\/json\r\n\r\n\{"totalResults":0\}$/);
});

test('an answer without a body has none', () => {
  assert.deepEqual(parse(answered(request, '', { 'content-type': undefined }, 204)).payload, { form: 'json', body: undefined, path: {}, query: {} });
});

test('an answer of a server that does not repeat the client is valid', () => {
  assert.equal(parse(answered(request, '{}', { 'x-road-client': undefined })).kind, 'response');
});

test('a service that is percent-encoded in another way is the same service', () => {
  assert.equal(parse(answered(request, '{}', { 'x-road-service': 'FI/GOV/0244683%2D1/prh/companies' })).kind, 'response');
});

test('a security server whose parser writes known header names in canonical case hashes the same request', () => {
  const lines = Object.entries(request.headers).map(([name, value]) => `${name === 'accept' ? 'Accept' : name}:${value}`);
  assert.equal(parse(answered(request, '{}', { 'x-road-request-hash': requestHash('GET', request.target, lines, request.body) })).kind, 'response');
});

test('a request with a body is hashed with it', () => {
  const home = { ...queries, service: call.home.service };
  const withBody = renderRequest(mapped({ form: 'json', body: { a: 1 }, path: {}, query: {} }), { ...call, home });
  const reply = answered(withBody, '{}');
  assert.equal(parseResponse(reply, { ...call, home }, withBody, DEFAULT_XML_LIMITS).message.kind, 'response');
  assert.throws(() => parseResponse(reply, { ...call, home }, { ...withBody, body: Buffer.from('{"a":2}') }, DEFAULT_XML_LIMITS), coded('service-answer-invalid', { field: 'X-Road-Request-Hash' }));
});

const invalid: readonly (readonly [what: string, field: string | undefined, reply: HttpReply])[] = [
  ['another id', 'X-Road-Id', answered(request, '{}', { 'x-road-id': 'FI-0002' })],
  ['two ids', 'X-Road-Id', answered(request, '{}', { 'x-road-id': 'FI-0001, FI-0001' })],
  ['no id', 'X-Road-Id', answered(request, '{}', { 'x-road-id': undefined })],
  ['another client', 'X-Road-Client', answered(request, '{}', { 'x-road-client': 'FI/GOV/0245458-6/muu' })],
  ['another service', 'X-Road-Service', answered(request, '{}', { 'x-road-service': 'FI/GOV/0244683-1/prh/other' })],
  ['a service encoded as a whole', 'X-Road-Service', answered(request, '{}', { 'x-road-service': 'FI%2FGOV%2F0244683-1%2Fprh%2Fcompanies' })],
  ['a service that cannot be decoded', 'identifier', answered(request, '{}', { 'x-road-service': 'FI/GOV/%ff/prh/companies' })],
  ['no service', 'X-Road-Service', answered(request, '{}', { 'x-road-service': undefined })],
  ['the hash of another request', 'X-Road-Request-Hash', answered({ ...request, target: `${request.target}x` }, '{}')],
  ['another request id than was hashed', 'X-Road-Request-Hash', answered(request, '{}', { 'x-road-request-id': 'b' })],
  ['no request hash', 'X-Road-Request-Hash', answered(request, '{}', { 'x-road-request-hash': undefined })],
  ['no request id', 'X-Road-Request-Hash', answered(request, '{}', { 'x-road-request-id': undefined })],
  ['a body that is no JSON', undefined, answered(request, '<html/>')],
  ['a body of another type', 'Content-Type', answered(request, '<a/>', { 'content-type': 'text/xml' })],
  ['a name twice in its body', undefined, answered(request, '{"a":1,"a":2}')],
  ['a status below 200', 'status', answered(request, '', {}, 101)],
];
for (const [what, field, reply] of invalid) test(`an answer with ${what} is not valid`, () => assert.throws(() => parse(reply), coded('service-answer-invalid', { ...(field === undefined ? {} : { field }), delivered: 'yes' })));

test('an answer past the limit is not valid', () => {
  assert.throws(() => parseResponse(answered(request, '{"a":"bcd"}'), call, request, { ...DEFAULT_XML_LIMITS, maxBytes: 5 }), coded('service-answer-invalid'));
});

test('an error of the service names its status, and nothing of its body', () => {
  for (const status of [400, 404, 500, 503]) {
    assert.throws(() => parse(answered(request, '{"message":"36805280109"}', {}, status)), (error) => coded('service-fault', { hint: `Its HTTP status is ${status}.`, delivered: 'yes' })(error) && !(error as CausewayError).message.includes('36805280109'));
  }
});

test('an error of X-Road, in either spelling and with any status, is a refusal that names its code', () => {
  for (const code of ['server.serverproxy.access_denied', 'Server.ServerProxy.AccessDenied']) {
    assert.throws(() => parse(answered(request, '', { 'x-road-error': code }, 500)), coded('service-refused', { hint: `X-Road's code is ${code}.`, delivered: 'no' }));
  }
  assert.throws(() => parse(answered(request, '{}', { 'x-road-error': 'server.serverproxy.service_failed.io_error' })), coded('service-refused', { delivered: 'unknown' }));
  assert.throws(() => parse(answered(request, '', { 'x-road-error': '<script>' }, 500)), coded('service-refused', { hint: "X-Road's code is unreadable.", delivered: 'unknown' }));
});
