/** Evidence records in trail.db, their wrapped record keys in keys.db. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import type { EvidenceRow } from '../store.ts';

export interface NewKey {
  readonly xid: string;
  /** Id of the exchange's first record, which comes with the key. */
  readonly evidence: string;
  readonly wrapped: Uint8Array;
}

/** The small key store. Every row is overwritten in place and none is moved, so that erasing leaves no copy behind. */
export class RecordKeys {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #get: StatementSync;
  readonly #first: StatementSync;
  readonly #erase: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    // A row that is there already is left of a commit that never came to its end (EvidenceRecords.insert saw to that).
    this.#put = db.prepare('INSERT INTO record_key (xid, wrapped, evidence) VALUES (?, ?, ?) ON CONFLICT (xid) DO UPDATE SET wrapped = excluded.wrapped, evidence = excluded.evidence WHERE erased = 0');
    this.#get = db.prepare('SELECT wrapped FROM record_key WHERE xid = ? AND erased = 0');
    this.#first = db.prepare('SELECT evidence FROM record_key WHERE xid = ?');
    this.#erase = db.prepare('UPDATE record_key SET wrapped = zeroblob(length(wrapped)), erased = 1 WHERE xid = ? AND erased = 0');
  }

  /** Durable when it returns. */
  put(keys: readonly NewKey[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const { xid, wrapped, evidence } of keys) this.#put.run(xid, wrapped, evidence);
    this.#db.exec('COMMIT');
  }

  /** Id of the record that came, or was to come, with the exchange's key. */
  firstRecord(xid: string): string | undefined {
    return this.#first.get(xid)?.['evidence'] as string | undefined;
  }

  get(xid: string): Uint8Array | undefined {
    return this.#get.get(xid)?.['wrapped'] as Uint8Array | undefined;
  }

  /**
   * Overwrites the key and truncates the WAL, which holds older images of the page: when it returns, no file of the store holds the
   * key's bytes. False if there was no key.
   */
  erase(xid: string): boolean {
    const [erased] = this.eraseAll([xid]);
    return erased !== undefined;
  }

  /** The same for many; those that had a key. */
  eraseAll(xids: readonly string[]): string[] {
    this.#db.exec('BEGIN IMMEDIATE');
    const erased = xids.filter((xid) => this.#erase.run(xid).changes === 1);
    this.#db.exec('COMMIT');
    const checkpoint = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (checkpoint?.['busy'] !== 0) throw new CausewayError('store-unavailable', 'the key store is being read: its log could not be truncated, the key is not surely gone');
    return erased;
  }
}

export class EvidenceRecords {
  readonly #keys: RecordKeys;
  readonly #insert: StatementSync;
  readonly #get: StatementSync;

  constructor(db: DatabaseSync, keys: RecordKeys) {
    this.#keys = keys;
    this.#insert = db.prepare('INSERT INTO evidence (id, xid, link, step, ciphertext, created_at) VALUES (?, ?, ?, ?, ?, ?)');
    this.#get = db.prepare('SELECT * FROM evidence WHERE id = ?');
  }

  /** The record key to store before this transaction commits; `newKeys` are those of the transaction so far. Throws `internal` for a second key: it would make the first one's records unreadable. */
  insert(row: EvidenceRow, newKeys: ReadonlyMap<string, NewKey>): NewKey | undefined {
    const first = row.wrappedKey && (newKeys.get(row.xid)?.evidence ?? this.#keys.firstRecord(row.xid));
    // A key whose first record is not there is left of a commit that never came to its end: nothing needs it.
    if (first !== undefined && this.get(first) !== undefined) throw new CausewayError('internal', `exchange ${row.xid} has a record key already`);
    this.#insert.run(row.id, row.xid, row.link, row.step, row.ciphertext, row.createdAt);
    return row.wrappedKey && { xid: row.xid, evidence: row.id, wrapped: row.wrappedKey };
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
