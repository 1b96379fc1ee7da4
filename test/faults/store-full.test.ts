/** A disk that fills up: the store says so, stops for good, and leaves nothing half written. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CausewayError } from '../../src/errors.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import type { SqliteStore } from '../../src/trail/sqlite/store.ts';
import { verifyTrail } from '../../src/trail/verify.ts';
import { LINK, LOGS, asked, keysOf, newId, testFolder } from '../support/trail.ts';

/** Commits, ten at a time, until one fails; how many were acknowledged. */
async function fill(store: SqliteStore): Promise<number> {
  for (let acknowledged = 0; ; ) {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => store.commit(asked(newId()))));
    acknowledged += results.filter(({ status }) => status === 'fulfilled').length;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) continue;
    assert.equal((failed.reason as CausewayError).code, 'store-unavailable');
    return acknowledged;
  }
}

async function fullStoreStops(folder: string, maxPages: number | undefined): Promise<number> {
  const store = await openSqliteStore({ folder, logs: LOGS, ...(maxPages !== undefined && { maxPages }) });
  const acknowledged = await fill(store);
  assert.equal(store.healthy(), false);
  await assert.rejects(store.commit(asked(newId())), { code: 'store-unavailable' });
  await assert.rejects(store.head(LINK), { code: 'store-unavailable' });
  await store.close();
  return acknowledged;
}

test('at its page limit the store rejects with store-unavailable, is unhealthy, and keeps exactly what it acknowledged', async (t) => {
  const folder = testFolder(t);
  const acknowledged = await fullStoreStops(folder, 200);
  assert.ok(acknowledged > 0);
  const report = verifyTrail(folder, keysOf({}));
  assert.deepEqual(report.wrong, []);
  assert.deepEqual([report.logs[0]?.size, report.exchanges, report.evidence], [acknowledged, acknowledged, acknowledged]);
  const again = await openSqliteStore({ folder, logs: LOGS });
  assert.equal((await again.commit(asked(newId()))).kind, 'committed', 'with room again, the gateway starts and goes on');
  await again.close();
});

/** A file system of 3 MiB; undefined where the test may not make one, and need not. */
function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]).status === 0;
  t.after(() => {
    if (mounted) execFileSync('umount', [folder]);
    rmdirSync(folder);
  });
  if (!mounted && process.env['CAUSEWAY_TOOLS'] === 'required') assert.fail('a small file system is required and may not be mounted: mount needs root');
  return mounted ? folder : undefined;
}

test('on a disk without room left the store stops, and everything acknowledged verifies', async (t) => {
  const folder = smallDisk(t);
  if (folder === undefined) return t.skip('skipped: may not mount a small file system');
  const acknowledged = await fullStoreStops(folder, undefined);
  execFileSync('mount', ['-o', 'remount,size=64m', folder]);
  const store = await openSqliteStore({ folder, logs: LOGS });
  const { size } = await store.head(LINK);
  await store.close();
  // A batch whose outcome nobody was told may be there or not, but whole.
  assert.ok(size >= acknowledged && size <= acknowledged + 10, `${acknowledged} acknowledged, ${size} stored`);
  assert.deepEqual(verifyTrail(folder, keysOf({})).wrong, []);
});
