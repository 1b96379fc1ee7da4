import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerMinute, endOfMinute } from '../../../src/platform/per-minute.ts';

test('each key is counted by itself, and all of them anew in the next minute', () => {
  const counts = new PerMinute();
  assert.deepEqual([counts.take('a', 0), counts.take('a', 59_999), counts.take('b', 59_999)], [1, 2, 1]);
  assert.deepEqual([counts.take('a', 60_000), counts.take('b', 60_000)], [1, 1]);
});

test('a clock that goes back begins a minute, too', () => {
  const counts = new PerMinute();
  counts.take('a', 120_000);
  assert.equal(counts.take('a', 60_000), 1);
});

test('the end of a minute is the first moment of the next one', () => {
  assert.equal(endOfMinute(Date.parse('2026-11-30T04:59:00Z')), '2026-11-30T05:00:00.000Z');
  assert.equal(endOfMinute(Date.parse('2026-11-30T04:59:59.999Z')), '2026-11-30T05:00:00.000Z');
});
