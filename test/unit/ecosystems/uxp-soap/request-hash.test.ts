/** Request hashes of UXP servers, against real messages of Trembita (../shared/vectors). */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gost34311 } from '../../../../src/crypto/gost34311.ts';
import { uxpSoap } from '../../../../src/ecosystems/uxp-soap/dialect.ts';
import type { DomesticCall } from '../../../../src/ecosystems/ecosystem.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { coded } from '../errors.ts';

const MESSAGES = new URL('../../../../../shared/vectors/messages/', import.meta.url);
const skip = existsSync(MESSAGES) ? false : 'skipped: no ../shared';
const REQUEST = 'ua-trembita-request-Irzz0BThrw.xml';
const RESPONSE = 'ua-trembita-response-8hViaj6JFV.xml';
const read = (file: string): Buffer => readFileSync(new URL(file, MESSAGES));

const member = { instance: 'test1', memberClass: 'GOV', memberCode: '00000088' };
const service = { ...member, subsystem: 'SUB_SERVICE', service: 'getPersonaList' };
const call: DomesticCall = {
  home: { dialect: 'uxp-soap', service, operation: { name: 'getPersonaList' } },
  client: { ...member, subsystem: 'SUB_CLIENT' },
  context: { messageId: '832c9883-8d41-406c-bcc3-a7429f0bbbb2', userId: 'anystringid' },
};
const settings = { faultSpelling: 'camel', maxAnswerBytes: 1_000_000 } as const;
const GOST = 'http://www.w3.org/2001/04/xmldsig-more#gost34311';

/** The answer as the server of the service returns it; `change` works on its text. */
function answer(dialect: ReturnType<typeof uxpSoap>, change: (text: string) => string = (text) => text, request = read(REQUEST)) {
  const http = { method: 'POST', target: '/', headers: { 'content-type': 'text/xml' }, body: request };
  return dialect.parseResponse({ status: 200, headers: { 'content-type': 'text/xml;charset=utf-8' }, body: Buffer.from(change(read(RESPONSE).toString())) }, call, http, DEFAULT_XML_LIMITS).message;
}

test('GOST 34.311 of the recorded request is what its answer says', { skip }, () => {
  assert.equal(gost34311(read(REQUEST)).toString('base64'), 'RQCdnfM00kok4TKPL9NDHw3dwAx8GTtXaCbMtdUqKb0=');
});

test('the answer of a Trembita server is that to the recorded request', { skip }, () => {
  const { payload } = answer(uxpSoap(settings));
  assert.ok(payload.form === 'xml' && payload.element.name === 'getPersonaListResponse');
});

test('the recorded request is read by its dialect', { skip }, () => {
  const http = { method: 'POST', target: '/', headers: { 'content-type': 'text/xml' }, body: read(REQUEST) };
  const { message } = uxpSoap(settings).parseRequest(http, [call.home], DEFAULT_XML_LIMITS);
  assert.deepEqual([message.dialect, message.client, message.context], ['uxp-soap', call.client, call.context]);
});

test('to a request of which one byte differs it is no answer', { skip }, () => {
  const other = Buffer.from(read(REQUEST).toString().replace('getPersonaListRequest', 'getPersonaListRequesu'));
  assert.throws(() => answer(uxpSoap(settings), undefined, other), coded('service-answer-invalid', { field: 'requestHash' }));
});

const swapped = (algorithm: string, value: string) => (text: string) => text.replace(/algorithmId="[^"]*">[^<]*</, `algorithmId="${algorithm}">${value}<`);

test('SHA-512 and SHA-256 are taken under their own names', { skip }, () => {
  for (const name of ['sha512', 'sha256']) assert.ok(answer(uxpSoap(settings), swapped(`http://www.w3.org/2001/04/xmlenc#${name}`, hash(name, read(REQUEST), 'base64'))));
});

test('a hash under the name of another algorithm, of an unknown one, or none at all is refused', { skip }, () => {
  const gost = gost34311(read(REQUEST)).toString('base64');
  const changes = [swapped('http://www.w3.org/2001/04/xmlenc#sha256', gost), swapped('urn:unknown', gost), swapped(GOST, hash('sha256', read(REQUEST), 'base64')), swapped(GOST, gost.slice(0, -4)), (text: string) => text.replace(/<xroad:requestHash.*<\/xroad:requestHash>/, '')];
  for (const change of changes) assert.throws(() => answer(uxpSoap(settings), change), coded('service-answer-invalid', { field: 'requestHash' }));
});

test('where the platform is known to hash by one algorithm, an answer by another is refused', { skip }, () => {
  const trembita1 = uxpSoap({ ...settings, requestHashes: ['gost34311'] });
  assert.ok(answer(trembita1));
  const sha512 = swapped('http://www.w3.org/2001/04/xmlenc#sha512', hash('sha512', read(REQUEST), 'base64'));
  assert.throws(() => answer(trembita1, sha512), coded('service-answer-invalid', { field: 'requestHash' }));
});

test('only where the operator says so is a hash not looked at, and then everything else still is', { skip }, () => {
  const dialect = uxpSoap({ ...settings, requestHash: 'carried-unverified' });
  assert.ok(answer(dialect, swapped('urn:unknown', 'AAAA')));
  assert.throws(() => answer(dialect, (text) => text.replace('832c9883', '932c9883')), coded('service-answer-invalid', { field: 'id' }));
});
