import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { newRecordKey, openRecord, sealRecord, unwrapRecordKey, wrapRecordKey } from '../../../src/evidence/record.ts';

const kek = randomBytes(32);
const key = newRecordKey();
const place = { xid: '019aa724-d400-70f6-b4d3-c4b025a8a9b7', step: 'request', id: 'r1' };
const other = '019aa724-d400-70f6-b4d3-c4b025a8a9b8';

test('a record key unwraps under the key-encryption key that wrapped it, for its own exchange', () => {
  const wrapped = wrapRecordKey(kek, place.xid, key);
  assert.equal(wrapped.length, 60);
  assert.deepEqual(Buffer.from(unwrapRecordKey(kek, place.xid, wrapped)), Buffer.from(key));
  assert.throws(() => unwrapRecordKey(kek, other, wrapped), { code: 'internal' });
  assert.throws(() => unwrapRecordKey(randomBytes(32), place.xid, wrapped), { code: 'internal' });
  assert.equal(Buffer.from(wrapped).includes(key), false);
});

test('a record opens in its own place alone', () => {
  const sealed = sealRecord(key, place, Buffer.from('statement and salt'));
  assert.equal(Buffer.from(openRecord(key, place, sealed)).toString(), 'statement and salt');
  for (const elsewhere of [{ ...place, xid: other }, { ...place, step: 'response' }, { ...place, id: 'r2' }]) {
    assert.throws(() => openRecord(key, elsewhere, sealed), { code: 'internal' });
  }
  assert.throws(() => openRecord(newRecordKey(), place, sealed), { code: 'internal' });
});

test('a record with any byte changed, or cut anywhere, does not open', () => {
  const sealed = Buffer.from(sealRecord(key, place, Buffer.from('x')));
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    assert.throws(() => openRecord(key, place, changed), { code: 'internal' }, `byte ${at}`);
    assert.throws(() => openRecord(key, place, sealed.subarray(0, at)), { code: 'internal' }, `cut at ${at}`);
  }
});

test('the same record sealed twice differs, so that equal contents do not show', () => {
  assert.notDeepEqual(sealRecord(key, place, Buffer.from('x')), sealRecord(key, place, Buffer.from('x')));
});
