import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBytes } from '../../../src/platform/random.ts';

test('no bytes are handed out twice, whatever sizes are taken', () => {
  const seen = new Set<string>();
  for (let n = 0; n < 10_000; n += 1) {
    const bytes = randomBytes(12 + (n % 53));
    assert.equal(bytes.length, 12 + (n % 53));
    seen.add(bytes.subarray(0, 12).toString('hex'));
  }
  assert.equal(seen.size, 10_000);
});

test('every bit is set about as often as not', () => {
  const counts = Array.from({ length: 256 }, () => 0);
  for (let n = 0; n < 4000; n += 1) for (const [at, byte] of randomBytes(32).entries()) for (let bit = 0; bit < 8; bit += 1) counts[at * 8 + bit]! += (byte >> bit) & 1;
  // Twelve standard deviations of 4000 throws: 2000 ± 380.
  assert.deepEqual(counts.filter((count) => count < 1620 || count > 2380), []);
});

test('what is handed out is the taker\'s own: writing into it changes nothing that comes later', () => {
  for (let n = 0; n < 500; n += 1) {
    const first = randomBytes(32).fill(0);
    assert.ok(!randomBytes(32).equals(first));
    assert.ok(first.every((byte) => byte === 0));
  }
});

test('more than the pool holds is refused', () => {
  assert.throws(() => randomBytes(4097), RangeError);
  assert.equal(randomBytes(4096).length, 4096);
});
