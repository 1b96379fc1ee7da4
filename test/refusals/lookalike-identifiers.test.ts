/** Attack: an identifier that a person, or a comparison, takes for another one: invisible characters, another normal form, another case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { asked, companies } from '../unit/ecosystems/xroad-rest/samples.ts';
import { HEADERS, REQUEST_BODY, envelope, home, posted } from '../unit/ecosystems/soap/samples.ts';

const dialect = await openDialects({ faultSpelling: 'camel', maxAnswerBytes: 1000 });
const [rest, soap] = [dialect('xroad-rest'), dialect('xroad-soap')];
const LOOKALIKES: readonly (readonly [what: string, code: string])[] = [
  ['a zero width space', 'pa\u200bnk'],
  ['a word joiner', 'pank\u2060'],
  ['a byte order mark', '\ufeffpank'],
  ['a right-to-left override', '\u202epank'],
  ['a line separator', 'pank\u2028'],
  ['a decomposed letter', 'pa\u0308nk'],
  ['a space behind', 'pank '],
  ['a no-break space before', '\u00a0pank'],
];

for (const [what, code] of LOOKALIKES) {
  test(`${what} in a SOAP client is refused`, () => {
    assert.throws(() => soap.parseRequest(posted(envelope(REQUEST_BODY, { client: HEADERS.client.replace('pank', code) })), [home], DEFAULT_XML_LIMITS), coded('malformed'));
  });
  test(`${what} in a REST client is refused`, () => {
    const http = asked('GET', '/companies', { 'x-road-client': `FI/GOV/0245458-6/${encodeURIComponent(code)}` });
    assert.throws(() => rest.parseRequest(http, [companies], DEFAULT_XML_LIMITS), coded('malformed'));
  });
}

test('an identifier in another case is another identifier', () => {
  assert.throws(() => soap.parseRequest(posted(envelope(REQUEST_BODY, { service: HEADERS.service.replace('FI-prh', 'FI-PRH') })), [home], DEFAULT_XML_LIMITS), coded('unknown-service'));
});
