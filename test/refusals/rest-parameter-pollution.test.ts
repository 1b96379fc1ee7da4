/** Attack: a parameter, a header or a name that stands twice, so that the access check and the service read different ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { asked, companies, posted, queries } from '../unit/ecosystems/xroad-rest/samples.ts';

const rest = (await openDialects({ faultSpelling: 'snake', maxAnswerBytes: 1000 }))('xroad-rest');

const attacks: readonly (readonly [what: string, http: HttpMessage])[] = [
  ['a query parameter twice', asked('GET', '/companies?businessId=2077474-0&businessId=0245437-2')],
  ['a query parameter twice under two encodings', asked('GET', '/companies?businessId=2077474-0&%62usinessId=0245437-2')],
  ['a JSON name twice', posted('{"personId":"36805280109","personId":"38211020380"}')],
  ['a JSON name twice under two escapes', posted('{"personId":"36805280109","person\\u0049d":"38211020380"}')],
  ['two members, joined by the HTTP server', posted('{}', { 'x-road-client': 'FI/GOV/0245458-6/vero, FI/MUN/0101263-6/vaestotiedot' })],
  ['two members of three parts each', posted('{}', { 'x-road-client': 'FI/GOV/0245458-6, FI/MUN/0101263-6' })],
  ['two message ids', posted('{}', { 'x-road-id': 'FI-0001, FI-0002' })],
];
for (const [what, http] of attacks) test(`${what} is refused`, () => assert.throws(() => rest.parseRequest(http, [queries, companies], DEFAULT_XML_LIMITS), coded('malformed')));
