import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultName, ownRefusal } from '../../../src/ecosystems/own-refusal.ts';
import { serviceFaulted } from '../../../src/ecosystems/rest/service-fault.ts';
import { renderFault as restFault } from '../../../src/ecosystems/rest/faults.ts';
import { readFault } from '../../../src/ecosystems/soap/fault-in.ts';
import { renderFault as soapFault } from '../../../src/ecosystems/soap/faults.ts';
import { CausewayError, ServiceFaulted } from '../../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { elements } from '../../../src/xml/element.ts';
import { parseXml } from '../../../src/xml/parse.ts';

const ERROR = new CausewayError('peer-refused', 'x', { facts: { country: 'FI', peerCode: 'clock-skew' } });
const FACTS = { exchange: '01a1ff99-9043-7150-9cae-ce5e7c5b77f0', country: 'EE' };

function soap(body: Uint8Array): CausewayError {
  const [fault] = elements(parseXml(body, DEFAULT_XML_LIMITS)).flatMap((part) => elements(part));
  assert.ok(fault);
  return readFault(fault).error;
}

test('a refusal is read back from either form of fault that a gateway writes', () => {
  const expected = { code: 'peer-refused', country: 'FI', peerCode: 'clock-skew' };
  assert.deepEqual(ownRefusal(serviceFaulted(restFault(ERROR, FACTS, 'snake'))), expected);
  assert.deepEqual(ownRefusal(soap(soapFault(ERROR, FACTS, 'camel').body)), expected);
});

test('what no gateway wrote is none: other fields, a code that is not ours, a country that is none, no document', () => {
  const rest = (content: string, type = 'application/json') => ownRefusal(new ServiceFaulted('x', { text: '', status: 500, detail: { type, content } }));
  for (const content of ['{"type":"server.clientproxy.io_error"}', '{"code":"made-up","country":"FI"}', '{"code":"replay","country":"Finland"}', '{"code":{"a":1},"country":"FI"}', 'null', '[', '']) assert.equal(rest(content), undefined, content);
  assert.equal(rest('<detail><a><code>replay</code></a></detail>', 'text/xml'), undefined);
  assert.equal(rest('<detail', 'text/xml'), undefined);
  assert.equal(ownRefusal(new CausewayError('service-refused', 'server.serverproxy.access_denied')), undefined);
});

test('a fault of a service has a name where it can be shown', () => {
  const named = (said: ServiceFaulted['said']) => faultName(new ServiceFaulted('x', said));
  assert.equal(named({ text: '', code: 'Server.Gateway.QuotaExceeded' }), 'Server.Gateway.QuotaExceeded');
  assert.equal(named({ text: '', status: 429, detail: { type: 'application/json', content: '{"type":"server.gateway.quota_exceeded"}' } }), 'server.gateway.quota_exceeded');
  for (const said of [{ text: 'x' }, { text: '', code: 'a name of a person' }, { text: '', code: `A${'a'.repeat(200)}` }]) assert.equal(named(said), undefined);
});
