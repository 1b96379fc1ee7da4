import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES, CausewayError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { readEnvelope } from '../../../../src/ecosystems/soap/envelope.ts';
import { renderFault } from '../../../../src/ecosystems/soap/faults.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { parseXml } from '../../../../src/xml/parse.ts';

const facts = { exchange: '0197a1b2-0000-7000-8000-000000000001', country: 'EE' };
const render = (error: CausewayError, spelling: 'camel' | 'snake' = 'camel'): string => renderFault(error, facts, spelling).body.toString();

test('a refusal is a SOAP 1.1 fault with status 500, in the spelling of the platform', () => {
  const error = new CausewayError('mapping-failed', 'private: 36805280109', { facts: { field: 'keha/ariregistri_kood', hint: 'It is no company code.' }, cause: new Error('secret') });
  const reply = renderFault(error, facts, 'camel');
  assert.deepEqual([reply.status, reply.headers], [500, { 'content-type': 'text/xml; charset=utf-8' }]);
  assert.equal(
    reply.body.toString(),
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>Server.Gateway.MappingFailed</faultcode>',
      '<faultstring>The message cannot be translated: a field does not fit the agreed form. It is no company code.</faultstring>',
      '<detail><faultDetail>0197a1b2-0000-7000-8000-000000000001</faultDetail><cw:fault xmlns:cw="urn:causeway:fault:1"><cw:code>mapping-failed</cw:code><cw:exchange>0197a1b2-0000-7000-8000-000000000001</cw:exchange>',
      '<cw:country>EE</cw:country><cw:fault>caller</cw:fault><cw:retry>new-id</cw:retry><cw:field>keha/ariregistri_kood</cw:field></cw:fault></detail></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>',
    ].join(''),
  );
  assert.match(render(error, 'snake'), /<faultcode>server\.gateway\.mapping_failed<\/faultcode>/);
});

test('a refusal of the other side tells its country, its code and whether the service was reached', () => {
  const text = render(new CausewayError('peer-refused', 'x', { facts: { country: 'FI', peerCode: 'service-refused', delivered: 'no', until: '2027-01-01T00:00:00Z' } }));
  assert.match(text, /<cw:country>FI<\/cw:country><cw:fault>peer<\/cw:fault><cw:retry>ask-operator<\/cw:retry><cw:peerCode>service-refused<\/cw:peerCode><cw:delivered>no<\/cw:delivered><cw:until>2027-01-01T00:00:00Z<\/cw:until>/);
});

for (const code of Object.keys(CODES) as ErrorCode[]) {
  test(`${code} is rendered as a fault that our own reader takes as the service's, not as X-Road's`, () => {
    for (const spelling of ['camel', 'snake'] as const) {
      const message = readEnvelope(parseXml(renderFault(new CausewayError(code, 'private'), facts, spelling).body, DEFAULT_XML_LIMITS));
      assert.ok(message.kind === 'fault');
      assert.equal(message.fault.error.code, 'service-fault');
      assert.equal(message.fault.code.replaceAll('_', '').toLowerCase(), `server.gateway.${code.replaceAll('-', '')}`);
    }
    assert.ok(!render(new CausewayError(code, 'private')).includes('private'));
  });
}
