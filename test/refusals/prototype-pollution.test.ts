/** Attack: names that JavaScript gives a meaning to, in a body, a query or a header. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDialects } from '../../src/ecosystems/dialects.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { coded } from '../unit/ecosystems/errors.ts';
import { asked, companies, posted, queries } from '../unit/ecosystems/xroad-rest/samples.ts';

const rest = (await openDialects({ faultSpelling: 'snake', maxAnswerBytes: 1000 }))('xroad-rest');

for (const body of ['{"__proto__":{"admin":true}}', '{"a":[{"__proto__":null}]}', '{"\\u005f\\u005fproto__":{"admin":true}}']) {
  test(`${body} is refused`, () => assert.throws(() => rest.parseRequest(posted(body), [queries], DEFAULT_XML_LIMITS), coded('malformed')));
}

test('names of Object in a query stay values, and no object gains a property', () => {
  const { message } = rest.parseRequest(asked('GET', '/companies?__proto__=x&constructor=y&hasOwnProperty=z'), [companies], DEFAULT_XML_LIMITS);
  assert.ok(message.payload.form === 'json');
  assert.equal(Object.getPrototypeOf(message.payload.query), Object.prototype);
  assert.equal(Object.hasOwn(message.payload.query, '__proto__'), true);
  assert.equal(Reflect.get({}, 'admin'), undefined);
});
