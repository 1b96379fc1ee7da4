import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../../src/errors.ts';
import type { HttpReply } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticResponse } from '../../../../src/stages.ts';
import { coded } from '../errors.ts';
import { HEADERS, REQUEST_BODY, RESPONSE_BODY, answered, call, envelope, parseResponse, posted } from './samples.ts';
import type { Headers } from './samples.ts';

const request = posted(envelope(REQUEST_BODY));
const hash = createHash('sha512').update(request.body).digest('base64');
const hashElement = (value: string, algorithm = 'http://www.w3.org/2001/04/xmlenc#sha512'): string => `<x:requestHash algorithmId="${algorithm}">${value}</x:requestHash>`;
const answer = (headers: Headers = {}, body = RESPONSE_BODY): string => envelope(body, { more: hashElement(hash), ...headers });
const parse = (reply: HttpReply): DomesticResponse => parseResponse(reply, call, request, DEFAULT_XML_LIMITS).message;

test('an answer that fits its request gives the element of its body', () => {
  const reply = answered(answer());
  const received = parseResponse(reply, call, request, DEFAULT_XML_LIMITS);
  assert.equal(received.bytes, reply.body);
  const { payload, ...rest } = received.message;
  assert.deepEqual(rest, { kind: 'response', dialect: 'xroad-soap', messageId: 'f3d1b2a0-0001' });
  assert.ok(payload.form === 'xml' && payload.element.name === 'lihtandmed_v2Response');
});

test('a request hash may be broken over lines, and may name its algorithm as Java does', () => {
  assert.equal(parse(answered(answer({ more: hashElement(`\n   ${hash.slice(0, 76)}\n${hash.slice(76)}\n  `) }))).kind, 'response');
  assert.equal(parse(answered(answer({ more: hashElement(hash, 'SHA-512') }))).kind, 'response');
});

const invalid: readonly (readonly [what: string, field: string, xml: string])[] = [
  ['no request hash', 'requestHash', answer({ more: '' })],
  ['the hash of another request', 'requestHash', answer({ more: hashElement(createHash('sha512').update('other').digest('base64')) })],
  ['a request hash by another algorithm', 'requestHash', answer({ more: hashElement(createHash('sha256').update(request.body).digest('base64'), 'http://www.w3.org/2001/04/xmlenc#sha256') })],
  ['an empty request hash', 'requestHash', answer({ more: hashElement('') })],
  ['two request hashes', 'requestHash', answer({ more: hashElement(hash).repeat(2) })],
  ['another id', 'id', answer({ id: '<x:id>f3d1b2a0-0002</x:id>' })],
  ['another client', 'client', answer({ client: HEADERS.client.replace('pank', 'teine') })],
  ['another service version', 'service', answer({ service: HEADERS.service.replace('v1', 'v2') })],
  ['another user', 'userId', answer({ userId: '<x:userId>EE1</x:userId>' })],
  ['no user', 'userId', answer({ userId: '' })],
  ['another issue', 'issue', answer({ issue: '<x:issue/>' })],
  ['another represented party', 'representedParty', answer({ representedParty: HEADERS.representedParty.replace('COM', 'GOV') })],
  ['an element of another operation', 'Body', answer({}, '<lihtandmed_v2Respons/>')],
  ['the request sent back', 'Body', answer({}, REQUEST_BODY)],
  ['no header', 'Header', answer().replace(/<s:Header>.*<\/s:Header>/, '')],
];
for (const [what, field, xml] of invalid) test(`an answer with ${what} is not valid, naming ${field}`, () => assert.throws(() => parse(answered(xml)), coded('service-answer-invalid', { field })));

test('an answer that is no SOAP, or too large, or has attachments, is not valid', () => {
  assert.throws(() => parse(answered('<html>Bad gateway</html>', 502, 'text/html')), coded('service-answer-invalid', { delivered: 'unknown' }));
  assert.throws(() => parse(answered('', 200)), coded('service-answer-invalid'));
  assert.throws(() => parse(answered(answer(), 200, 'multipart/related; boundary=a')), coded('service-answer-invalid', { field: 'Content-Type' }));
  assert.throws(() => parseResponse(answered(answer()), call, request, { ...DEFAULT_XML_LIMITS, maxBytes: 100 }), coded('service-answer-invalid'));
  assert.throws(() => parse(answered(answer().replace('<s:Envelope', '<!DOCTYPE a><s:Envelope'))), coded('service-answer-invalid'));
});

test('an answer that is none by its status is not valid', () => {
  assert.throws(() => parse(answered(answer(), 500)), coded('service-answer-invalid', { delivered: 'unknown' }));
});

const fault = (code: string): HttpReply => answered(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>${code}</faultcode><faultstring>Isik 36805280109 puudub</faultstring></s:Fault></s:Body></s:Envelope>`, 500);

test('a fault of X-Road, in either spelling, is a refusal that names its code and not its text', () => {
  for (const code of ['Server.ServerProxy.AccessDenied', 'server.serverproxy.access_denied']) {
    assert.throws(() => parse(fault(code)), coded('service-refused', { hint: `X-Road's code is ${code}.`, delivered: 'no' }));
  }
  assert.throws(() => parse(fault('Server.ServerProxy.ServiceFailed.NetworkError')), coded('service-refused', { delivered: 'unknown' }));
});

test('a fault of the service itself is its own, and nothing of its text is kept', () => {
  for (const code of ['s:Server', 'SOAP-ENV:Client', 'Server', 'Client', 'Server.Database', 'x:Server.ServerProxy.AccessDenied']) {
    assert.throws(() => parse(fault(code)), (error) => coded('service-fault', { delivered: 'yes' })(error) && !JSON.stringify({ ...(error as CausewayError), m: (error as CausewayError).message }).includes('36805280109'));
  }
});

test('a fault is a fault whatever the status', () => {
  assert.throws(() => parse({ ...fault('Server.ServerProxy.AccessDenied'), status: 200 }), coded('service-refused'));
});

test('no answer, however damaged, gives an error without a code', () => {
  const whole = Buffer.from(answer());
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(30), fc.string({ maxLength: 6 }), fc.constantFrom(200, 500, 404), (at, cut, put, status) => {
      try {
        parse({ ...answered('', status), body: Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + cut)]) });
      } catch (error) {
        assert.ok(error instanceof CausewayError && ['service-answer-invalid', 'service-fault', 'service-refused'].includes(error.code), String(error));
      }
    }),
    { numRuns: 500 },
  );
});
