/** Messages of real platforms (../shared/vectors, see its README): each is read as it says, or refused with the right code. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readEnvelope } from '../../../../src/ecosystems/soap/envelope.ts';
import { xroadSoap } from '../../../../src/ecosystems/xroad-soap/dialect.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { BrokenRule } from '../../../../src/errors.ts';
import type { DomesticService } from '../../../../src/stages.ts';
import { text } from '../../../../src/xml/element.ts';
import { parseXml } from '../../../../src/xml/parse.ts';
import { coded } from '../errors.ts';
import { parseRequest, posted } from './samples.ts';

const VECTORS = new URL('../../../../../shared/vectors/', import.meta.url);
const skip = existsSync(VECTORS) ? false : 'skipped: no ../shared';
const read = (file: string): Buffer => readFileSync(new URL(file, VECTORS));
const limits = DEFAULT_XML_LIMITS;

const producer = (service: string): DomesticService => ({ instance: 'EE', memberClass: 'BUSINESS', memberCode: 'producer', service });
const rr = (service: string): DomesticService => ({ instance: 'ee-test', memberClass: 'GOV', memberCode: '70008899', subsystem: 'rr', service, version: 'v1' });

interface Read {
  readonly file: string;
  readonly service: DomesticService;
  readonly client: string;
  readonly id: string;
  readonly userId?: string;
  readonly issue?: string;
  readonly party?: string;
}

const REQUESTS: readonly Read[] = [
  { file: 'xroad-soap/simple.query', service: producer('testQuery'), client: 'EE/BUSINESS/consumer', id: '1234567890', userId: 'EE37702211234' },
  { file: 'xroad-soap/missing-userId.query', service: producer('testQuery'), client: 'EE/BUSINESS/consumer', id: '1234567890' },
  { file: 'xroad-soap/simple-representedparty.query', service: producer('testQuery'), client: 'EE/BUSINESS/consumer', id: '1234567890', userId: 'EE37702211234', issue: 'issue-1', party: 'COM/MEMBER3' },
  { file: 'xroad-soap/getstate.query', service: producer('getState'), client: 'EE/BUSINESS/consumer', id: '411d6755661409fed365ad8135f8210be07613da', userId: 'EE:PIN:abc4567', issue: '' },
  { file: 'xroad-soap/cdata.query', service: producer('getState'), client: 'EE/BUSINESS/consumer', id: '411d6755661409fed365ad8135f8210be07613da', userId: 'EE:PIN:abc4567', issue: '' },
  { file: 'xroad-soap/xmlencoded.query', service: producer('testQuery'), client: 'EE/BUSINESS/consumer', id: '1234567890', userId: `<"EE37702211234" & 'xml encoded'>` },
  { file: 'messages/ee-rr.rr456.v1-rr456.paring.xml', service: rr('RR456'), client: 'ee-test/GOV/70009999/mocksystem', id: 'nkvw9k2AVvrukYlVAGXRYg', userId: 'EE11111111111' },
  { file: 'messages/ee-rr.rr67_muutus.v1-rr67_muutus.paring.xml', service: rr('RR67_muutus'), client: 'ee-test/GOV/70009999/mocksystem', id: 'HaNq1ke0X2QQmAkPk3eEoA', userId: 'EE11111111111' },
];

for (const { file, service, client, id, userId, issue, party } of REQUESTS) {
  test(`${file} is read as a request`, { skip }, () => {
    const { message } = parseRequest(posted(read(file), 'text/xml'), [{ dialect: 'xroad-soap', service, operation: { name: service.service } }], limits);
    const { client: asking, context } = message;
    assert.equal([asking.instance, asking.memberClass, asking.memberCode, asking.subsystem].filter((part) => part !== undefined).join('/'), client);
    assert.deepEqual(message.service, service);
    assert.deepEqual([context.messageId, context.userId, context.issue], [id, userId, issue]);
    assert.equal(context.representedParty && `${context.representedParty.partyClass}/${context.representedParty.partyCode}`, party);
    assert.ok(message.payload.form === 'xml' && message.payload.element.name === service.service);
  });
}

test('CDATA in a body is text', { skip }, () => {
  const message = readEnvelope(parseXml(read('xroad-soap/cdata.query'), limits));
  assert.ok(message.kind === 'message');
  assert.equal(text(message.body), '<a><b><c>12345678</c></b></a>');
});

const RESPONSES: readonly (readonly [file: string, service: DomesticService, body: string, hash: string | undefined])[] = [
  ['xroad-soap/simple.answer', producer('testQuery'), 'testQueryResponse', undefined],
  ['xroad-soap/attachm.answer', producer('test'), 'testResponse', undefined],
  ['xroad-soap/getstate.answer', producer('getState'), 'getStateResponse', undefined],
  ['messages/ee-rr.rr456.v1-response.xml', rr('RR456'), 'RR456Response', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ['messages/ee-rr.rr456.v1-not_found.xml', rr('RR456'), 'RR456Response', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ['messages/ee-rr.rr67_muutus.v1-response.xml', rr('RR67_muutus'), 'RR67_muutusResponse', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ['messages/fi-vtj-henkilontunnuskysely.response.xml', { instance: 'FI-TEST', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'VTJkysely', service: 'HenkilonTunnusKysely', version: 'v1' }, 'HenkilonTunnusKyselyResponse', 'http://www.w3.org/2001/04/xmlenc#sha512'],
  ['messages/ua-trembita-response-8hViaj6JFV.xml', { instance: 'test1', memberClass: 'GOV', memberCode: '00000088', subsystem: 'SUB_SERVICE', service: 'getPersonaList' }, 'getPersonaListResponse', 'http://www.w3.org/2001/04/xmldsig-more#gost34311'],
];

for (const [file, service, body, algorithm] of RESPONSES) {
  test(`${file} is read as an answer`, { skip }, () => {
    const message = readEnvelope(parseXml(read(file), limits));
    assert.ok(message.kind === 'message');
    assert.deepEqual(message.headers.service, service);
    assert.equal(message.body.name, body);
    assert.equal(message.headers.requestHash?.algorithm, algorithm);
    if (algorithm?.endsWith('sha512')) assert.equal(Buffer.from(message.headers.requestHash!.value, 'base64').length, 64);
  });
}

/** As the HTTP layer hands them on: taken apart, then parsed. The files are stored with the line ends of text files; on the wire lines of MIME end in CR LF. */
async function unpacked(file: string): Promise<ReturnType<typeof parseRequest>['message']> {
  const { packing } = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1, mime: { maxParts: 5, maxHeaderBytes: 1000 } });
  const { headers, body, attachments } = await packing!.unpack({ headers: { 'content-type': 'multipart/related; boundary=jetty771207119h3h10dty' }, body: Buffer.from(read(file).toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1') }, false, limits);
  const candidates = ['test', 'generateMtom'].map((name) => ({ dialect: 'xroad-soap' as const, service: producer(name), operation: { name } }));
  return parseRequest({ method: 'POST', target: '/', headers, body: Buffer.from(body), ...(attachments === undefined ? {} : { attachments }) }, candidates, limits).message;
}

const PARTED: readonly (readonly [file: string, types: readonly string[]])[] = [
  ['xroad-soap/attachm.query', ['multipart/mixed']],
  ['xroad-soap/attachm-mtom.query', ['text/plain']],
  ['xroad-soap/soapfault-mtom.query', ['text/plain']],
];
for (const [file, types] of PARTED) {
  test(`${file} is read as a request with its attachments`, { skip }, async () => {
    const { client, attachments = [] } = await unpacked(file);
    assert.equal(client.memberCode, 'consumer');
    assert.deepEqual(attachments.map(({ type }) => type), types);
  });
}

const REFUSED: readonly (readonly [file: string, field: string, contentType: string, rule?: BrokenRule])[] = [
  ['xroad-soap/faulty-header.query', 'service', 'text/xml', 'field-missing'],
  ['xroad-soap/inconsistent-headers.query', 'Body', 'text/xml', 'body-mismatch'],
  ['xroad-soap/attachm.query', 'Content-Type', 'multipart/related; boundary=jetty771207119h3h10dty'],
  ['xroad-soap/attachm-mtom.query', 'Content-Type', 'multipart/related; boundary=jetty771207119h3h10dty'],
  ['xroad-soap/soapfault-mtom.query', 'Content-Type', 'multipart/related; boundary=jetty771207119h3h10dty'],
];
for (const [file, field, contentType, rule] of REFUSED) {
  test(`${file} is refused as malformed, naming ${field}`, { skip }, () => {
    const candidates = ['testQuery', 'test', 'generateMtom'].map((name) => ({ dialect: 'xroad-soap' as const, service: producer(name), operation: { name } }));
    assert.throws(() => parseRequest(posted(read(file), contentType), candidates, limits), coded('malformed', { field, ...(rule === undefined ? {} : { rule }) }));
  });
}

test('a Trembita request, whose element is the service code with Request behind it, is a request to the operation of that code, and to no other', { skip }, () => {
  const file = read('messages/ua-trembita-request-Irzz0BThrw.xml');
  const service = { instance: 'test1', memberClass: 'GOV', memberCode: '00000088', subsystem: 'SUB_SERVICE', service: 'getPersonaList' };
  const parse = (name: string) => parseRequest(posted(file), [{ dialect: 'xroad-soap', service, operation: { name } }], limits).message;
  for (const name of ['getPersonaList', 'getPersonaListRequest']) assert.equal(parse(name).kind, 'request');
  for (const name of ['getPersona', 'getPersonaListRequestRequest']) assert.throws(() => parse(name), coded('malformed', { field: 'Body' }));
});
