import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueOrigin, firstOrigin, follows, originAfterBreak, parseOrigin } from '../../../src/trail/shards.ts';

const at = (time: string): number => Date.parse(time);
const BASE = 'fi.example/trail/ee-fi';

test('a shard is due from the first millisecond of the next half-year in UTC, and half-years may be skipped', () => {
  assert.equal(dueOrigin(`${BASE}/2026h1`, at('2026-06-30T23:59:59.999Z')), undefined);
  assert.equal(dueOrigin(`${BASE}/2026h1`, at('2026-07-01T00:00:00Z')), `${BASE}/2026h2`);
  assert.equal(dueOrigin(`${BASE}/2026h2`, at('2027-01-01T00:00:00Z')), `${BASE}/2027h1`);
  assert.equal(dueOrigin(`${BASE}/2026h2-3`, at('2028-08-01T00:00:00Z')), `${BASE}/2028h2`);
  assert.equal(dueOrigin(`${BASE}/2027h1`, at('2026-12-31T00:00:00Z')), undefined, 'a clock that goes back');
});

test('a log begins in the shard that the link names, or in the present one when that is over', () => {
  assert.equal(firstOrigin(`${BASE}/2026h2`, at('2026-03-01T00:00:00Z')), `${BASE}/2026h2`);
  assert.equal(firstOrigin(`${BASE}/2026h2`, at('2027-03-01T00:00:00Z')), `${BASE}/2027h1`);
});

test('after a restore a log goes on under a name that it never had', () => {
  assert.equal(originAfterBreak(`${BASE}/2026h2`, at('2026-11-21T00:00:00Z')), `${BASE}/2026h2-2`);
  assert.equal(originAfterBreak(`${BASE}/2026h2-2`, at('2026-11-21T00:00:00Z')), `${BASE}/2026h2-3`);
  assert.equal(originAfterBreak(`${BASE}/2026h2-2`, at('2027-01-02T00:00:00Z')), `${BASE}/2027h1`);
});

test('only a later shard of the same log follows', () => {
  assert.ok(follows(`${BASE}/2026h2`, `${BASE}/2026h1`) && follows(`${BASE}/2026h1-2`, `${BASE}/2026h1`) && follows(`${BASE}/2027h1`, `${BASE}/2026h2-4`));
  assert.ok(!follows(`${BASE}/2026h1`, `${BASE}/2026h1`) && !follows(`${BASE}/2026h1`, `${BASE}/2026h2`) && !follows('ee.example/trail/ee-fi/2027h1', `${BASE}/2026h1`));
});

test('what is no shard of a log is refused', () => {
  for (const name of ['2026h1', `${BASE}/2026h3`, `${BASE}/2026h1-1`, `${BASE}/2026h1-02`, `${BASE}/26h1`, BASE, `${BASE}/2026h1/`]) assert.throws(() => parseOrigin(name), { code: 'config-invalid' }, name);
});
