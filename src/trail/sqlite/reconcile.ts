/**
 * The sets of both sides of one link, from our log and from our mirror of the peer's, sorted in a temporary database on disk: memory does not grow
 * with the range. Beside a running gateway or without one.
 */
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { parseEntry } from '../entry.ts';
import { elementOf } from '../reconcile/set.ts';
import type { Entities } from '../reconcile/set.ts';
import type { SetReader } from '../reconcile/tree.ts';
import type { Range } from '../reconcile/reconcile.ts';
import { MIRROR_FILE, openReadOnly } from './layout.ts';
import { Shards } from './shards.ts';

export type SideName = 'ours' | 'theirs';

/** Where an entry stands that holds an element. */
export interface Place {
  readonly origin: string;
  readonly index: number;
}

/** How far a clock may have gone back while a log was written: so much earlier reading begins. */
const EARLIER_MS = 3_600_000;
const WINDOW_MS = 60_000;
const AT_ONCE = 4096;
const SIDES: Readonly<Record<SideName, number>> = { ours: 0, theirs: 1 };

interface Log {
  readonly side: SideName;
  readonly db: DatabaseSync;
  readonly shards: Shards;
}

export class BothSides {
  readonly #index = new DatabaseSync('');
  readonly #logs: readonly Log[];
  readonly #range: Range;
  readonly #put: StatementSync;
  readonly #window: StatementSync;
  readonly #place: StatementSync;

  /** Reads what both sides recorded of the link in `range`. Throws `trail-broken` for an entry that is none, `config-invalid` for another layout. */
  constructor(data: string, link: string, entities: Entities, range: Range) {
    this.#range = range;
    this.#index.exec('PRAGMA journal_mode = OFF; CREATE TABLE element (side INTEGER, window INTEGER, key BLOB, value BLOB, origin TEXT, idx INTEGER, PRIMARY KEY (side, window, key, value)) WITHOUT ROWID');
    this.#put = this.#index.prepare('INSERT OR IGNORE INTO element VALUES (?, ?, ?, ?, ?, ?)');
    this.#window = this.#index.prepare('SELECT key, value FROM element WHERE side = ? AND window = ? ORDER BY key, value');
    this.#place = this.#index.prepare('SELECT origin, idx FROM element WHERE side = ? AND window = ? AND key = ? AND value = ?');
    this.#logs = (['ours', 'theirs'] as const).map((side) => {
      const db = openReadOnly(data, side === 'ours' ? undefined : MIRROR_FILE);
      return { side, db, shards: new Shards(db) };
    });
    this.#index.exec('BEGIN');
    for (const log of this.#logs) for (const { origin, size } of log.shards.heads(link)) this.#read(log, origin, size, entities);
    this.#index.exec('COMMIT');
  }

  set(side: SideName): SetReader {
    return { elements: (window) => Buffer.concat(this.#window.all(SIDES[side], window).flatMap(({ key, value }) => [key as Uint8Array, value as Uint8Array])) };
  }

  /** The entry that holds an element of a side. */
  place(side: SideName, window: number, key: Uint8Array, value: Uint8Array): Place | undefined {
    const row = this.#place.get(SIDES[side], window, key, value);
    return row && { origin: row['origin'] as string, index: row['idx'] as number };
  }

  /** Bytes of an entry, with the last note about its log that the other side cosigned, and the proof that the one is under the other; undefined where no note covers it. */
  proof(side: SideName, { origin, index }: Place): { readonly entry: Uint8Array; readonly note: string; readonly proof: readonly Uint8Array[] } | undefined {
    const { db, shards } = this.#logs.find((log) => log.side === side)!;
    const shard = shards.find(origin);
    const table = side === 'ours' ? 'checkpoint' : 'witnessed';
    const row = shard && db.prepare(`SELECT size, note FROM ${table} WHERE origin = ?`).get(shard.id);
    const size = Number(row?.['size'] ?? 0);
    const [entry] = shard === undefined ? [] : shards.entries(shard, index, index + 1);
    if (shard === undefined || row === undefined || size <= index || entry === undefined) return undefined;
    return { entry, note: row['note'] as string, proof: shards.inclusionProof(shard, index, size) };
  }

  close(): void {
    for (const { db } of this.#logs) db.close();
    this.#index.close();
  }

  #read({ side, shards }: Log, origin: string, size: number, entities: Entities): void {
    const shard = shards.find(origin);
    if (shard === undefined) return;
    const begin = this.#range.from * WINDOW_MS - EARLIER_MS;
    for (let at = firstSince(shards, shard, size, begin); at < size; at += AT_ONCE) {
      shards.entries(shard, at, Math.min(size, at + AT_ONCE)).forEach((bytes, n) => {
        const element = bytes && elementOf(parseEntry(bytes), entities);
        if (element === undefined || element.window < this.#range.from || element.window >= this.#range.to) return;
        this.#put.run(SIDES[side], element.window, element.key, element.value, origin, at + n);
      });
    }
  }
}

/** Index of the first entry that is not older than `time`, by halving: entries come in the order of time. One that was redacted counts as young: then more is read. */
function firstSince(shards: Shards, shard: NonNullable<ReturnType<Shards['find']>>, size: number, time: number): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [bytes] = shards.entries(shard, middle, middle + 1);
    if (bytes === undefined || parseEntry(bytes).t.ms >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
