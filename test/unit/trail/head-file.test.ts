/** Whether a log is behind what is known of it: a data folder from a backup is, and must not be taken for whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdsKnown } from '../../../src/trail/head-file.ts';

const base = 'fi.example/trail/ee-fi';
const known = { origin: `${base}/2026h2`, size: 10, root: 'r' };

for (const [what, head, shards, holds] of [
  ['as long as it was', known, [{ origin: known.origin, size: 10 }], true],
  ['longer', known, [{ origin: known.origin, size: 11 }], true],
  ['shorter', known, [{ origin: known.origin, size: 9 }], false],
  ['of an earlier half-year alone', known, [{ origin: `${base}/2026h1`, size: 99 }], false],
  ['in a later shard', known, [{ origin: known.origin, size: 9 }, { origin: `${base}/2026h2-2`, size: 1 }], true],
  ['empty, and was not', known, [], false],
  ['of which nothing is known, and that has entries', undefined, [{ origin: known.origin, size: 3 }], false],
  ['that never was', undefined, [{ origin: known.origin, size: 0 }], true],
] as const) {
  test(`a log ${what} is ${holds ? 'whole' : 'behind'}`, () => assert.equal(holdsKnown(head, shards), holds));
}
