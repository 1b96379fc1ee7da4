import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import persons from '../../../src/sandbox/countries/ee/persons.json' with { type: 'json' };
import { connect } from '../../../src/platform/http-client.ts';
import type { Identity } from '../../../src/crypto/pki.ts';
import { Faults } from '../../../src/sandbox/faults.ts';
import { startCompanyRegister } from '../../../src/sandbox/countries/fi/companies.ts';
import { findPerson, personElement } from '../../../src/sandbox/countries/ee/population-record.ts';
import { field, part } from '../../../src/sandbox/registers/soap-service.ts';
import { SignatureChecker } from '../../../src/sandbox/soap/wss-verify.ts';
import { readMessage } from '../../../src/sandbox/soap/message.ts';
import { fingerprint, pinOf } from '../../../src/sandbox/pki/credentials.ts';
import type { XmlElement } from '../../../src/stages.ts';
import { elements } from '../../../src/xml/element.ts';
import { clock, running } from './running.ts';

const WSDL = '../shared/vectors/wsdl';
const NOBODY = '37704053334';

const estonia = await running('EE');
const finland = await running('FI');

const names = (parent: XmlElement | undefined): string[] => (parent === undefined ? [] : elements(parent).map(({ name }) => name));

async function person(code: string): Promise<XmlElement | undefined> {
  const answer = await estonia.agencies.taxOfficer.ask(code);
  assert.equal(answer.fault, undefined);
  const [body] = answer.message?.body ?? [];
  return body === undefined ? undefined : part(body, 'response');
}

test('the population register answers a person in the elements and the order of its WSDL', (t) => {
  if (!existsSync(WSDL)) return t.skip('skipped: no ../shared');
  const wsdl = readFileSync(`${WSDL}/rr.wsdl`, 'utf8');
  const type = wsdl.slice(wsdl.indexOf('name="RR456ResponseType"'));
  const declared = [...type.slice(0, type.indexOf('name="Dokumendid"')).matchAll(/name="(Isik\.[A-Za-z_]+)"/g)].map(([, name]) => name);
  const record = findPerson('36805280109');
  assert.ok(record !== undefined);
  assert.deepEqual(names(personElement(record)), declared.filter((name) => name !== 'Isik.ValisriigiIsikukood' && name !== 'Isik.Kontakt'));
});

test('the tax board answers in the elements of its WSDL', async (t) => {
  if (!existsSync(WSDL)) return t.skip('skipped: no ../shared');
  const wsdl = readFileSync(`${WSDL}/tsd.wsdl`, 'utf8');
  const type = wsdl.slice(wsdl.indexOf('name="EmployerPaidSalary"'));
  const declared = [...type.slice(0, type.indexOf('</complexType>')).matchAll(/<element name="([A-Za-z_]+)"/g)].map(([, name]) => name);
  const answer = await estonia.agencies.bank.askSalary({ personCode: '36805280109', from: '01.2025', to: '01.2025' });
  assert.deepEqual(Object.keys(answer.payments?.[0] ?? {}), declared);
});

test('a person is found with names, sex, birth date and a foreign code', async () => {
  const found = part((await person('36805280109')) as XmlElement, 'Isikud');
  const record = part(found as XmlElement, 'Isik') as XmlElement;
  assert.deepEqual(['Isikukood', 'Eesnimi', 'Perenimi', 'Sugu', 'Synniaeg', 'Surmaaeg'].map((name) => field(record, `Isik.${name}`)), ['36805280109', 'Jüri', 'Sõrmus', 'M', '28.05.1968', '']);
  const codes = part(record, 'Isik.ValisriigiIsikukoodid') as XmlElement;
  assert.equal(field(elements(codes)[0], 'Isik.ValisriigiIsikukood.VrRiik'), 'FIN');
});

test('a person that the register does not know is fault code 10027 in the body', async () => {
  const response = await person(NOBODY);
  assert.deepEqual([field(response, 'faultCode'), field(response, 'faultString')], ['10027', 'Isik puudub RRis. (10027)']);
});

test('every person of the data can be asked for', async () => {
  for (const { isikukood, perenimi } of persons) {
    const record = part(part((await person(isikukood)) as XmlElement, 'Isikud') as XmlElement, 'Isik');
    assert.equal(field(record, 'Isik.Perenimi'), perenimi);
  }
});

test('the population register signs its answers as its member', async () => {
  const answer = await estonia.agencies.taxOfficer.ask(NOBODY);
  new SignatureChecker(estonia.keys.signingAuthority.certificate).check(answer.reply.body, 'EE/GOV/70008440', clock.now());
});

test('a payment outside the period is left out, and the total is of those within', async () => {
  const answer = await estonia.agencies.bank.askSalary({ personCode: '36805280109', from: '03.2025', to: '03.2025' });
  assert.deepEqual(answer.payments?.map(({ periood, summa }) => [periood, summa]), [['03.2025', '1915.10'], ['03.2025', '420.00']]);
  assert.equal(answer.total, '2335.10');
});

test('a person without income gets a text instead of a list', async () => {
  const answer = await estonia.agencies.bank.askSalary({ personCode: NOBODY, from: '01.2025', to: '12.2025' });
  assert.deepEqual([answer.total, answer.payments], ['Andmeid ei leitud', []]);
});

test('a period that is none is a fault of the register', async () => {
  const answer = await estonia.agencies.bank.askSalary({ personCode: NOBODY, from: '13.2025', to: '12.2025' });
  assert.equal(answer.fault?.code, 'SOAP-ENV:Client');
});

test('the company register answers in the form of the open data API, found and not found', async () => {
  const found = (await finland.agencies.tax.askCompany('2077474-0')).json as { totalResults: number; companies: { names: { name: string }[] }[] };
  assert.equal(found.totalResults, 1);
  assert.deepEqual(found.companies[0]?.names.map(({ name }) => name), ['Kuusiniemi Konepaja Oy', 'Grannäs Mekaniska Ab', 'Konepaja Kuusi Oy']);
  assert.deepEqual((await finland.agencies.tax.askCompany('1999999-3')).json, { totalResults: 0, companies: [] });
});

test('a register refuses everybody but the security server', async () => {
  const { prh, vero } = finland.keys.systems;
  assert.ok(prh !== undefined && vero !== undefined);
  const securityServer = fingerprint(finland.keys.securityServer);
  const register = await startCompanyRegister({ port: 0, identity: prh.tls, authority: finland.keys.tlsAuthority.certificate, securityServer, faults: new Faults() });
  after(() => register.close());
  const status = async ({ key, certificate }: Identity): Promise<number> => {
    const connection = connect({ origin: register.url, tls: { key, cert: certificate, pins: [pinOf(prh.tls)] }, connections: 1 });
    const reply = await connection.send({ method: 'GET', target: '/opendata-ytj-api/v3/companies?businessId=2077474-0', headers: {}, body: Buffer.alloc(0) }, { signal: AbortSignal.timeout(5000), maxBytes: 10_000 });
    await connection.close();
    return reply.status;
  };
  assert.deepEqual([await status(finland.keys.securityServer), await status(vero.tls)], [200, 403]);
});

test('an unsigned question gets no data of a person, unless the register is set to accept it', async () => {
  const lenient = await running('EE', { signatures: 'accepted' });
  for (const [country, refused] of [[estonia, true], [lenient, false]] as const) {
    const signed = await country.agencies.taxOfficer.ask('36805280109');
    const text = Buffer.from(signed.request.body).toString().replace(/<wsse:Security.*<\/wsse:Security>/s, '');
    const tls = country.keys.systems['emta']?.tls;
    assert.ok(tls !== undefined);
    const connection = connect({ origin: country.securityServerUrl, tls: { key: tls.key, cert: tls.certificate, pins: [pinOf(country.keys.securityServer)] }, connections: 1 });
    const reply = await connection.send({ ...signed.request, body: Buffer.from(text) }, { signal: AbortSignal.timeout(5000), maxBytes: 1_000_000 });
    await connection.close();
    const [body] = readMessage(reply.body)?.body ?? [];
    assert.equal(body?.name, refused ? 'Fault' : 'RR456Response');
  }
});
