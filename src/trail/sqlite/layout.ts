/** The embedded store's files and tables (docs/trail-format.md, "Data folder"). Runs in the store's worker, and read-only in verify. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { PUBLICLY_WITNESSED_TABLE } from './checkpoints.ts';
import { ERASURE_TABLE } from './erasing.ts';
import { MIGRATIONS, OLDEST_LAYOUT } from './migrations.ts';
import { STATEMENT_TABLES } from './statements.ts';
import { SUBJECT_TABLES } from './subjects.ts';

/**
 * Raised with every change of the tables, each with a migration from the one before (migrations.ts). A store of a later version, or of one from which no
 * migration leads here, is not opened.
 */
export const LAYOUT_VERSION = 8;
/** "cway": tells our files from any other SQLite database. */
const APPLICATION_ID = 0x63776179;

export const TRAIL_FILE = 'trail.db';
export const MIRROR_FILE = 'mirror.db';
export const KEYS_FILE = 'keys.db';
const LOCK_FILE = 'lock.db';

/** Shards of logs, ours in trail.db and the peers' in mirror.db. `recovered`: from this index on, the entries came back from the peer's mirror. */
const LOG_TABLES = `
CREATE TABLE origin (id INTEGER PRIMARY KEY, log TEXT NOT NULL, ordinal INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, recovered INTEGER, UNIQUE (log, ordinal)) STRICT;
CREATE TABLE head (origin INTEGER PRIMARY KEY REFERENCES origin, size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE entry (origin INTEGER NOT NULL, idx INTEGER NOT NULL, leaf BLOB NOT NULL, bytes BLOB, PRIMARY KEY (origin, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE tile (origin INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL, root BLOB NOT NULL, PRIMARY KEY (origin, level, n)) STRICT;
`;

const TRAIL_TABLES = `
${LOG_TABLES}
CREATE TABLE checkpoint (origin INTEGER PRIMARY KEY REFERENCES origin, size INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
${PUBLICLY_WITNESSED_TABLE}
CREATE TABLE timestamp (digest TEXT NOT NULL UNIQUE, origin INTEGER NOT NULL REFERENCES origin, size INTEGER NOT NULL, authority TEXT NOT NULL, time INTEGER NOT NULL, note TEXT NOT NULL, token BLOB NOT NULL) STRICT;
CREATE TABLE exchange (
  direction TEXT NOT NULL CHECK (direction IN ('outbound', 'inbound')), xid TEXT NOT NULL, link TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'handing-over', 'answered', 'refused', 'undelivered', 'unknown')),
  identity TEXT NOT NULL, caller TEXT, digest TEXT, request BLOB, outcome BLOB,
  answer_until INTEGER NOT NULL, keep_until INTEGER NOT NULL, created_at INTEGER NOT NULL, UNIQUE (direction, xid)) STRICT;
CREATE UNIQUE INDEX exchange_caller ON exchange (caller) WHERE state <> 'undelivered';
CREATE INDEX exchange_open ON exchange (created_at) WHERE state IN ('sent', 'handing-over');
CREATE INDEX exchange_keep ON exchange (keep_until);
CREATE INDEX exchange_answer ON exchange (answer_until) WHERE outcome IS NOT NULL;
CREATE TABLE file (owner TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (owner, name)) STRICT, WITHOUT ROWID;
CREATE TABLE awaited (xid TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, about TEXT NOT NULL, PRIMARY KEY (xid, step)) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_due ON awaited (due);
CREATE TABLE evidence (id TEXT NOT NULL UNIQUE, xid TEXT NOT NULL, link TEXT NOT NULL, step TEXT NOT NULL, ciphertext BLOB NOT NULL, created_at INTEGER NOT NULL) STRICT;
`;

/** `at`: UTC milliseconds of our cosignature. */
const MIRROR_TABLES = `
${LOG_TABLES}
CREATE TABLE witnessed (origin INTEGER PRIMARY KEY REFERENCES origin, size INTEGER NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE incident (id INTEGER PRIMARY KEY, link TEXT NOT NULL, origin TEXT NOT NULL, kind TEXT NOT NULL, opened_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, what TEXT NOT NULL, proof TEXT NOT NULL, closed_at INTEGER, closed_because TEXT) STRICT;
CREATE UNIQUE INDEX incident_open ON incident (link, origin, kind) WHERE closed_at IS NULL;
${STATEMENT_TABLES}
`;

/** Rows are never deleted, only overwritten in place: a moved row could leave a copy of a key behind in its old page. */
const KEY_TABLES = `
CREATE TABLE record_key (id INTEGER PRIMARY KEY, xid TEXT NOT NULL UNIQUE, wrapped BLOB NOT NULL, evidence TEXT NOT NULL, erased INTEGER NOT NULL DEFAULT 0) STRICT;
${SUBJECT_TABLES}
${ERASURE_TABLE}
`;

/** Refuses databases of another program, and of a layout that cannot be read; gives a new one its tables, and brings one of an earlier layout up to ours. */
function prepare(db: DatabaseSync, file: string, tables: string): void {
  const pragma = (name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const version = Number(pragma('user_version'));
  if (version === 0 && pragma('schema_version') === 0) {
    db.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${LAYOUT_VERSION}; COMMIT`);
  } else if (pragma('application_id') !== APPLICATION_ID || !isReadable(version)) {
    throw new CausewayError('config-invalid', `${file} has layout ${version}; this version of Causeway reads layouts ${OLDEST_LAYOUT} to ${LAYOUT_VERSION}. Keep the folder for the record, and open it with the version that wrote it, or with one in between`);
  } else if (version < LAYOUT_VERSION) migrate(db, file, version);
}

function isReadable(version: number): boolean {
  return version >= OLDEST_LAYOUT && version <= LAYOUT_VERSION;
}

/** All steps in one transaction: a crash leaves the file as it was. */
function migrate(db: DatabaseSync, file: string, from: number): void {
  db.exec('BEGIN IMMEDIATE');
  for (let version = from; version < LAYOUT_VERSION; version += 1) MIGRATIONS[version]?.[file]?.(db);
  db.exec(`PRAGMA user_version = ${LAYOUT_VERSION}; COMMIT`);
}

/** WAL with FULL: a commit returns after the WAL is on disk, so that no power cut takes it back. 16 MiB of WAL: hot pages are written back once for many commits. */
const DURABLE = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;';

export interface StoreFiles {
  readonly trail: DatabaseSync;
  readonly keys: DatabaseSync;
  readonly close: () => void;
}

/** Opens the store in `folder` for this process alone. Throws `config-invalid` if another process has it, or for another layout. */
export function openFiles(folder: string, maxPages: number | undefined): StoreFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(join(folder, LOCK_FILE), folder);
  const open = (file: string, tables: string, pragmas: string): DatabaseSync => {
    const db = new DatabaseSync(join(folder, file));
    db.exec(pragmas);
    prepare(db, file, tables);
    return db;
  };
  const limit = maxPages === undefined ? '' : `PRAGMA max_page_count = ${maxPages};`;
  const trail = open(TRAIL_FILE, TRAIL_TABLES, `${DURABLE} ${limit}`);
  const keys = open(KEYS_FILE, KEY_TABLES, `${DURABLE} PRAGMA secure_delete = ON;`);
  return { trail, keys, close: () => [trail, keys, lock].forEach((db) => db.close()) };
}

/** The operating system's lock goes with the process, however it ends; readers of trail.db are not hindered by it. */
function takeLock(path: string, folder: string): DatabaseSync {
  const lock = new DatabaseSync(path);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    throw new CausewayError('config-invalid', `another gateway has the data folder ${folder} open: stop it, or give this one a folder of its own`, { cause });
  }
}

/** A file of the store as a running gateway's reader: takes no lock that could stop it. Throws `config-invalid` for another layout. */
export function openReadOnly(folder: string, file = TRAIL_FILE): DatabaseSync {
  const db = new DatabaseSync(join(folder, file), { readOnly: true });
  // A reader changes nothing: the gateway brings its files up to date when it starts.
  const version = Number(Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0]);
  if (isReadable(version) && version < LAYOUT_VERSION) throw new CausewayError('config-invalid', `${file} has layout ${version}: start the gateway once, which brings it to layout ${LAYOUT_VERSION}`);
  prepare(db, file, '');
  return db;
}

/** The wrapped record keys, as a reader beside a running gateway: close it soon, an erasure waits for readers. */
export function openKeysReadOnly(folder: string): DatabaseSync {
  return openReadOnly(folder, KEYS_FILE);
}

/** What the peers' logs are kept in. Opened by the mirror's thread, whose process holds the folder's lock. */
export function openMirrorFile(folder: string): DatabaseSync {
  const db = new DatabaseSync(join(folder, MIRROR_FILE));
  db.exec(DURABLE);
  prepare(db, MIRROR_FILE, MIRROR_TABLES);
  return db;
}
