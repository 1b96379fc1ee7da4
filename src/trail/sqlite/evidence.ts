/** Evidence records in trail.db, their wrapped record keys in keys.db. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import type { EvidenceRow, LogName, Rewrapped, SubjectTag, WrappedRecordKey } from '../store.ts';
import { SubjectIndex } from './subjects.ts';
import type { NewSubjects } from './subjects.ts';

export interface NewKey {
  readonly xid: string;
  /** Id of the exchange's first record, which comes with the key. */
  readonly evidence: string;
  readonly wrapped: Uint8Array;
}

/** What a transaction adds to the key store. */
export interface NewInKeyStore {
  readonly keys: ReadonlyMap<string, NewKey>;
  readonly subjects: readonly NewSubjects[];
}

/** The small key store. Every row is overwritten in place and none is moved, so that erasing leaves no copy behind. */
export class RecordKeys {
  readonly subjects: SubjectIndex;
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #first: StatementSync;
  readonly #erase: StatementSync;
  readonly #after: StatementSync;
  readonly #rewrap: StatementSync;
  readonly #followed: StatementSync;
  readonly #follow: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.subjects = new SubjectIndex(db);
    // A row that is there already is left of a commit that never came to its end (EvidenceRecords.insert saw to that).
    this.#put = db.prepare('INSERT INTO record_key (xid, wrapped, evidence) VALUES (?, ?, ?) ON CONFLICT (xid) DO UPDATE SET wrapped = excluded.wrapped, evidence = excluded.evidence WHERE erased = 0');
    this.#get = db.prepare('SELECT wrapped FROM record_key WHERE xid = ? AND erased = 0');
    this.#first = db.prepare('SELECT evidence FROM record_key WHERE xid = ?');
    this.#erase = db.prepare('UPDATE record_key SET wrapped = zeroblob(length(wrapped)), erased = 1 WHERE xid = ? AND erased = 0');
    this.#after = db.prepare('SELECT id AS at, xid, wrapped FROM record_key WHERE id > ? AND erased = 0 ORDER BY id LIMIT ?');
    this.#rewrap = db.prepare('UPDATE record_key SET wrapped = ? WHERE xid = ? AND wrapped = ? AND erased = 0');
    this.#followed = db.prepare('SELECT origin, next FROM followed WHERE log = ?');
    this.#follow = db.prepare('INSERT INTO followed (log, origin, next) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET origin = excluded.origin, next = excluded.next');
  }

  /** Durable when it returns. */
  put({ keys, subjects }: NewInKeyStore): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const { xid, wrapped, evidence } of keys.values()) this.#put.run(xid, wrapped, evidence);
    this.subjects.add(subjects.filter(({ xid }) => this.get(xid) !== undefined));
    this.#db.exec('COMMIT');
  }

  /** Id of the record that came, or was to come, with the exchange's key. */
  firstRecord(xid: string): string | undefined {
    return this.#first.get(xid)?.['evidence'] as string | undefined;
  }

  get(xid: string): Uint8Array | undefined {
    return this.#get.get(xid)?.['wrapped'] as Uint8Array | undefined;
  }

  after(at: number, limit: number): WrappedRecordKey[] {
    return this.#after.all(at, limit) as unknown as WrappedRecordKey[];
  }

  /** Durable when it returns. */
  rewrap({ records, subjects }: Rewrapped): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const { xid, from, to } of records) this.#rewrap.run(to, xid, from);
    for (const { year, from, to } of subjects) this.subjects.rewrapKey(year, from, to);
    this.#db.exec('COMMIT');
  }

  /**
   * Overwrites the key and truncates the WAL, which holds older images of the page: when it returns, no file of the store holds the
   * key's bytes. False if there was no key.
   */
  erase(xid: string): boolean {
    const [erased] = this.eraseAll([xid]);
    return erased !== undefined;
  }

  /** The same for many, and for what leads to them; those that had a key. */
  eraseAll(xids: readonly string[]): string[] {
    this.#db.exec('BEGIN IMMEDIATE');
    const erased = xids.filter((xid) => this.#erase.run(xid).changes === 1);
    for (const xid of xids) this.subjects.clear(xid);
    this.#db.exec('COMMIT');
    this.#forget();
    return erased;
  }

  /** The entry of a log from which on its erasures were not looked at yet. */
  followed(log: LogName): { readonly origin: string; readonly next: number } | undefined {
    return this.#followed.get(log) as { origin: string; next: number } | undefined;
  }

  follow(log: LogName, origin: string, next: number): void {
    this.#follow.run(log, origin, next);
  }

  /** Overwrites keys of the subject index that lead to nothing any more, of years before `year`. */
  dropSubjectKeys(year: number): void {
    if (this.subjects.dropKeys(year).length > 0) this.#forget();
  }

  /** Truncates the write-ahead log, which holds older images of what was overwritten. */
  #forget(): void {
    const checkpoint = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (checkpoint?.['busy'] !== 0) throw new CausewayError('store-unavailable', 'the key store is being read: its log could not be truncated, the key is not surely gone');
  }
}

export class EvidenceRecords {
  readonly #keys: RecordKeys;
  readonly #insert: StatementSync;
  readonly #get: StatementSync;
  readonly #xid: StatementSync;

  constructor(db: DatabaseSync, keys: RecordKeys) {
    this.#keys = keys;
    this.#insert = db.prepare('INSERT INTO evidence (id, xid, link, step, ciphertext, created_at) VALUES (?, ?, ?, ?, ?, ?)');
    this.#get = db.prepare('SELECT * FROM evidence WHERE id = ?');
    this.#xid = db.prepare('SELECT xid FROM evidence WHERE id = ?');
  }

  /** The record key to store before this transaction commits; `newKeys` are those of the transaction so far. Throws `internal` for a second key: it would make the first one's records unreadable. */
  insert(row: EvidenceRow, newKeys: ReadonlyMap<string, NewKey>): NewKey | undefined {
    const first = row.wrappedKey && (newKeys.get(row.xid)?.evidence ?? this.#keys.firstRecord(row.xid));
    // A key whose first record is not there is left of a commit that never came to its end: nothing needs it.
    if (first !== undefined && this.get(first) !== undefined) throw new CausewayError('internal', `exchange ${row.xid} has a record key already`);
    this.#insert.run(row.id, row.xid, row.link, row.step, row.ciphertext, row.createdAt);
    return row.wrappedKey && { xid: row.xid, evidence: row.id, wrapped: row.wrappedKey };
  }

  /** A row of the subject index without its record is left of a commit that never came to its end. */
  exchangesAbout(tags: readonly SubjectTag[]): string[] {
    const xids = this.#keys.subjects.find(tags).map((id) => this.#xid.get(id)?.['xid'] as string | undefined);
    return [...new Set(xids.filter((xid) => xid !== undefined))];
  }

  get(id: string): EvidenceRow | undefined {
    const row = this.#get.get(id);
    return row && {
      id,
      xid: row['xid'] as string,
      link: row['link'] as string,
      step: row['step'] as string,
      ciphertext: row['ciphertext'] as Uint8Array,
      createdAt: row['created_at'] as number,
    };
  }
}
