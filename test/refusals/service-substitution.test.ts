/** Attack: a header that names a service that the caller may call, and a body that calls another (X-Road compares only the beginning of the name). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { HEADERS, REQUEST_BODY, envelope, home, posted } from '../unit/ecosystems/soap/samples.ts';

const soap = (await openDialects({ faultSpelling: 'camel', maxAnswerBytes: 1000 }))('xroad-soap');
const parse = (xml: string): unknown => soap.parseRequest(posted(xml), [home], DEFAULT_XML_LIMITS);

for (const body of ['<detailandmed_v2/>', '<lihtandmed_v2_all/>', '<lihtandmed_v2Response/>', '<Lihtandmed_v2/>']) {
  test(`${body} in a request to lihtandmed_v2 is refused`, () => assert.throws(() => parse(envelope(body)), coded('malformed', { field: 'Body' })));
}

test('two operations in one body are refused', () => assert.throws(() => parse(envelope(`${REQUEST_BODY}<detailandmed_v2/>`)), coded('malformed', { field: 'Body' })));

test('a second service header is refused, whichever comes first', () => {
  const other = HEADERS.service.replace('lihtandmed_v2', 'detailandmed_v2');
  for (const service of [HEADERS.service + other, other + HEADERS.service]) assert.throws(() => parse(envelope(REQUEST_BODY, { service })), coded('malformed', { field: 'service' }));
});

test('a second client header is refused', () => {
  assert.throws(() => parse(envelope(REQUEST_BODY, { client: HEADERS.client + HEADERS.client.replace('pank', 'muu') })), coded('malformed', { field: 'client' }));
});
