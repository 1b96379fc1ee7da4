import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequest } from '../../../../src/ecosystems/uxp-rest/parse.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import type { HttpMessage } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticContext, DomesticRequest } from '../../../../src/stages.ts';
import { coded } from '../errors.ts';
import { asked, client, context, newer, person, register, root, service } from './samples.ts';

const candidates = [root, person, register];
const parse = (http: HttpMessage, some: readonly HomeService[] = candidates): DomesticRequest => parseRequest(http, some, DEFAULT_XML_LIMITS).message;
const contextOf = (headers: Readonly<Record<string, string | undefined>>, target = ''): DomesticContext => parse(asked('GET', target, headers)).context;

test('a request gives client, service, context, operation, and its query as the service has it', () => {
  assert.deepEqual(parse(asked('GET', '?x=15&y=9')), {
    kind: 'request', dialect: 'uxp-rest', client, service, context, operation: root.operation,
    payload: { form: 'json', body: undefined, path: {}, query: { x: '15', y: '9' } },
  });
});

test('a body and path parameters are read as of any REST service', () => {
  const { payload } = parse(asked('POST', '/person', { 'content-type': 'application/json' }, '{"unzr":"19320303-80660"}'));
  assert.deepEqual(payload, { form: 'json', body: { unzr: '19320303-80660' }, path: {}, query: {} });
  assert.deepEqual(parse(asked('GET', '/person/19320303-80660')).payload, { form: 'json', body: undefined, path: { code: '19320303-80660' }, query: {} });
  assert.throws(() => parse(asked('GET', '/person/1', {}, 'x')), coded('malformed', { field: 'body' }));
});

test('message and user id may be query parameters, which are not the service\'s', () => {
  const { context: found, payload } = parse(asked('GET', '?queryId=abc-1&userId=u&x=1', { 'uxp-queryid': undefined, 'uxp-userid': undefined }));
  assert.deepEqual([found.messageId, found.userId], ['abc-1', 'u']);
  assert.deepEqual(payload.form === 'json' && payload.query, { x: '1' });
});

test('header and parameter may repeat each other', () => {
  assert.equal(contextOf({}, `?queryId=${context.messageId}&userId=officer-7`).messageId, context.messageId);
});

test('parameters of the same name in other letters are the service\'s', () => {
  const { payload } = parse(asked('GET', '?queryid=1&USERID=2'));
  assert.deepEqual(payload.form === 'json' && payload.query, { queryid: '1', USERID: '2' });
});

test('the version of the service is optional in either spelling of nothing', () => {
  for (const text of ['SEVDEIR-TEST/GOV/00000002/SUB_2/space', 'SEVDEIR-TEST/GOV/00000002/SUB_2/space/undefined']) assert.deepEqual(parse(asked('GET', '', { 'uxp-service': text })).service, service);
});

test('a version that is named selects; another one is no service here', () => {
  const named = (version: string) => asked('GET', '', { 'uxp-service': `SEVDEIR-TEST/GOV/00000002/SUB_2/space/${version}` });
  assert.deepEqual(parse(named('2'), [root, newer]).service, newer.service);
  assert.deepEqual(parse(named('1'), [newer, root]).service, service);
  assert.throws(() => parse(named('3'), [root, newer]), coded('unknown-service'));
});

test('the URL alone names the service where the header is not passed on', () => assert.deepEqual(parse(asked('GET', '', { 'uxp-service': undefined })).service, service));

test('what is absent, empty or the literal undefined is absent', () => {
  for (const nothing of [undefined, '', ' ', 'undefined']) {
    assert.deepEqual(contextOf({ 'uxp-userid': nothing, 'uxp-purpose-ids': nothing, 'uxp-subject-id': nothing, 'uxp-issue': nothing }), { messageId: context.messageId });
  }
});

test('Purpose-Id stands for Uxp-Purpose-Ids, and may repeat it in another order', () => {
  assert.deepEqual(contextOf({ 'uxp-purpose-ids': undefined, 'purpose-id': '7QX' }).purposes, ['7QX']);
  assert.deepEqual(contextOf({ 'uxp-purpose-ids': 'undefined', 'purpose-id': '7QX' }).purposes, ['7QX']);
  assert.deepEqual(contextOf({ 'uxp-purpose-ids': 'A, B;C D,A', 'purpose-id': 'D,C,B,A' }).purposes, ['A', 'B', 'C', 'D']);
});

test('an issue is read where a client sends one', () => assert.equal(contextOf({ 'uxp-issue': 'case 7' }).issue, 'case 7'));

const refused: readonly (readonly [what: string, headers: Readonly<Record<string, string | undefined>>, field: string, target?: string])[] = [
  ['no client', { 'uxp-client': undefined }, 'Uxp-Client'],
  ['a client of two parts', { 'uxp-client': 'SEVDEIR-TEST/GOV' }, 'Uxp-Client'],
  ['a client of five parts', { 'uxp-client': 'SEVDEIR-TEST/GOV/1/S/x' }, 'Uxp-Client'],
  ['a client that stands twice', { 'uxp-client': 'SEVDEIR-TEST/GOV/1/S, SEVDEIR-TEST/GOV/2/S' }, 'Uxp-Client'],
  ['a service of four parts', { 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2' }, 'Uxp-Service'],
  ['a service of seven parts', { 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space/1/2' }, 'Uxp-Service'],
  ['no message id', { 'uxp-queryid': undefined }, 'Uxp-QueryID'],
  ['the message id undefined', { 'uxp-queryid': 'undefined' }, 'Uxp-QueryID'],
  ['a message id that stands twice', { 'uxp-queryid': 'a, b' }, 'Uxp-QueryID'],
  ['a message id that differs from the parameter', {}, 'Uxp-QueryID', '?queryId=another'],
  ['a user that differs from the parameter', {}, 'Uxp-Userid', '?userId=another'],
  ['a message id outside ASCII', { 'uxp-queryid': 'ідентифікатор' }, 'Uxp-QueryID'],
  ['a purpose that differs from its other header', { 'purpose-id': 'other' }, 'Uxp-Purpose-Ids'],
  ['a subject outside ASCII', { 'uxp-subject-id': 'ЮЯ' }, 'Uxp-Subject-Id'],
];
for (const [what, headers, field, target] of refused) test(`${what} is malformed`, () => assert.throws(() => parse(asked('GET', target ?? '', headers)), coded('malformed', { field })));

test('more purposes than any service has are too many', () => {
  const many = Array.from({ length: 17 }, (_, n) => `P${n}`).join(',');
  assert.throws(() => contextOf({ 'uxp-purpose-ids': many }), coded('too-large', { field: 'Uxp-Purpose-Ids' }));
});

test('a path, a method and a dialect that are not offered are unknown services', () => {
  for (const http of [asked('GET', '/other'), asked('DELETE', '/person')]) assert.throws(() => parse(http), coded('unknown-service'));
  assert.throws(() => parse(asked('GET', ''), [{ ...root, dialect: 'xroad-rest' }]), coded('unknown-service'));
});

test('the bytes of a request hold all that is read of it, and nothing of the transport', () => {
  const bytes = (http: HttpMessage): string => Buffer.from(parseRequest(http, candidates, DEFAULT_XML_LIMITS).bytes).toString();
  const first = bytes(asked('GET', ''));
  assert.equal(bytes(asked('GET', '', { 'host': 'other', 'uxp-transaction-id': 'new at each delivery' })), first);
  for (const name of ['uxp-client', 'uxp-queryid', 'uxp-userid', 'uxp-purpose-ids', 'uxp-subject-id', 'uxp-issue']) assert.notEqual(bytes(asked('GET', '', { [name]: name === 'uxp-client' ? 'SEVDEIR-TEST/GOV/00000001/SUB_9' : 'other' })), first);
});
