/** Opening the sets of a data folder: in sets.db for the gateway that runs, in a temporary database for whoever compares once. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entities } from '../reconcile/set.ts';
import { MIRROR_FILE, openReadOnly } from './layout.ts';
import { SETS_VERSION, SqliteSets } from './sets.ts';
import type { SideSource } from './sets.ts';
import { Redactions } from './redactions.ts';
import { Shards } from './shards.ts';

const SETS_FILE = 'sets.db';

export interface OpenSets {
  readonly sets: SqliteSets;
  readonly close: () => void;
}

/** The index of a running gateway. A file that is damaged or of another version is made anew. Throws `config-invalid` for logs of another layout. */
export function openSetsFile(folder: string, entities: Readonly<Record<string, Entities>>): OpenSets {
  return withSources(folder, usable(join(folder, SETS_FILE)), entities);
}

/** The sets of one link from `since` (UTC ms) on, beside a running gateway or without one; sorted on disk, so that memory does not grow with the range. */
export function openSetsOnce(folder: string, link: string, entities: Entities, since: number): OpenSets {
  const db = new DatabaseSync('');
  db.exec('PRAGMA journal_mode = OFF');
  const opened = withSources(folder, db, { [link]: entities }, since);
  while (!opened.sets.follow(link));
  return opened;
}

function withSources(folder: string, db: DatabaseSync, entities: Readonly<Record<string, Entities>>, since?: number): OpenSets {
  const [trail, mirror] = [openReadOnly(folder), openReadOnly(folder, MIRROR_FILE)];
  const sources = { ours: sourceOf(trail, 'checkpoint'), theirs: sourceOf(mirror, 'witnessed') };
  const sets = new SqliteSets({ db, sources, redactions: new Redactions(trail), entities, ...(since === undefined ? {} : { since }) });
  return { sets, close: () => [db, mirror, trail].forEach((one) => one.close()) };
}

function sourceOf(db: DatabaseSync, table: 'checkpoint' | 'witnessed'): SideSource {
  const last = db.prepare(`SELECT ${table}.size, note FROM ${table} JOIN origin ON origin.id = ${table}.origin WHERE name = ?`);
  return { shards: new Shards(db), note: (origin) => last.get(origin) as { size: number; note: string } | undefined };
}

function usable(file: string): DatabaseSync {
  try {
    const db = opened(file);
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0 || version === SETS_VERSION) return db;
    db.close();
  } catch {
    // Damaged: what it held stands in the logs.
  }
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
  return opened(file);
}

/** Not durable to the last commit: what a power cut takes is read again. */
function opened(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  return db;
}
