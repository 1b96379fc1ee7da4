import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { der, integer, oid, readChildren, readDer, readOid, sequence, TAG, time } from '../../../src/crypto/der.ts';

describe('malformed DER throws', () => {
  for (const [what, hex] of [
    ['nothing', ''],
    ['a tag alone', '30'],
    ['content that is too short', '300201'],
    ['bytes after the element', '300000'],
    ['an indefinite length', '30800000'],
    ['a long length for a short content', '30810101'],
    ['a length with a leading zero', `30820080${'00'.repeat(128)}`],
    ['a length of five bytes', '308500000000010000'],
    ['a tag of several bytes', '1f8100'],
  ] as const) {
    test(what, () => assert.throws(() => readDer(Buffer.from(hex, 'hex')), RangeError));
  }
  test('a child longer than its parent', () => assert.throws(() => readChildren(readDer(Buffer.from('30020405', 'hex'))), RangeError));
});

test('any content of any length is read back', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (contents) => {
      const read = readChildren(readDer(sequence(...contents.map((content) => der(TAG.octetString, content)))));
      assert.deepEqual(read.map((one) => [...one.content]), contents.map((content) => [...content]));
    }),
  );
});

test('object identifiers are written as X.690 says, and read back', () => {
  assert.equal(oid('1.2.840.113549.1.1.11').toString('hex'), '06092a864886f70d01010b');
  for (const dotted of ['2.5.4.3', '1.3.6.1.5.5.7.3.1', '2.5.29.15', '1.2.840.10045.4.3.2']) assert.equal(readOid(readDer(oid(dotted))), dotted);
});

test('integers are the shortest, and not negative', () => {
  assert.deepEqual(['', '00', '7f', '80', '0000ff', '0100'].map((hex) => integer(Buffer.from(hex, 'hex')).toString('hex')), ['020100', '020100', '02017f', '02020080', '020200ff', '02020100']);
});

test('times have two digits of the year until 2049, and four after', () => {
  assert.equal(time(Date.UTC(2049, 11, 31, 23, 59, 59)).toString('latin1'), '\x17\r491231235959Z');
  assert.equal(time(Date.UTC(2050, 0, 1)).toString('latin1'), '\x18\x0f20500101000000Z');
});
