import assert from 'node:assert/strict';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, parseCanonicalJson } from '../../../src/platform/canonical-json.ts';
import { refuses } from '../../support/refused.ts';

const names = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom('10', '9', '', '__proto__', 'toJSON', 'a', 'B', '\u20ac', '\r', '\ufb33', '1', '\u{1f600}'));
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string({ unit: 'binary' }), fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value')), fc.dictionary(names, tie('value'))),
})).value;

test('any JSON value has the same canonical form as by the reference library', () => {
  fc.assert(fc.property(json, (value) => assert.equal(canonicalJson(value), canonicalize(value))), { numRuns: 2000 });
});

test('the canonical form parses back, and no other spelling of it does', () => {
  assert.deepEqual(parseCanonicalJson(Buffer.from('{"a":1,"b":[true,null,"é"]}')), { a: 1, b: [true, null, 'é'] });
  for (const other of ['{"b":[true,null,"é"],"a":1}', '{"a":1,"a":1}', '{"a":1.0}', '{ "a":1}', '{"a":"\\u00e9"}', '{"a":1e0}', '']) {
    assert.throws(() => parseCanonicalJson(Buffer.from(other)), { code: 'malformed' }, other);
  }
  assert.throws(() => parseCanonicalJson(Buffer.from([0x22, 0xff, 0x22])), { code: 'malformed' });
});

test('members that are undefined are left out; what JSON cannot say throws', () => {
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
  for (const value of [undefined, Number.NaN, { a: Number.POSITIVE_INFINITY }, '\ud800']) assert.throws(() => canonicalJson(value));
});

test('the example of RFC 8785, 3.2.2, has the canonical form of 3.2.3', () => {
  const input = { numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001], string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"/', literals: [null, true, false] };
  assert.equal(canonicalJson(input), '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
});

test('members are sorted by UTF-16 code units, as RFC 8785, 3.2.3, shows', () => {
  const sorted = canonicalJson({ '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face', '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis' });
  const positions = ['Carriage Return', 'One', 'Control', 'Latin Small', 'Euro Sign', 'Emoji', 'Hebrew'].map((text) => sorted.indexOf(text));
  assert.deepEqual(positions, positions.toSorted((a, b) => a - b));
});

for (const [what, text] of Object.entries({
  'whitespace': '{"a": 1}',
  'a line feed at the end': '{"a":1}\n',
  'members out of order': '{"b":1,"a":1}',
  'a member twice': '{"a":1,"a":1}',
  'a fraction of zero': '{"a":1.0}',
  'an exponent': '{"a":1e1}',
  'minus zero': '-0',
  'a number out of range': '1e400',
  'an escape that is not needed': '"\\u0041"',
  'an escaped slash': '"\\/"',
  'a lone surrogate': '"\\ud800"',
  'no JSON': '{a:1}',
  'nothing': '',
})) {
  test(`${what}: refused`, () => refuses(() => parseCanonicalJson(Buffer.from(text)), 'malformed'));
}

for (const [what, wrap] of Object.entries({ objects: (inner: unknown) => ({ x: inner }), lists: (inner: unknown) => [inner] })) {
  test(`what is out of order in ${what} a thousand deep is put in order, in time that grows with their number`, () => {
    let nested: unknown = { b: 1, a: 2 };
    for (let depth = 0; depth < 1000; depth += 1) nested = wrap(nested);
    assert.match(canonicalJson(nested), /\{"a":2,"b":1\}/);
    assert.throws(() => parseCanonicalJson(Buffer.from(JSON.stringify(nested))), { code: 'malformed' });
  });
}

test('bytes that are not UTF-8 are refused, though they decode to a character', () => refuses(() => parseCanonicalJson(Buffer.concat([Buffer.from('"'), Buffer.of(0xff), Buffer.from('"')])), 'malformed'));

test('lists in each other beyond any stack are refused', () => refuses(() => parseCanonicalJson(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))), 'malformed'));

test('the refusal does not quote the text', async () => {
  await assert.rejects(async () => parseCanonicalJson(Buffer.from('{"person":"36805280109" }')), (thrown: Error) => !`${thrown.message}${String(thrown.cause)}`.includes('36805280109'));
});
