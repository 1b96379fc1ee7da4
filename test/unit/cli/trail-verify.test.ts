import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { renderReport, trailVerify } from '../../../src/cli/trail-verify.ts';
import { writeTrailKeys } from '../../../src/trail/keys.ts';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import { LOGS, append, keysOf, testFolder } from '../../support/trail.ts';

async function gateway(folder: string): Promise<void> {
  const store = await openSqliteStore({ folder, logs: LOGS });
  await append(store, 3);
  await store.close();
  writeTrailKeys(folder, keysOf({}));
}

test('every gateway below the folder is verified, and one that is wrong makes the whole wrong and is named', async (t) => {
  const folder = testFolder(t);
  for (const name of ['ee', 'fi']) {
    mkdirSync(join(folder, 'gateways', name), { recursive: true });
    await gateway(join(folder, 'gateways', name));
  }
  assert.equal((await trailVerify(folder)).ok, true);
  const db = new DatabaseSync(join(folder, 'gateways/fi/trail.db'));
  db.exec("UPDATE entry SET bytes = CAST('x' AS BLOB) WHERE idx = 1");
  db.close();
  const report = await trailVerify(folder);
  assert.deepEqual(report.trails.map(({ folder: at, ok }) => [at, ok]), [[join(folder, 'gateways/ee'), true], [join(folder, 'gateways/fi'), false]]);
  assert.match(renderReport(report), /entry is wrong in ee-fi \(fi\.example\/trail\/ee-fi\/2026h1, entry 1\): expected .+; found .+/);
});

test('a folder without a trail, or a trail without keys, is refused with what is missing', async (t) => {
  const folder = testFolder(t);
  await assert.rejects(trailVerify(folder), { code: 'config-invalid' });
  await assert.rejects(trailVerify(join(folder, 'nowhere')), { code: 'config-invalid' });
  const store = await openSqliteStore({ folder, logs: LOGS });
  await store.close();
  await assert.rejects(trailVerify(folder), /trail-keys\.json is missing/);
});
