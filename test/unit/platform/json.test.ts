import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { parseJson } from '../../../src/platform/json.ts';
import type { JsonLimits } from '../../../src/platform/json.ts';

const limits: JsonLimits = { maxBytes: 10_000, maxDepth: 8, maxNodes: 100, maxText: 200 };
const read = (text: string, some: Partial<JsonLimits> = {}): unknown => parseJson(Buffer.from(text), { ...limits, ...some });
const coded = (code: ErrorCode) => (error: unknown): boolean => error instanceof CausewayError && error.code === code;

test('JSON is read as JSON.parse reads it', () => {
  for (const text of ['{}', '[]', 'null', ' "a" ', '-1.5e3', '0', '{"a":[{"a":1},{"a":2}],"b":{"a":"}{,\\"][:"}}', '"\\u00e4\\ud83d\\ude00\\n"', '"😀"', '{"a\\u0062":1,"ac":2}']) {
    assert.deepEqual(read(text), JSON.parse(text), text);
  }
});

const refused: readonly (readonly [why: string, text: string])[] = [
  ['a name twice', '{"a":1,"a":2}'],
  ['a name twice, once escaped', '{"a":1,"\\u0061":2}'],
  ['a name twice with something nested between', '{"a":{"b":[1,{"a":1}]},"a":2}'],
  ['a name twice in an inner object', '[{"x":{"b":1,"c":2,"b":3}}]'],
  ['the name __proto__', '{"__proto__":{"admin":true}}'],
  ['the name __proto__, escaped', '{"\\u005f_proto__":1}'],
  ['half of a surrogate pair', '"\\ud83d"'],
  ['half of a surrogate pair as a name', '{"\\ude00":1}'],
  ['an integer that a double rounds', '9007199254740993'],
  ['a number that overflows to infinity', '1e400'],
  ['an overflow within an object', '{"a":-1e999}'],
  ['a byte order mark', '\ufeff{}'],
  ['nothing', ''],
  ['a trailing comma', '[1,]'],
  ['a comment', '{}//'],
  ['single quotes', "{'a':1}"],
  ['NaN', 'NaN'],
  ['an open string', '"abc'],
  ['an escape at the end', '"abc\\'],
  ['a broken escape', '"\\x"'],
  ['two values', '{}{}'],
  ['a control character in a string', '"a\nb"'],
  ['a closing bracket too many', '{}]'],
  ['brackets that cross', '[{]}'],
  ['a minus alone', '-'],
  ['a leading zero', '01'],
];
for (const [why, text] of refused) test(`${why} is refused as malformed`, () => assert.throws(() => read(text), coded('malformed')));

test('bytes that are not UTF-8 are refused as malformed', () => {
  assert.throws(() => parseJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]), limits), coded('malformed'));
  assert.throws(() => parseJson(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), limits), coded('malformed'));
});

test('each limit holds, and a document on the limit passes', () => {
  assert.throws(() => read('[1]', { maxBytes: 2 }), coded('too-large'));
  assert.deepEqual(read('[1]', { maxBytes: 3 }), [1]);
  assert.throws(() => read('[[[]]]', { maxDepth: 2 }), coded('too-large'));
  assert.deepEqual(read('[[[]]]', { maxDepth: 3 }), [[[]]]);
  assert.throws(() => read('[null,{"a":true},""]', { maxNodes: 3 }), coded('too-large'));
  assert.deepEqual(read('[null,{"a":true},""]', { maxNodes: 4 }), [null, { a: true }, '']);
  assert.throws(() => read('"abcd"', { maxText: 3 }), coded('too-large'));
  assert.deepEqual(read('"abc"', { maxText: 3 }), 'abc');
});

test('ten million brackets are refused before anything is built', () => {
  assert.throws(() => parseJson(Buffer.alloc(10_000_000, '['), { ...limits, maxBytes: 20_000_000 }), coded('too-large'));
});

test('the text of the message stays out of the error', () => {
  assert.throws(() => read('{"isikukood":"36805280109"'), (error) => error instanceof CausewayError && !`${error.message}${error.publicText}${String(error.cause)}`.includes('36805280109'));
});

test('whatever JSON.stringify writes comes back the same', () => {
  const wide = { maxBytes: 1e7, maxDepth: 100, maxNodes: 1e6, maxText: 1e6 };
  const hasProto = (text: string): boolean => text.includes('__proto__');
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, stringUnit: 'binary' }), (text) => {
      fc.pre(!hasProto(text));
      try {
        assert.deepEqual(parseJson(Buffer.from(text), wide), JSON.parse(text));
      } catch (error) {
        // fc.json makes large integers, which are refused.
        assert.ok(error instanceof CausewayError && /out of range/.test(error.message), String(error));
      }
    }),
    { numRuns: 300 },
  );
});

test('no text at all gives an error without a code', () => {
  const fragment = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\\u', 'd800', '1', '-', 'e', '.', 'true', 'null', ' ', '"a"', '__proto__', '\u0000', 'ä');
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
      try {
        const text = fragments.join('');
        assert.deepEqual(read(text), JSON.parse(text));
      } catch (error) {
        assert.ok(error instanceof CausewayError && ['malformed', 'too-large'].includes(error.code), String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
