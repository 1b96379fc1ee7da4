import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { renderRequest } from '../../src/ecosystems/xroad-rest/render.ts';
import { renderUnmappedResponse } from '../../src/ecosystems/rest/unmapped.ts';
import { xroadSoap } from '../../src/ecosystems/xroad-soap/dialect.ts';
import { mintMapped } from '../../src/stages.ts';
import type { Attachment, JsonValue, Mapped } from '../../src/stages.ts';
import { call as soapCall } from '../unit/ecosystems/soap/samples.ts';
import { call as restCall, company } from '../unit/ecosystems/xroad-rest/samples.ts';
import { refuses } from '../support/refused.ts';

// With passthrough no mapping stands between the peer and a service of ours: what it sends beside the body is judged where it is written.

function unmapped(document: JsonValue, attachments: readonly Attachment[] = []): Mapped<'domestic'> {
  const sha256 = 'A'.repeat(43);
  return mintMapped({ to: 'domestic', document: { form: 'unmapped', document }, neutral: 'passthrough', mapping: { id: 'passthrough', revision: 0, sha256 }, loss: { dropped: [], defaulted: [], approximated: [], unknown: [] }, attachments });
}

suite('REST', () => {
  const HONEST = { form: 'http', path: '/companies/0112038-9', query: 'a=1&a=2', headers: [['accept', 'application/pdf']] };
  const write = (change: Readonly<Record<string, JsonValue>>) => () => renderRequest(unmapped({ ...HONEST, ...change }), { ...restCall, home: { ...company, passthrough: true } });

  test('control: path, query and headers go to the service as they came', () => {
    const { target, headers } = write({})();
    assert.equal(target, '/r1/FI/GOV/0244683-1/prh/companies/companies/0112038-9?a=1&a=2');
    assert.equal(headers['accept'], 'application/pdf');
  });

  const PATHS = ['/companies', '/companies/a/b', '/admin', '', '/companies/..', '/companies/%2e%2e', '/companies/a%2fb', '//companies/x', '/companies/a#b', '/companies/a\r\nX: y', 'companies/x', '/companies/\\x'];
  for (const path of PATHS) test(`the path ${JSON.stringify(path)} is refused`, () => refuses(write({ path }), 'neutral-invalid'));
  for (const query of ['a#b', 'a b', 'a\r\nb', 'ä']) test(`the query ${JSON.stringify(query)} is refused`, () => refuses(write({ query }), 'neutral-invalid'));

  const HEADERS: readonly JsonValue[] = [[['x-road-client', 'EE/GOV/1/a']], [['x-road-id', '1']], [['host', 'x']], [['content-length', '5']], [['transfer-encoding', 'chunked']], [['connection', 'close']], [['X-Upper', 'a']], [['a b', 'c']], [['a', 'b\r\nx-road-client: y']], [['a', 'b'], ['a', 'c']], [['a']], [['a', 'b', 'c']], { a: 'b' }, 'a', Array.from({ length: 101 }, (_, n) => [`h${n}`, 'x'])];
  for (const headers of HEADERS) test(`headers ${JSON.stringify(headers).slice(0, 60)} are refused`, () => refuses(write({ headers }), 'neutral-invalid'));

  test('other members, another form and more than one body are refused', async () => {
    await refuses(write({ method: 'DELETE' }), 'neutral-invalid');
    await refuses(write({ form: 'soap' }), 'neutral-invalid');
    const body: Attachment = { headers: Buffer.of(), type: 'a/b', content: Buffer.from('x'), sha256: '' };
    await refuses(() => renderRequest(unmapped(HONEST, [body, body]), { ...restCall, home: { ...company, passthrough: true } }), 'neutral-invalid');
  });

  for (const status of [0, 100, 199, 600, 200.5, '200', null]) test(`an answer of status ${JSON.stringify(status)} is refused`, () => refuses(() => renderUnmappedResponse(unmapped({ form: 'http', status, headers: [] })), 'neutral-invalid'));
});

suite('SOAP', () => {
  const dialect = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1 });
  const part = (text: string, type = 'text/xml'): Attachment => ({ headers: Buffer.of(), type, content: Buffer.from(text), sha256: '' });
  const write = (attachments: readonly Attachment[], document: JsonValue = { form: 'soap' }) => dialect.renderRequest(unmapped(document, attachments), soapCall, { form: 'security-server', connection: 'CN=x' }, 0);
  const HONEST = '<p:lihtandmed_v2 xmlns:p="urn:p">x</p:lihtandmed_v2>';

  test('control: the element stands in Body as it came, the headers are ours', async () => {
    const { body, attachments } = await write([part(HONEST), part('other', 'a/b')]);
    const text = Buffer.from(body).toString();
    assert.ok(text.includes(`<SOAP-ENV:Body>${HONEST}</SOAP-ENV:Body></SOAP-ENV:Envelope>`), text);
    assert.ok(text.includes('<id:memberCode>10137319</id:memberCode>'));
    assert.equal(attachments?.length, 1);
  });

  const ATTACKS: Readonly<Record<string, string>> = {
    'another element': '<p:other xmlns:p="urn:p"/>',
    'an element, the end of Body and headers of its own': `${HONEST}</SOAP-ENV:Body><SOAP-ENV:Header/>`,
    'two elements': `${HONEST}${HONEST}`,
    'an XML declaration': `<?xml version="1.0"?>${HONEST}`,
    'a document type': `<!DOCTYPE x [<!ENTITY a "b">]>${HONEST}`,
    'a prefix that only our envelope declares': '<xrd:lihtandmed_v2>x</xrd:lihtandmed_v2>',
    'text': 'x',
    'nothing': '',
    'white space in front': ` ${HONEST}`,
    'a fault': '<s:Fault xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>',
  };
  for (const [what, text] of Object.entries(ATTACKS)) test(`${what} in place of the element is refused`, () => refuses(write([part(text)]), 'neutral-invalid'));

  test('a body of another type, none, and another form are refused', async () => {
    await refuses(write([part(HONEST, 'application/pdf')]), 'neutral-invalid');
    await refuses(write([]), 'neutral-invalid');
    await refuses(write([part(HONEST)], { form: 'http' }), 'neutral-invalid');
  });

  test('nothing that crosses unmapped is signed as ours', () => refuses(dialect.renderRequest(unmapped({ form: 'soap' }, [part(HONEST)]), soapCall, { form: 'wss' } as Parameters<typeof dialect.renderRequest>[2], 0), 'config-invalid'));
});
