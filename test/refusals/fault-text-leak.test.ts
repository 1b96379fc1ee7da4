/** Attack, or carelessness: a register writes a person's data or a machine's name into a fault, and it crosses the border in the error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../src/errors.ts';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import * as restSamples from '../unit/ecosystems/xroad-rest/samples.ts';
import * as soapSamples from '../unit/ecosystems/soap/samples.ts';

const dialect = await openDialects({ faultSpelling: 'camel', maxAnswerBytes: 1000 });
const [rest, soap] = [dialect('xroad-rest'), dialect('xroad-soap')];
const SECRET = '36805280109 at db7.internal';
const FACTS = { exchange: 'x', country: 'EE' };

const soapFault = (code: string) => `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>${code}</faultcode><faultstring>${SECRET}</faultstring><faultactor>${SECRET}</faultactor><detail>${SECRET}</detail></s:Fault></s:Body></s:Envelope>`;
const soapRequest = soapSamples.posted('');
const restRequest = restSamples.asked('GET', '/');

const leaks: readonly (readonly [what: string, read: () => unknown])[] = [
  ["a service's SOAP fault", () => soap.parseResponse(soapSamples.answered(soapFault('s:Server'), 500), soapSamples.call, soapRequest, DEFAULT_XML_LIMITS)],
  ["X-Road's SOAP fault", () => soap.parseResponse(soapSamples.answered(soapFault('Server.ServerProxy.AccessDenied'), 500), soapSamples.call, soapRequest, DEFAULT_XML_LIMITS)],
  ['a SOAP fault code', () => soap.parseResponse(soapSamples.answered(soapFault(`Server.ServerProxy.${SECRET}`), 500), soapSamples.call, soapRequest, DEFAULT_XML_LIMITS)],
  ['a broken SOAP answer', () => soap.parseResponse(soapSamples.answered(`<a>${SECRET}<b></a>`), soapSamples.call, soapRequest, DEFAULT_XML_LIMITS)],
  ["a service's REST error", () => rest.parseResponse(restSamples.answered(restRequest, JSON.stringify({ message: SECRET }), {}, 500), restSamples.call, restRequest, DEFAULT_XML_LIMITS)],
  ["X-Road's REST error", () => rest.parseResponse(restSamples.answered(restRequest, JSON.stringify({ message: SECRET }), { 'x-road-error': `server.serverproxy.${SECRET}` }, 500), restSamples.call, restRequest, DEFAULT_XML_LIMITS)],
  ['a broken REST answer', () => rest.parseResponse(restSamples.answered({ ...restRequest, headers: {} }, `{"a":"${SECRET}"`), restSamples.call, { ...restRequest, headers: {} }, DEFAULT_XML_LIMITS)],
];

for (const [what, read] of leaks) {
  test(`${what} leaves nothing of its text in what is logged or answered`, () => {
    assert.throws(read, (error) => {
      assert.ok(error instanceof CausewayError);
      const logged = [error.message, JSON.stringify(error.facts), String(error.cause)].join();
      const shown = [soap, rest].map((dialect) => Buffer.from(dialect.renderFault(error, FACTS).body).toString()).join();
      for (const text of [logged, shown]) for (const part of SECRET.split(' at ')) assert.ok(!text.includes(part), text);
      return true;
    });
  });
}
