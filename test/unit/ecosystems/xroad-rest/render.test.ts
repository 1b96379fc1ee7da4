import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRequest } from '../../../../src/ecosystems/xroad-rest/parse.ts';
import { renderResponse } from '../../../../src/ecosystems/rest/payload.ts';
import { renderRequest } from '../../../../src/ecosystems/xroad-rest/render.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { call, client, companies, company, context, queries } from './samples.ts';

const nothing = { form: 'json', body: undefined, path: {}, query: {} } as const;

test('a GET is written with its query, and its headers in the order of the request hash', () => {
  const http = renderRequest(mapped({ ...nothing, query: { businessId: '2077474-0', name: 'Ä & Co+' } }), call);
  assert.deepEqual([http.method, http.target], ['GET', '/r1/FI/GOV/0244683-1/prh/companies/companies?businessId=2077474-0&name=%C3%84%20%26%20Co%2B']);
  assert.deepEqual(Object.entries(http.headers), [
    ['x-road-client', 'FI/GOV/0245458-6/vero'],
    ['x-road-id', 'FI-0001'],
    ['x-road-userid', 'FI131052-308T'],
    ['x-road-issue', 'case 7'],
    ['x-road-represented-party', 'COM/EE-1'],
    ['accept', 'application/json'],
  ]);
  assert.equal(http.body.length, 0);
});

test('a POST is written with its JSON', () => {
  const http = renderRequest(mapped({ ...nothing, body: { name: 'Õ' } }), { ...call, home: queries });
  assert.equal(http.target, '/r1/FI/GOV/0245437-2/EE-emta/employmentIncome/income-queries');
  assert.equal(http.headers['content-type'], 'application/json');
  assert.equal(http.body.toString(), '{"name":"Õ"}');
});

test('each part of an identifier, and each path parameter, is encoded so that it stays one segment', () => {
  const home: HomeService = { ...company, service: { ...company.service, memberCode: 'a/b', service: 'c d' } };
  const http = renderRequest(mapped({ ...nothing, path: { businessId: 'ä?#%' } }), { home, client: { ...client, subsystem: 'x/y' }, context: { messageId: 'a', representedParty: { partyCode: 'p/q' } } });
  assert.equal(http.target, '/r1/FI/GOV/a%2Fb/prh/c%20d/companies/%C3%A4%3F%23%25');
  assert.equal(http.headers['x-road-client'], 'FI/GOV/0245458-6/x%2Fy');
  assert.equal(http.headers['x-road-represented-party'], 'p%2Fq');
});

for (const value of ['..', '.', '', 'a/b', 'a\\b', 'a\nb']) {
  test(`a path parameter '${JSON.stringify(value)}' does not become a path`, () => assert.throws(() => renderRequest(mapped({ ...nothing, path: { businessId: value } }), { ...call, home: company }), coded('mapping-failed', { field: 'path.businessId' })));
}

test('a path parameter that the mapping did not give is missing, though Object has one of that name', () => {
  const home: HomeService = { ...company, operation: { method: 'GET', template: '/companies/{constructor}' } };
  assert.throws(() => renderRequest(mapped(nothing), { ...call, home }), coded('mapping-failed', { field: 'path.constructor' }));
});

test('an empty or blank user id and issue are left out', () => {
  const http = renderRequest(mapped(nothing), { ...call, context: { messageId: 'a', userId: ' ', issue: '' } });
  assert.deepEqual(Object.keys(http.headers), ['x-road-client', 'x-road-id', 'accept']);
});

test('what an HTTP header cannot carry is refused by its field, and line breaks above all', () => {
  for (const userId of ['Mäkinen', 'a\r\nX-Road-Client: FI/GOV/1', 'a\u0000']) assert.throws(() => renderRequest(mapped(nothing), { ...call, context: { ...context, userId } }), coded('mapping-failed', { field: 'userId', delivered: 'no' }));
});

test('a service that REST cannot address is a fault of the configuration', () => {
  const { subsystem: _, ...member } = companies.service;
  assert.throws(() => renderRequest(mapped(nothing), { ...call, home: { ...companies, service: member } }), coded('config-invalid'));
  assert.throws(() => renderRequest(mapped(nothing), { ...call, home: { ...companies, operation: { name: 'companies' } } }), coded('config-invalid'));
  assert.throws(() => renderRequest(mapped({ form: 'xml', element: { ns: '', name: 'a', attributes: [], children: [] } }), call), coded('internal'));
});

test('an answer is JSON with status 200, and nothing with 204; it carries no X-Road headers', () => {
  assert.deepEqual(renderResponse(mapped({ ...nothing, body: [] })), { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('[]') });
  assert.equal(renderResponse(mapped({ ...nothing, body: null })).body.toString(), 'null');
  assert.deepEqual(renderResponse(mapped(nothing)), { status: 204, headers: {}, body: new Uint8Array() });
});

test('what is rendered is read back the same from behind the service URL', () => {
  const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }).filter((text) => /^[^\p{Cc}\p{Cf}\u2028\u2029/\\]+$/u.test(text) && text.isWellFormed() && text !== '.' && text !== '..');
  fc.assert(
    fc.property(word, fc.dictionary(word, word, { noNullPrototype: true }), (businessId, query) => {
      const http = renderRequest(mapped({ ...nothing, path: { businessId }, query }), { ...call, home: company });
      const target = http.target.slice('/r1/FI/GOV/0244683-1/prh/companies'.length);
      const { payload } = parseRequest({ ...http, target }, [company], DEFAULT_XML_LIMITS).message;
      assert.deepEqual(payload, { form: 'json', body: undefined, path: { businessId }, query });
    }),
  );
});
