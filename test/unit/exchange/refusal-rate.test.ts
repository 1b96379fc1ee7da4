import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalRate } from '../../../src/exchange/refusal-rate.ts';

const MINUTE = 60_000;

test('refusals up to the rate get entries of their own, each log by itself', () => {
  const rate = new RefusalRate(2);
  assert.deepEqual([rate.take('ee-fi', 0), rate.take('ee-fi', 1), rate.take('ee-fi', 2), rate.take('local', 3)], [true, true, false, true]);
});

test('what went over the rate is told once, after its minute', () => {
  const rate = new RefusalRate(1);
  for (let n = 0; n < 5; n += 1) rate.take('ee-fi', n);
  assert.deepEqual(rate.due(10), []);
  assert.deepEqual(rate.due(MINUTE), [{ log: 'ee-fi', count: 4 }]);
  assert.deepEqual(rate.due(MINUTE + 1), []);
  assert.equal(rate.take('ee-fi', MINUTE + 2), true);
});

test('a new minute that begins with a refusal does not lose the count of the one before', () => {
  const rate = new RefusalRate(1);
  for (const at of [0, 1, MINUTE, 3 * MINUTE]) rate.take('local', at);
  assert.deepEqual(rate.due(4 * MINUTE), [{ log: 'local', count: 1 }]);
});
