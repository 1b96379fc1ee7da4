import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResponse } from '../../../../src/ecosystems/uxp-rest/parse.ts';
import type { HttpReply } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { coded } from '../errors.ts';
import { HEADERS, answered, call } from './samples.ts';

const parse = (reply: HttpReply) => parseResponse(reply, call, DEFAULT_XML_LIMITS).message;

test('an answer is its JSON, with or without the headers of the request', () => {
  const expected = { kind: 'response', dialect: 'uxp-rest', messageId: call.context.messageId, payload: { form: 'json', body: { name: 'Арсен' }, path: {}, query: {} } };
  assert.deepEqual(parse(answered('{"name":"Арсен"}')), expected);
  assert.deepEqual(parse(answered('{"name":"Арсен"}', { ...HEADERS, 'uxp-transaction-id': '1' })), expected);
  assert.deepEqual(parse(answered('{"name":"Арсен"}', { 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space' })), expected, 'a server may leave the version out');
});

test('204 has no body', () => assert.deepEqual(parse({ status: 204, headers: {}, body: Buffer.alloc(0) }).payload, { form: 'json', body: undefined, path: {}, query: {} }));

for (const [header, value, field] of [
  ['uxp-queryid', 'another', 'Uxp-QueryID'],
  ['uxp-service', 'SEVDEIR-TEST/GOV/00000002/SUB_2/other/1', 'Uxp-Service'],
  ['uxp-service', 'SEVDEIR-TEST/GOV/00000002/SUB_2/space/2', 'Uxp-Service'],
  ['uxp-service', 'nonsense', 'Uxp-Service'],
  ['uxp-client', 'SEVDEIR-TEST/GOV/00000001/SUB_9', 'Uxp-Client'],
] as const) {
  test(`an answer with ${header} ${value} is that of another request`, () => assert.throws(() => parse(answered('{}', { [header]: value })), coded('service-answer-invalid', { field, delivered: 'yes' })));
}

test('a refusal of the platform names its code where it is X-Road\'s, in either spelling, and says whether the service was reached', () => {
  const refusal = (code: string) => () => parse(answered('{}', { 'uxp-faultcode': code, 'uxp-faultstring': 'Іваненко 3404106605' }, 500));
  assert.throws(refusal('Server.ServerProxy.AccessDenied'), coded('service-refused', { hint: "X-Road's code is Server.ServerProxy.AccessDenied.", delivered: 'no' }));
  assert.throws(refusal('server.serverproxy.service_failed.network_error'), coded('service-refused', { delivered: 'unknown' }));
  assert.throws(refusal('Іваненко 3404106605'), coded('service-refused', { hint: 'UXP gave a code that is not public.', delivered: 'unknown' }));
});

test('a fault code refuses whatever the status', () => assert.throws(() => parse(answered('{}', { 'uxp-faultcode': 'Server.X' })), coded('service-refused')));

for (const status of [400, 404, 422, 500, 503]) {
  test(`status ${status} of the service is its fault`, () => assert.throws(() => parse(answered('{"detail":"x"}', {}, status)), coded('service-fault', { hint: `Its HTTP status is ${status}.`, delivered: 'yes' })));
}

test('a body that is no JSON is not an answer', () => {
  assert.throws(() => parse(answered('{')), coded('service-answer-invalid'));
  assert.throws(() => parse(answered('{}', { 'content-type': 'text/html' })), coded('service-answer-invalid', { field: 'Content-Type' }));
});
