/** Attack: a value that crosses the border and becomes a header, an element or a line of its own on the other side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import type { DomesticContext } from '../../src/stages.ts';
import { element } from '../../src/xml/element.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { mapped } from '../unit/ecosystems/mapped.ts';
import { call as restCall } from '../unit/ecosystems/xroad-rest/samples.ts';
import { call as soapCall, home } from '../unit/ecosystems/soap/samples.ts';

const dialect = await openDialects({ faultSpelling: 'snake', maxAnswerBytes: 1000 });
const [rest, soap] = [dialect('xroad-rest'), dialect('xroad-soap')];
const policy = { form: 'security-server', connection: 'x' } as const;
const json = mapped({ form: 'json', body: undefined, path: {}, query: {} });
const attacks: readonly (readonly [what: string, context: DomesticContext])[] = [
  ['a user id', { messageId: 'a', userId: 'EE1\r\nX-Road-Client: FI/GOV/0245458-6/vero' }],
  ['an issue', { messageId: 'a', issue: '1\nX-Road-Error: x' }],
  ['a message id', { messageId: 'a\r\n\r\nGET / HTTP/1.1' }],
];

for (const [what, context] of attacks) {
  test(`${what} with a line break does not become an HTTP header`, async () => {
    await assert.rejects(rest.renderRequest(json, { ...restCall, context }, policy, 0), coded('mapping-failed'));
  });
}

test('a represented party with a line break or a slash stays one segment of its header', async () => {
  const context = { messageId: 'a', representedParty: { partyClass: 'COM/EE', partyCode: '1\r\nX: y' } };
  const { headers } = await rest.renderRequest(json, { ...restCall, context }, policy, 0);
  assert.equal(headers['x-road-represented-party'], 'COM%2FEE/1%0D%0AX%3A%20y');
});

test('markup in a SOAP header is text when it is read back', async () => {
  const context = { messageId: 'a', userId: '</xrd:userId><xrd:userId>EE2', issue: ']]><xrd:id>b</xrd:id>' };
  const payload = mapped({ form: 'xml', element: element('urn:a', 'lihtandmed_v2', ['</ns1:lihtandmed_v2>']) });
  const http = await soap.renderRequest(payload, { ...soapCall, context }, policy, 0);
  const { message } = soap.parseRequest(http, [home], DEFAULT_XML_LIMITS);
  assert.deepEqual(message.context, context);
  assert.deepEqual(message.payload, payload.fields.document);
});
