/** The subject index in keys.db: which records are about whom, as HMACs under keys of years. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import type { SubjectKey, SubjectTag } from '../store.ts';

/**
 * Rows are added at the end and overwritten in place, as record keys are. An index is another matter: its pages split as it grows, and what was moved may leave
 * a copy that nothing overwrites. So it is over ten bits of a tag alone: what could be left of a row that was erased fits a thousandth of the population.
 */
export const SUBJECT_TABLES = `
CREATE TABLE subject_key (year INTEGER PRIMARY KEY, wrapped BLOB NOT NULL, erased INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE subject (id INTEGER PRIMARY KEY, evidence TEXT NOT NULL, year INTEGER NOT NULL, bucket INTEGER, tag BLOB NOT NULL) STRICT;
CREATE INDEX subject_bucket ON subject (year, bucket) WHERE bucket IS NOT NULL;
CREATE INDEX subject_evidence ON subject (evidence);
`;

/** Subjects of one evidence record. */
export interface NewSubjects {
  /** Id of the record. */
  readonly evidence: string;
  readonly xid: string;
  readonly tags: readonly SubjectTag[];
}

function statements(db: DatabaseSync) {
  return {
    add: db.prepare('INSERT INTO subject (evidence, year, bucket, tag) VALUES (?, ?, ?, ?)'),
    clear: db.prepare("UPDATE subject SET tag = zeroblob(length(tag)), bucket = NULL WHERE evidence >= :xid || '.' AND evidence < :xid || '/' AND bucket IS NOT NULL"),
    clearRecord: db.prepare('UPDATE subject SET tag = zeroblob(length(tag)), bucket = NULL WHERE evidence = ? AND bucket IS NOT NULL'),
    find: db.prepare('SELECT id, evidence FROM subject WHERE year = ? AND bucket = ? AND tag = ?'),
    keys: db.prepare('SELECT year, wrapped FROM subject_key WHERE erased = 0 ORDER BY year'),
    addKey: db.prepare('INSERT INTO subject_key (year, wrapped) VALUES (?, ?) ON CONFLICT (year) DO UPDATE SET wrapped = excluded.wrapped, erased = 0 WHERE erased = 1'),
    key: db.prepare('SELECT year, wrapped FROM subject_key WHERE year = ?'),
    rewrapKey: db.prepare('UPDATE subject_key SET wrapped = ? WHERE year = ? AND wrapped = ? AND erased = 0'),
    used: db.prepare('SELECT 1 FROM subject WHERE year = ? AND bucket IS NOT NULL LIMIT 1'),
    dropKey: db.prepare('UPDATE subject_key SET wrapped = zeroblob(length(wrapped)), erased = 1 WHERE year = ?'),
  };
}

export class SubjectIndex {
  readonly #sql: ReturnType<typeof statements>;

  constructor(keys: DatabaseSync) {
    this.#sql = statements(keys);
  }

  /** Within the caller's transaction. A row that is there already is left of a commit that never came to its end. */
  add(records: readonly NewSubjects[]): void {
    for (const { evidence, tags } of records) {
      this.#sql.clearRecord.run(evidence);
      for (const { year, tag } of tags) this.#sql.add.run(evidence, year, bucketOf(tag), tag);
    }
  }

  /** Overwrites what leads to an exchange, within the caller's transaction. */
  clear(xid: string): void {
    this.#sql.clear.run({ xid });
  }

  /** Ids of records about one of the tags, the newest first. */
  find(tags: readonly SubjectTag[]): string[] {
    const rows = tags.flatMap(({ year, tag }) => this.#sql.find.all(year, bucketOf(tag), tag) as { id: number; evidence: string }[]);
    return rows.toSorted((a, b) => b.id - a.id).map(({ evidence }) => evidence);
  }

  keys(): SubjectKey[] {
    return this.#sql.keys.all() as unknown as SubjectKey[];
  }

  addKey({ year, wrapped }: SubjectKey): SubjectKey {
    this.#sql.addKey.run(year, wrapped);
    return this.#sql.key.get(year) as unknown as SubjectKey;
  }

  /** Within the caller's transaction. */
  rewrapKey(year: number, from: Uint8Array, to: Uint8Array): void {
    this.#sql.rewrapKey.run(to, year, from);
  }

  /** Years before `year` whose keys lead to nothing any more; their keys are overwritten. */
  dropKeys(year: number): number[] {
    const idle = this.keys().map((key) => key.year).filter((of) => of < year && this.#sql.used.get(of) === undefined);
    for (const of of idle) this.#sql.dropKey.run(of);
    return idle;
  }
}

function bucketOf(tag: Uint8Array): number {
  return ((tag[0] ?? 0) << 2) | ((tag[1] ?? 0) >> 6);
}
