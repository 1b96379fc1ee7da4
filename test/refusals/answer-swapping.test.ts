/** Attack: the answer to another request, of another person, is given as the answer to ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { element } from '../../src/xml/element.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { mapped } from '../unit/ecosystems/mapped.ts';
import * as restSamples from '../unit/ecosystems/xroad-rest/samples.ts';
import * as soapSamples from '../unit/ecosystems/soap/samples.ts';

const dialect = await openDialects({ faultSpelling: 'camel', maxAnswerBytes: 1000 });
const [rest, soap] = [dialect('xroad-rest'), dialect('xroad-soap')];
const policy = { form: 'security-server', connection: 'x' } as const;

test('SOAP: an answer with our headers, made for a request with another body, is refused by its request hash', async () => {
  const { call, HEADERS, RESPONSE_BODY, answered, envelope } = soapSamples;
  const ask = (code: string) => soap.renderRequest(mapped({ form: 'xml', element: element('urn:a', 'lihtandmed_v2', [code]) }), call, policy, 0);
  const [ours, other] = await Promise.all([ask('2077474'), ask('10137319')]);
  const madeFor = (body: Uint8Array) =>
    answered(envelope(RESPONSE_BODY, { ...HEADERS, more: `<x:requestHash algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">${createHash('sha512').update(body).digest('base64')}</x:requestHash>` }));
  assert.throws(() => soap.parseResponse(madeFor(other.body), call, ours, DEFAULT_XML_LIMITS), coded('service-answer-invalid', { field: 'requestHash' }));
  assert.equal(soap.parseResponse(madeFor(ours.body), call, ours, DEFAULT_XML_LIMITS).message.messageId, call.context.messageId);
});

test('REST: an answer with our headers, made for a request with another query, is refused by its request hash', async () => {
  const { call, answered } = restSamples;
  const ask = (businessId: string) => rest.renderRequest(mapped({ form: 'json', body: undefined, path: {}, query: { businessId } }), call, policy, 0);
  const [ours, other] = await Promise.all([ask('2077474-0'), ask('0245437-2')]);
  assert.throws(() => rest.parseResponse(answered(other, '{}'), call, ours, DEFAULT_XML_LIMITS), coded('service-answer-invalid', { field: 'X-Road-Request-Hash' }));
  assert.equal(rest.parseResponse(answered(ours, '{}'), call, ours, DEFAULT_XML_LIMITS).message.messageId, call.context.messageId);
});

test('an answer with another message id is refused in either dialect', async () => {
  const soapRequest = await soap.renderRequest(mapped({ form: 'xml', element: element('urn:a', 'lihtandmed_v2') }), soapSamples.call, policy, 0);
  const hash = createHash('sha512').update(soapRequest.body).digest('base64');
  const swapped = soapSamples.envelope(soapSamples.RESPONSE_BODY, { id: '<x:id>other</x:id>', more: `<x:requestHash algorithmId="SHA-512">${hash}</x:requestHash>` });
  assert.throws(() => soap.parseResponse(soapSamples.answered(swapped), soapSamples.call, soapRequest, DEFAULT_XML_LIMITS), coded('service-answer-invalid', { field: 'id' }));
  const restRequest = await rest.renderRequest(mapped({ form: 'json', body: undefined, path: {}, query: {} }), restSamples.call, policy, 0);
  assert.throws(() => rest.parseResponse(restSamples.answered(restRequest, '{}', { 'x-road-id': 'other' }), restSamples.call, restRequest, DEFAULT_XML_LIMITS), coded('service-answer-invalid', { field: 'X-Road-Id' }));
});
