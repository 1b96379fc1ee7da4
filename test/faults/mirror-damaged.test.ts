/** A mirror whose disk fails: a page that is damaged, a file that may not grow. Nothing is cosigned that is not held, the fault is named, and exchanges of our own are not held up. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteMirror } from '../../src/trail/sqlite/mirror.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import { verifyTrail } from '../../src/trail/verify.ts';
import { LOGS, append, keysOf, testFolder } from '../support/trail.ts';
import { LINK, trailSides } from '../support/trail-sides.ts';

const PAGE = 4096;

/** Overwrites whole pages, as a disk that fails does; the first, which makes it a database, stays. */
function damage(file: string): void {
  const { size } = statSync(file);
  const handle = openSync(file, 'r+');
  for (let at = PAGE; at < size; at += PAGE) writeSync(handle, Buffer.alloc(PAGE, 0xa5), 0, PAGE, at);
  closeSync(handle);
}

test('a store with damaged pages is not opened, and says which file or log it is', async (t) => {
  const folder = testFolder(t);
  const store = await openSqliteStore({ folder, logs: LOGS });
  await append(store, 600);
  await store.close();
  damage(join(folder, 'trail.db'));
  await assert.rejects(openSqliteStore({ folder, logs: LOGS }), { code: 'store-unavailable', message: /trail\.db.*(malformed|not a database|corrupt)/i });
  assert.throws(() => verifyTrail(folder, keysOf({})), /malformed|not a database|corrupt/i);
});

test('a mirror with damaged pages is not opened and is named; without it, the peer gives all of it again', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 600);
  await sides.tick();
  await sides.EE.close();
  const file = join(sides.EE.folder, 'mirror.db');
  damage(file);
  await assert.rejects(openSqliteMirror(sides.EE.folder), /mirror\.db: .*(malformed|not a database|corrupt)/i);
  for (const name of readdirSync(sides.EE.folder).filter((entry) => entry.startsWith('mirror.db'))) rmSync(join(sides.EE.folder, name));
  await sides.EE.open();
  await sides.EE.keeper.admit(LINK);
  await append(sides.FI.store, 1);
  await sides.tick();
  assert.equal((await sides.EE.mirror.latestWitnessed(LINK))?.size, (await sides.FI.store.head(LINK)).size);
});

test('a mirror that may not grow cosigns nothing more, and cosigns again when there is room', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 50);
  await sides.tick();
  const before = await sides.EE.mirror.latestWitnessed(LINK);
  // Another program holds the file: what SQLite reports is of the same kind as a disk that is full.
  const holder = new DatabaseSync(join(sides.EE.folder, 'mirror.db'));
  holder.exec('BEGIN IMMEDIATE');
  await append(sides.FI.store, 50);
  await sides.tick();
  assert.equal(sides.FI.reports.length > 0, true);
  assert.deepEqual(await sides.EE.mirror.latestWitnessed(LINK), before);
  await append(sides.EE.store, 1);
  holder.exec('ROLLBACK');
  holder.close();
  await sides.tick();
  assert.equal((await sides.EE.mirror.latestWitnessed(LINK))?.size, (await sides.FI.store.head(LINK)).size);
  assert.deepEqual(sides.EE.verify().wrong, []);
});
