import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { joined, scan, sha256Of } from '../../../src/platform/content.ts';
import { release } from '../../../src/platform/release.ts';
import { SPOOL_CHUNK } from '../../../src/platform/spool-file.ts';
import { makeSpool, readAll, spooled } from '../../support/spool.ts';

test('A buffer of its own gives its memory back; a view on a part of one leaves the rest as it is', () => {
  const own = Buffer.allocUnsafeSlow(1000);
  release(own);
  assert.deepEqual([own.length, own.buffer.byteLength], [0, 0]);
  const whole = Buffer.allocUnsafeSlow(1000).fill(7);
  release(whole.subarray(0, 500));
  assert.equal(whole.at(-1), 7);
});

test('What is scanned is what is read, and its memory is gone when the next chunk comes; bytes in memory stay', async (t) => {
  const scope = makeSpool(t).scope();
  const [inMemory, bytes] = [randomBytes(20), randomBytes(2 * SPOOL_CHUNK + 5)];
  const content = joined([inMemory, (await spooled(scope, bytes)).slice(3, bytes.length)]);
  const seen: Uint8Array[] = [];
  const copies: Buffer[] = [];
  await scan(content, (chunk) => {
    for (const before of seen.slice(1)) assert.equal(before.length, 0);
    seen.push(chunk);
    copies.push(Buffer.from(chunk));
  });
  assert.deepEqual(Buffer.concat(copies), Buffer.concat([inMemory, bytes.subarray(3)]));
  assert.equal(inMemory.length, 20);
  assert.equal(await sha256Of(content), await sha256Of(await readAll({ chunks: async function* () { for (const copy of copies) yield copy; } })));
});
