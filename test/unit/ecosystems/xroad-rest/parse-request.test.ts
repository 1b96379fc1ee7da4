import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../../src/errors.ts';
import { parseRequest } from '../../../../src/ecosystems/xroad-rest/parse.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import type { HttpMessage } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticRequest, Payload } from '../../../../src/stages.ts';
import { coded } from '../errors.ts';
import { HEADERS, asked, client, companies, company, context, posted, queries, root, search } from './samples.ts';

const candidates = [queries, companies, company, search];
const parse = (http: HttpMessage, some: readonly HomeService[] = candidates): DomesticRequest => parseRequest(http, some, DEFAULT_XML_LIMITS).message;
const payload = (http: HttpMessage): Payload & { form: 'json' } => {
  const { payload: found } = parse(http);
  assert.ok(found.form === 'json');
  return found;
};

test('a POST gives client, service, context, operation and its JSON', () => {
  const { payload: found, ...rest } = parse(posted('{"personId":"36805280109"}'));
  assert.deepEqual(rest, { kind: 'request', dialect: 'xroad-rest', client, service: queries.service, context, operation: queries.operation });
  assert.deepEqual(found, { form: 'json', body: { personId: '36805280109' }, path: {}, query: {} });
});

test('a GET gives the parameters of its query, decoded once', () => {
  assert.deepEqual(payload(asked('GET', '/companies?businessId=2077474-0&name=a%20b+c%2B%C3%A4&flag&empty=')), {
    form: 'json',
    body: undefined,
    path: {},
    query: { businessId: '2077474-0', name: 'a b c+ä', flag: '', empty: '' },
  });
});

test('a path parameter is decoded once, and what was encoded twice stays encoded', () => {
  assert.deepEqual(payload(asked('GET', '/companies/2077474%2D0')).path, { businessId: '2077474-0' });
  assert.deepEqual(payload(asked('GET', '/companies/%252e%252e')).path, { businessId: '%2e%2e' });
});

test('of two templates that fit, the one without parameters wins', () => {
  assert.deepEqual(parse(asked('GET', '/companies/search')).operation, search.operation);
  assert.deepEqual(parse(asked('GET', '/companies/search'), [search, company]).operation, search.operation);
});

test('the service URL itself is the root template, with or without a slash', () => {
  for (const target of ['', '/', '?a=1', '/?a=1']) assert.deepEqual(parse(asked('GET', target), [root]).operation, root.operation);
});

test('the bytes of a request are the same at each delivery, and differ when anything that is read differs', () => {
  const bytes = (http: HttpMessage): string => Buffer.from(parseRequest(http, candidates, DEFAULT_XML_LIMITS).bytes).toString();
  const first = bytes(posted('{"a":1}'));
  assert.equal(
    first,
    'POST\r\n/income-queries\r\nx-road-client:FI/GOV/0245458-6/vero\r\nx-road-id:FI-0001\r\nx-road-userid:FI131052-308T\r\nx-road-issue:case 7\r\nx-road-represented-party:COM/EE-1\r\ncontent-type:application/json\r\n\r\n{"a":1}',
  );
  assert.equal(bytes(posted('{"a":1}', { 'x-road-request-id': 'another', 'host': 'other' })), first);
  for (const other of [posted('{"a":2}'), posted('{"a":1}', { 'x-road-userid': 'FI1' }), posted('{"a":1}', { 'x-road-client': 'FI/GOV/0245458-6/muu' })]) assert.notEqual(bytes(other), first);
});

test('a POST may have no body, but white space is none of JSON', () => {
  assert.equal(payload(posted('')).body, undefined);
  assert.throws(() => parse(posted('  ')), coded('malformed'));
});

test('a JSON null is a body', () => assert.equal(payload(posted('null')).body, null));

const unknown: readonly (readonly [what: string, http: HttpMessage])[] = [
  ['another path', asked('GET', '/company')],
  ['another method', asked('DELETE', '/companies')],
  ['another case of the path', asked('GET', '/Companies')],
  ['a path below the template', asked('GET', '/companies/1/2')],
  ['another case of the method', asked('get', '/companies')],
  ['the root', asked('GET', '/')],
];
for (const [what, http] of unknown) test(`${what} is an unknown service`, () => assert.throws(() => parse(http), coded('unknown-service', { field: 'path' })));

test('a wrong method is told which ones the path takes', () => {
  assert.throws(() => parse(asked('PUT', '/companies')), coded('unknown-service', { hint: 'The path takes GET.' }));
});

test('a SOAP service at the same URL is not a candidate', () => {
  assert.throws(() => parse(asked('GET', '/companies'), [{ ...companies, dialect: 'xroad-soap' }]), coded('unknown-service'));
  assert.throws(() => parse(asked('GET', '/companies'), [{ ...companies, operation: { name: 'companies' } }]), coded('unknown-service'));
});

const targets: readonly (readonly [what: string, target: string])[] = [
  ['dots that climb', '/companies/../income-queries'],
  ['dots that climb, encoded', '/companies/%2e%2e'],
  ['dots that climb, half encoded', '/companies/.%2E'],
  ['a single dot', '/companies/.'],
  ['an encoded slash', '/companies/a%2Fb'],
  ['an encoded backslash', '/companies/a%5Cb'],
  ['a backslash', '/companies\\a'],
  ['an empty segment', '/companies//a'],
  ['a slash at the end', '/companies/'],
  ['no slash at the beginning', 'companies'],
  ['a whole URL', 'https://evil.example/companies'],
  ['an encoded NUL', '/companies/a%00'],
  ['an encoded line break', '/companies/a%0d%0aX'],
  ['broken percent-encoding', '/companies/%zz'],
  ['percent-encoding cut off', '/companies/%'],
  ['an overlong UTF-8 slash', '/companies/%c0%af'],
  ['bytes that are not UTF-8', '/companies/%ff'],
  ['a fragment', '/companies#a'],
  ['a raw space', '/companies?a= b'],
  ['raw UTF-8', '/companies?a=ä'],
  ['a control character in the query', '/companies?a=%00'],
  ['a parameter twice', '/companies?businessId=1&businessId=2'],
  ['a parameter twice, once encoded', '/companies?businessId=1&business%49d=2'],
  ['a parameter twice, with another between', '/companies?a=1&b=2&a=1'],
  ['a parameter without a name', '/companies?=1'],
  ['an empty parameter', '/companies?a=1&&b=2'],
  ['broken percent-encoding in the query', '/companies?a=%e4'],
];
for (const [what, target] of targets) test(`${what} is refused as malformed: ${target}`, () => assert.throws(() => parse(asked('GET', target)), coded('malformed')));

test('a target of more than 8000 characters is too large', () => {
  assert.throws(() => parse(asked('GET', `/companies?${Array.from({ length: 80 }, (_, at) => `p${at}=${'x'.repeat(100)}`).join('&')}`)), coded('too-large', { field: 'path' }));
});

const headers: readonly (readonly [what: string, changes: Readonly<Record<string, string>>])[] = [
  ['a client of two parts', { 'x-road-client': 'FI/GOV' }],
  ['a client of five parts', { 'x-road-client': 'FI/GOV/0245458-6/vero/x' }],
  ['a client encoded as a whole', { 'x-road-client': 'FI%2FGOV%2F0245458-6%2Fvero' }],
  ['two clients', { 'x-road-client': 'FI/GOV/0245458-6/vero, FI/GOV/1/a' }],
  ['an empty id', { 'x-road-id': '' }],
  ['two ids', { 'x-road-id': 'FI-0001, FI-0002' }],
  ['an id beyond ASCII', { 'x-road-id': 'FI-\u00e4' }],
  ['a user id beyond ASCII', { 'x-road-userid': 'M\u00e4kinen' }],
  ['an issue with a tab', { 'x-road-issue': 'a\tb' }],
  ['a represented party of three parts', { 'x-road-represented-party': 'a/b/c' }],
  ['an empty represented party', { 'x-road-represented-party': '' }],
  ['a represented party without a code', { 'x-road-represented-party': 'COM/' }],
];
for (const [what, changes] of headers) test(`${what} is refused as malformed`, () => assert.throws(() => parse(asked('GET', '/companies', changes)), coded('malformed')));

for (const name of ['x-road-client', 'x-road-id']) {
  test(`no ${name} is refused as malformed`, () => {
    const { [name]: _, ...rest } = HEADERS;
    assert.throws(() => parse({ ...asked('GET', '/companies'), headers: rest }), coded('malformed', { field: name }));
  });
}

test('optional headers may be missing, and a represented party may have no class', () => {
  const only = { 'x-road-client': 'FI/GOV/0245458-6', 'x-road-id': 'a', 'x-road-represented-party': '12%2F3' };
  const message = parse({ ...asked('GET', '/companies'), headers: only });
  assert.deepEqual(message.context, { messageId: 'a', representedParty: { partyCode: '12/3' } });
  assert.equal(message.client.subsystem, undefined);
});

test('a GET, HEAD or DELETE with a body is malformed', () => {
  assert.throws(() => parse(asked('GET', '/companies', { 'content-type': 'application/json' }, '{}')), coded('malformed', { field: 'body' }));
});

for (const [contentType, accepts] of [['application/json', true], ['Application/JSON; charset="UTF-8"', true], ['application/json; charset=iso-8859-1', false], ['text/json', false], ['application/x-www-form-urlencoded', false], ['application/jsonp', false], ['', false]] as const) {
  test(`content type '${contentType}' is ${accepts ? 'accepted' : 'refused as malformed'}`, () => {
    const http = posted('{}', { 'content-type': contentType });
    if (accepts) assert.deepEqual(payload(http).body, {});
    else assert.throws(() => parse(http), coded('malformed', { field: 'Content-Type' }));
  });
}

test('a body past the limits is too large', () => {
  assert.throws(() => parseRequest(posted('{"a":1}'), candidates, { ...DEFAULT_XML_LIMITS, maxBytes: 6 }), coded('too-large'));
  assert.throws(() => parse(posted('['.repeat(65) + ']'.repeat(65))), coded('too-large'));
});

test('parameters named like parts of Object change nothing', () => {
  const { query } = payload(asked('GET', '/companies?__proto__=x&constructor=y&toString=z'));
  assert.equal(Object.getPrototypeOf(query), Object.prototype);
  assert.deepEqual(Object.entries(query), [['__proto__', 'x'], ['constructor', 'y'], ['toString', 'z']]);
  assert.throws(() => parse(posted('{"__proto__":{"admin":true}}')), coded('malformed'));
});

test('no request, however odd, gives an error without a code', () => {
  const piece = fc.constantFrom('/', '/companies', '/income-queries', '%', '%2e', '%2F', '..', '?', '&', '=', '+', '#', 'a', '%C3%A4', ' ', '\\', '{businessId}', '__proto__');
  const http = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'TRACE', ''),
    target: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    headers: fc.dictionary(fc.constantFrom(...Object.keys(HEADERS), 'content-type'), fc.oneof(fc.string(), fc.constantFrom(...Object.values(HEADERS), 'application/json'))),
    body: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.json().map((text) => new Uint8Array(Buffer.from(text)))),
  });
  fc.assert(
    fc.property(http, (message) => {
      try {
        parse({ ...message, headers: { ...HEADERS, ...message.headers } });
      } catch (error) {
        assert.ok(error instanceof CausewayError && ['malformed', 'too-large', 'unknown-service'].includes(error.code), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
