/** A data folder of the layout before, written by the program of then (two countries, three questions and their answers): it is opened, and nothing of it is lost. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LAYOUT_VERSION, openReadOnly } from '../../../src/trail/sqlite/layout.ts';
import { openSqliteMirror } from '../../../src/trail/sqlite/mirror.ts';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import { readTrailKeys } from '../../../src/trail/keys.ts';
import { verifyTrail } from '../../../src/trail/verify.ts';
import { refuses } from '../../support/refused.ts';

const BEFORE = join(import.meta.dirname, '../../vectors/layout-3');
const FILES = ['trail.db', 'mirror.db', 'keys.db'];
const LOGS = { 'local': 'gateway.fi.example/trail/local/2026h1', 'ee-fi': 'gateway.fi.example/trail/ee-fi/2026h2' };

function copied(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-layout-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(BEFORE, folder, { recursive: true });
  return folder;
}

function read<T>(folder: string, file: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(folder, file), { readOnly: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const layouts = (folder: string): unknown[] => FILES.map((file) => read(folder, file, (db) => db.prepare('PRAGMA user_version').get()?.['user_version']));
/** Every row of the tables that both layouts have. */
const rows = (folder: string): unknown => [['trail.db', ['entry', 'exchange', 'evidence', 'checkpoint', 'head']], ['mirror.db', ['entry', 'witnessed', 'head']], ['keys.db', ['record_key']]].map(([file, tables]) => (tables as string[]).map((table) => read(folder, file as string, (db) => db.prepare(`SELECT * FROM ${table}`).all())));

test('the store brings its files up to date, keeps every row, and the trail verifies', async (t) => {
  const folder = copied(t);
  const before = rows(folder);
  assert.deepEqual(layouts(folder), [3, 3, 3]);
  const store = await openSqliteStore({ folder, logs: LOGS });
  const mirror = await openSqliteMirror(folder);
  const theirs = await mirror.shards('peer', 'ee-fi');
  assert.ok((theirs[0]?.size ?? 0) > 6);
  await mirror.close();
  await store.close();
  assert.deepEqual(layouts(folder), FILES.map(() => LAYOUT_VERSION));
  assert.deepEqual(rows(folder), before);
  const report = verifyTrail(folder, readTrailKeys(folder));
  assert.deepEqual([report.ok, report.wrong], [true, []]);
});

test('what the peer recorded before is followed: nothing of then is missing in its log', async (t) => {
  const folder = copied(t);
  const store = await openSqliteStore({ folder, logs: LOGS });
  await (await openSqliteMirror(folder)).close();
  await store.close();
  const count = (sql: string): unknown => read(folder, 'mirror.db', (db) => db.prepare(sql).get()?.['n']);
  const withCore = read(folder, 'mirror.db', (db) => db.prepare("SELECT count(*) AS n FROM entry WHERE instr(CAST(bytes AS TEXT), '\"core\"') > 0").get()?.['n']);
  assert.ok(Number(withCore) >= 6);
  assert.equal(count('SELECT count(*) AS n FROM statement WHERE theirs = 1'), withCore);
});

test('opened again it is left as it is', async (t) => {
  const folder = copied(t);
  for (let times = 0; times < 2; times += 1) await (await openSqliteStore({ folder, logs: LOGS })).close();
  assert.equal(layouts(folder)[0], LAYOUT_VERSION);
});

test('a reader changes nothing, and says what to do', async (t) => {
  const folder = copied(t);
  await refuses(() => openReadOnly(folder), 'config-invalid');
  assert.throws(() => openReadOnly(folder), /start the gateway once/);
  assert.deepEqual(layouts(folder), [3, 3, 3]);
});

test('a layout from which no way leads here is refused, and left as it is', async (t) => {
  const folder = copied(t);
  const db = new DatabaseSync(join(folder, 'trail.db'));
  db.exec('PRAGMA user_version = 2');
  db.close();
  await refuses(openSqliteStore({ folder, logs: LOGS }), 'config-invalid');
  assert.equal(layouts(folder)[0], 2);
});
