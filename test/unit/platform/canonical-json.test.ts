import assert from 'node:assert/strict';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, parseCanonicalJson } from '../../../src/platform/canonical-json.ts';

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
