import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { connect } from '../../../src/platform/http-client.ts';
import type { HttpReply } from '../../../src/platform/http-client.ts';
import { envelope, faultOf, headerElements, readMessage, renderMessage } from '../../../src/sandbox/soap/message.ts';
import type { SoapFields } from '../../../src/sandbox/soap/message.ts';
import type { Identity } from '../../../src/crypto/pki.ts';
import type { Country } from '../../../src/sandbox/country.ts';
import { pinOf } from '../../../src/sandbox/pki/credentials.ts';
import { element } from '../../../src/xml/element.ts';
import { inPlaceOfGateway, running } from './running.ts';

const SALARY = 'EE/GOV/70000349/emta/xteePalgaandmed/v1';
const COMPANY = 'EE/GOV/70006317/FI-prh/lihtandmed_v2/v1';
const BANK = 'EE/COM/10137319/pank';

const country = await running('EE');
const old = await running('EE', { spelling: 'before-7.8' });
const bankTls = country.keys.systems['pank']?.tls;
assert.ok(bankTls !== undefined);

interface Sent {
  readonly fields?: Partial<SoapFields>;
  readonly body?: string;
  readonly bytes?: Uint8Array;
  readonly contentType?: string;
  readonly method?: string;
}

/** What the security server answers to a message of our own making; `identity`: the client certificate shown. */
async function post(sent: Sent, at: Country = country, identity: Identity | undefined = at.keys.systems['pank']?.tls): Promise<HttpReply> {
  assert.ok(identity !== undefined);
  const connection = connect({ origin: at.securityServerUrl, tls: { key: identity.key, cert: identity.certificate, pins: [pinOf(at.keys.securityServer)] }, connections: 1 });
  try {
    const fields = { client: BANK, service: SALARY, id: 'id-1', ...sent.fields };
    const body = sent.bytes ?? renderMessage(envelope(headerElements(fields), [element('urn:any', sent.body ?? 'xteePalgaandmed', ['x'])]), { 'urn:any': 'a' });
    const message = { method: sent.method ?? 'POST', target: '/', headers: { 'content-type': sent.contentType ?? 'text/xml; charset=utf-8' }, body };
    return await connection.send(message, { signal: AbortSignal.timeout(10_000), maxBytes: 10_000_000 });
  } finally {
    await connection.close();
  }
}

async function refused(sent: Sent, code: string, at: Country = country, identity?: Identity): Promise<void> {
  const reply = await post(sent, at, identity);
  const message = readMessage(reply.body);
  const fault = message === undefined ? undefined : faultOf(message);
  assert.equal(fault?.code, code);
  assert.equal(reply.status, 500);
  assert.match(fault?.detail ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
}

const message = (header: string, body: string): Uint8Array => Buffer.from(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd">${header}${body}</s:Envelope>`);

test('a client that is not registered is unknown', () => refused({ fields: { client: 'EE/COM/10137319/other' } }, 'server.clientproxy.unknown_member'));

test('a client on a connection with another system\'s certificate is refused', () =>
  refused({}, 'server.clientproxy.ssl_authentication_failed', country, country.keys.systems['rr']?.tls));

test('a subsystem of the gateway is refused on another system\'s connection', () =>
  refused({ fields: { client: 'EE/GOV/70006317/FI-GOV-0245458-6-vero' } }, 'server.clientproxy.ssl_authentication_failed'));

test('a service to which the client has no right is denied', () =>
  refused({ fields: { service: 'EE/GOV/70008440/rr/RR456/v1' }, body: 'RR456' }, 'server.serverproxy.access_denied'));

test('a service that nobody offers is unknown', () => refused({ fields: { service: 'EE/GOV/70000349/emta/nothing/v1' }, body: 'nothing' }, 'server.serverproxy.unknown_service'));

test('a REST service is not called over SOAP', async () => {
  const finland = await running('FI');
  const fields = { client: 'FI/GOV/0245458-6/vero', service: 'FI/GOV/0245437-2/EE-emta/employmentIncome' };
  await refused({ fields, body: 'employmentIncome' }, 'server.serverproxy.service_type', finland, finland.keys.systems['vero']?.tls);
});

test('before 7.8 the same refusal is spelled in camel case', () =>
  refused({ fields: { service: 'EE/GOV/70008440/rr/RR456/v1' }, body: 'RR456' }, 'Server.ServerProxy.AccessDenied', old));

test('before 7.8 a failure of the service is spelled in camel case', () =>
  refused({ fields: { service: COMPANY }, body: 'lihtandmed_v2' }, 'Server.ServerProxy.ServiceFailed.ServiceMissingUrl', old));

test('bytes that are not XML are refused', () => refused({ bytes: Buffer.from('{"no":1}') }, 'client.invalid_soap'));

test('a document type declaration is refused', () => refused({ bytes: Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a/>') }, 'client.invalid_soap'));

test('an envelope without header is refused', () => refused({ bytes: message('', '<s:Body/>') }, 'client.missing_header'));

test('a header field that is missing is refused', () => refused({ bytes: message('<s:Header><x:id>1</x:id></s:Header>', '<s:Body/>') }, 'client.missing_header_field'));

test('a header field given twice is refused', () => {
  const text = Buffer.from(renderMessage(envelope(headerElements({ client: BANK, service: SALARY, id: '1' }), [element('urn:a', 'xteePalgaandmed')]), { 'urn:a': 'a' })).toString();
  return refused({ bytes: Buffer.from(text.replace('</SOAP-ENV:Header>', '<xrd:id xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">2</xrd:id></SOAP-ENV:Header>')) }, 'client.duplicate_header_field');
});

test('a body that is not named after the service is refused', () => refused({ body: 'RR456' }, 'client.inconsistent_headers'));

test('another content type is refused', () => refused({ contentType: 'application/soap+xml' }, 'client.invalid_content_type'));

test('another method is refused', () => refused({ method: 'PUT' }, 'client.invalid_http_method'));

test('a SOAP answer carries SHA-512 of the request bytes in requestHash, once, behind the id', async () => {
  const answer = await country.agencies.bank.askSalary({ personCode: '36805280109', from: '01.2025', to: '12.2025' });
  const text = Buffer.from(answer.reply.body).toString();
  const hash = createHash('sha512').update(answer.request.body).digest('base64');
  assert.ok(text.includes(`</xrd:id><xrd:requestHash xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">${hash}</xrd:requestHash>`));
  assert.equal(text.split('requestHash').length, 3);
  assert.equal(answer.requestHash, 'matches');
});

test('the request reaches the service as the bytes that were sent, on the platform\'s own connection', async () => {
  const seen: { body: string; peer: string | undefined; soapaction: string | undefined }[] = [];
  await inPlaceOfGateway(country, ({ message: { body, headers }, peer }) => {
    seen.push({ body: Buffer.from(body).toString(), peer, soapaction: headers['soapaction'] });
    return { status: 200, headers: { 'content-type': 'text/xml' }, body };
  });
  const answer = await country.agencies.bank.ask({ registryCode: 'FI:2077474-0' }, { id: 'as-sent' });
  assert.equal(seen[0]?.body, Buffer.from(answer.request.body).toString());
  assert.equal(seen[0]?.soapaction, '""');
  assert.notEqual(seen[0]?.peer, undefined);
  assert.deepEqual([...country.log.deliveries(COMPANY)], [['as-sent', 1]]);
});

test('an answer under another id is inconsistent', async () => {
  await inPlaceOfGateway(country, ({ message: { body } }) => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(Buffer.from(body).toString().replace('mine', 'other')) }));
  const answer = await country.agencies.bank.ask({ registryCode: '1' }, { id: 'mine' });
  assert.equal(answer.fault?.code, 'server.clientproxy.service_failed.inconsistent_response');
});

test('requestHash carries the attributes of the id header, as a real security server writes it', async () => {
  const id = '<x:id xmlns:x="http://x-road.eu/xsd/xroad.xsd"\n  a:b="1 > 0" c=\'d\' xmlns:a="urn:a" >signed</x:id>';
  await inPlaceOfGateway(country, ({ message: { body } }) => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(Buffer.from(body).toString().replace(/<xrd:id .*<\/xrd:id>/, id)) }));
  const answer = await country.agencies.bank.ask({ registryCode: '1' }, { id: 'signed' });
  assert.equal(answer.requestHash, 'matches');
  assert.match(Buffer.from(answer.reply.body).toString(), /<\/x:id><x:requestHash xmlns:x="http:\/\/x-road\.eu\/xsd\/xroad\.xsd"\n {2}a:b="1 > 0" c='d' xmlns:a="urn:a" algorithmId="[^"]+">[^<]+<\/x:requestHash>/);
});

test('a requestHash that the service wrote is replaced', async () => {
  const forged = '<x:requestHash xmlns:x="http://x-road.eu/xsd/xroad.xsd" algorithmId="a">forged</x:requestHash></SOAP-ENV:Header>';
  await inPlaceOfGateway(country, ({ message: { body } }) => ({ status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(Buffer.from(body).toString().replace('</SOAP-ENV:Header>', forged)) }));
  const answer = await country.agencies.bank.ask({ registryCode: '1' });
  assert.equal(answer.requestHash, 'matches');
  assert.doesNotMatch(Buffer.from(answer.reply.body).toString(), /forged/);
});

test('a fault of the service passes as its own bytes', async () => {
  const fault = Buffer.from('<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>Server.Gateway.Suspended</faultcode><faultstring>ö</faultstring></e:Fault></e:Body></e:Envelope>');
  await inPlaceOfGateway(country, () => ({ status: 500, headers: { 'content-type': 'text/xml' }, body: fault }));
  const answer = await country.agencies.bank.ask({ registryCode: '1' });
  assert.deepEqual(Buffer.from(answer.reply.body), fault);
  assert.equal(answer.fault?.code, 'Server.Gateway.Suspended');
});

for (const [title, reply, code] of [
  ['an error page', { status: 404, type: 'text/html', body: '<html/>' }, 'http_error'],
  ['another content type', { status: 200, type: 'application/json', body: '{}' }, 'invalid_content_type'],
  ['bytes that are not XML', { status: 200, type: 'text/xml', body: 'no' }, 'invalid_soap'],
] as const) {
  test(`${title} from the service is its failure`, async () => {
    await inPlaceOfGateway(country, () => ({ status: reply.status, headers: { 'content-type': reply.type }, body: Buffer.from(reply.body) }));
    const answer = await country.agencies.bank.ask({ registryCode: '1' });
    assert.equal(answer.fault?.code, `server.serverproxy.service_failed.${code}`);
  });
}

test('a service that shows a certificate which is not registered for its provider gets nothing', async () => {
  const other = await running('EE');
  const listener = await inPlaceOfGateway(other, () => assert.fail('handed over'));
  country.connectGateway(listener.url);
  const answer = await country.agencies.bank.ask({ registryCode: '1' });
  assert.equal(answer.fault?.code, 'server.serverproxy.service_failed.network_error');
});

test('many requests at once keep their answers apart', async () => {
  country.log.clear();
  const ids = Array.from({ length: 60 }, (_, at) => `at-once-${at}`);
  const answers = await Promise.all(ids.map((id) => country.agencies.bank.askSalary({ personCode: '36805280109', from: '01.2025', to: '12.2025' }, { id })));
  assert.ok(answers.every(({ requestHash }) => requestHash === 'matches'));
  assert.deepEqual(new Map(ids.map((id) => [id, 1])), new Map([...country.log.deliveries(SALARY)].toSorted(([a], [b]) => ids.indexOf(a) - ids.indexOf(b))));
  assert.ok(country.log.records().every(({ outcome }) => outcome === 'answered'));
});
