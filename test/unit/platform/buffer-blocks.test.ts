import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSmallBlocks } from '../../../src/platform/buffer-blocks.ts';

test('what is held of many small buffers keeps no more alive than a block of some 8 KiB each', () => {
  useSmallBlocks();
  // The block that was begun before is used up first.
  for (let n = 0; n < 2000; n += 1) Buffer.from('x'.repeat(100));
  const held: Buffer[] = [];
  for (let exchange = 0; exchange < 50; exchange += 1) {
    held.push(Buffer.from('k'.repeat(32)));
    for (let n = 0; n < 700; n += 1) Buffer.from('x'.repeat(100));
  }
  const blocks = new Set(held.map(({ buffer }) => buffer));
  assert.equal(blocks.size, 50);
  for (const { byteLength } of blocks) assert.ok(byteLength < 9000, `${byteLength} bytes are held for 32`);
});
