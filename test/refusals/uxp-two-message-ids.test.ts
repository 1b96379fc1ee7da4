/** Attack: one id in the header, which the security server logs, another in the query, which the gateway would take: who asked can no longer be told from the two logs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { asked, root } from '../unit/ecosystems/uxp-rest/samples.ts';

const rest = (await openDialects({ faultSpelling: 'camel', maxAnswerBytes: 1000 }))('uxp-rest');
const parse = (target: string, headers = {}) => rest.parseRequest(asked('GET', target, headers), [root], DEFAULT_XML_LIMITS);
const refused = (error: unknown): boolean => error instanceof CausewayError && error.code === 'malformed';

test('the same id in both places is one id', () => assert.equal(parse('?queryId=q-1', { 'uxp-queryid': 'q-1' }).message.context.messageId, 'q-1'));

for (const [what, target, headers] of [
  ['two message ids', '?queryId=other', {}],
  ['two end users', '?userId=other', {}],
  ['the parameter twice', '?queryId=a&queryId=b', { 'uxp-queryid': undefined }],
  ['the parameter twice, once percent-encoded', '?queryId=a&%71ueryId=b', { 'uxp-queryid': undefined }],
  ['the header twice', '', { 'uxp-queryid': 'a, b' }],
] as const) {
  test(`a request with ${what} is refused`, () => assert.throws(() => parse(target, headers), refused));
}
