/**
 * The sets of both sides of each link (trail.md, "Reconciliation"): an index over our logs and our mirrors of the peers', in a database of its own that
 * holds nothing but what the logs say: it may be deleted, and is made again. Entries are read once, as they come; a window's root is kept until an entry of it comes late.
 */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { parseEntry } from '../entry.ts';
import type { LogPosition } from '../reconcile/note.ts';
import { answerQuestion } from '../reconcile/reconcile.ts';
import type { Question, Range } from '../reconcile/reconcile.ts';
import { elementOf } from '../reconcile/set.ts';
import type { Entities, SetElement } from '../reconcile/set.ts';
import type { RangeSummary, RecordedElement, SideName } from '../reconcile/sets.ts';
import { EMPTY, Rollup, WindowTree } from '../reconcile/tree.ts';
import type { WindowSummary } from '../reconcile/tree.ts';
import type { Redactions } from './redactions.ts';
import type { Shards } from './shards.ts';

/** Raised with every change of the tables: a file of another version is made anew. */
export const SETS_VERSION = 2;
/** Entries that are read in one transaction. */
const AT_ONCE = 20_000;
/** How far a clock may have gone back while a log was written: so much earlier reading begins. */
const EARLIER_MS = 3_600_000;
const WINDOW_MS = 60_000;
const NOTHING: WindowSummary = { root: EMPTY, count: 0 };

/** `blind`: entries of which only the leaf hash is known here: no set has them, whatever they recorded. `root`: of each window that has elements; NULL while it has to be computed. `book`: one side of one link. */
const TABLES = `
CREATE TABLE log (id INTEGER PRIMARY KEY, book TEXT NOT NULL, origin TEXT NOT NULL, next INTEGER NOT NULL, blind INTEGER NOT NULL DEFAULT 0, UNIQUE (book, origin)) STRICT;
CREATE TABLE element (book TEXT NOT NULL, window INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, log INTEGER NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (book, window, key, value)) STRICT, WITHOUT ROWID;
CREATE TABLE root (book TEXT NOT NULL, window INTEGER NOT NULL, count INTEGER, root BLOB, PRIMARY KEY (book, window)) STRICT, WITHOUT ROWID;
`;

function statements(db: DatabaseSync) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    log: db.prepare('SELECT id, next FROM log WHERE book = ? AND origin = ?'),
    add: db.prepare('INSERT INTO log (book, origin, next) VALUES (?, ?, ?)'),
    next: db.prepare('UPDATE log SET next = ?, blind = blind + ? WHERE id = ?'),
    blind: db.prepare('SELECT sum(blind) AS blind FROM log WHERE book = ?'),
    last: db.prepare('SELECT origin, next AS size FROM log WHERE book = ? ORDER BY id DESC LIMIT 1'),
    put: db.prepare('INSERT OR IGNORE INTO element (book, window, key, value, log, idx) VALUES (?, ?, ?, ?, ?, ?)'),
    stale: db.prepare('INSERT INTO root (book, window) VALUES (?, ?) ON CONFLICT DO UPDATE SET root = NULL'),
    forget: db.prepare('DELETE FROM element WHERE log = ? AND idx >= ?'),
    forgetRoots: db.prepare('UPDATE root SET root = NULL WHERE book = ?'),
    root: db.prepare('SELECT count, root FROM root WHERE book = ? AND window = ?'),
    save: db.prepare('UPDATE root SET count = ?, root = ? WHERE book = ? AND window = ?'),
    first: db.prepare('SELECT min(window) AS window FROM root WHERE book = ? AND window >= ?'),
    window: db.prepare('SELECT key, value FROM element WHERE book = ? AND window = ? ORDER BY key, value'),
    windowAt: db.prepare('SELECT key, value FROM element WHERE book = ? AND window = ? AND (log, idx) < (?, ?) ORDER BY key, value'),
    place: db.prepare('SELECT origin, idx FROM element JOIN log ON log.id = element.log WHERE element.book = ? AND window = ? AND key = ? AND value = ?'),
  };
}

/** Where one side's log and its notes are read. */
export interface SideSource {
  readonly shards: Shards;
  /** The last note about a shard that the other side cosigned. */
  note(origin: string): { readonly size: number; readonly note: string } | undefined;
}

export interface SetsOptions {
  /** Open, and empty or of this version. */
  readonly db: DatabaseSync;
  readonly sources: Readonly<Record<SideName, SideSource>>;
  /** What our local log says in the place of entries that were redacted. */
  readonly redactions: Redactions;
  /** By link. */
  readonly entities: Readonly<Record<string, Entities>>;
  /** Where reading begins of a log that is new here, UTC ms: what is older is left out. Absent: with its first entry. */
  readonly since?: number;
}

export class SqliteSets {
  readonly #options: SetsOptions;
  readonly #sql: ReturnType<typeof statements>;

  constructor(options: SetsOptions) {
    const { db } = options;
    const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === 0) db.exec(`${TABLES} PRAGMA user_version = ${SETS_VERSION}`);
    this.#options = options;
    this.#sql = statements(db);
  }

  /** Throws `trail-broken` for an entry that is none. */
  follow(link: string): boolean {
    let left = AT_ONCE;
    this.#sql.begin.run();
    try {
      for (const side of ['ours', 'theirs'] as const) left -= this.#followSide(link, side, left);
      return left > 0;
    } finally {
      this.#sql.commit.run();
    }
  }

  summary(link: string, side: SideName, range: Range): RangeSummary | undefined {
    const at = this.#sql.last.get(bookOf(link, side)) as LogPosition | undefined;
    return at && { ...summaryOf(this.rollup(link, side), range), origin: at.origin, size: at.size };
  }

  summaryAt(link: string, side: SideName, range: Range, { origin, size }: LogPosition): WindowSummary | undefined {
    const book = bookOf(link, side);
    const log = this.#sql.log.get(book, origin) as { id: number; next: number } | undefined;
    if (log === undefined || log.next < size) return undefined;
    const known = (window: number) => this.#sql.root.get(book, window) !== undefined;
    const elements = (window: number) => packed(this.#sql.windowAt.all(book, window, log.id, size));
    return summaryOf(new Rollup({ elements, summary: (window) => (known(window) ? new WindowTree(elements(window)) : NOTHING) }), range);
  }

  isWhole(link: string, side: SideName): boolean {
    return (this.#sql.blind.get(bookOf(link, side))?.['blind'] ?? 0) === 0;
  }

  answer(link: string, side: SideName, question: Question, maxBytes: number): Uint8Array[] {
    let bytes = 0;
    return answerQuestion(question, this.rollup(link, side), (part) => {
      bytes += part.length + 4;
      if (bytes > maxBytes) throw new CausewayError('too-large', `an answer of a comparison with more than ${maxBytes} bytes`);
    });
  }

  firstWindow(link: string, side: SideName, from: number): number | undefined {
    return (this.#sql.first.get(bookOf(link, side), from)?.['window'] ?? undefined) as number | undefined;
  }

  recorded(link: string, side: SideName, { window, key, value }: Omit<SetElement, 'window'> & { readonly window: number }): RecordedElement | undefined {
    const row = this.#sql.place.get(bookOf(link, side), window, key, value) as { origin: string; idx: number } | undefined;
    if (row === undefined) return undefined;
    const { shards, note } = this.#options.sources[side];
    const [shard, last] = [shards.find(row.origin), note(row.origin)];
    const [entry] = shard === undefined ? [] : shards.entries(shard, row.idx, row.idx + 1);
    const place = { origin: row.origin, index: row.idx };
    if (shard === undefined || entry === undefined || last === undefined || last.size <= row.idx) return place;
    return { ...place, proof: { entry, note: last.note, proof: shards.inclusionProof(shard, row.idx, last.size) } };
  }

  /** Roots that are kept, and trees of what they are over. */
  rollup(link: string, side: SideName): Rollup {
    const book = bookOf(link, side);
    const elements = (window: number) => packed(this.#sql.window.all(book, window));
    return new Rollup({ elements, summary: (window) => this.#windowSummary(book, window, elements) });
  }

  #windowSummary(book: string, window: number, elements: (window: number) => Uint8Array): WindowSummary {
    const row = this.#sql.root.get(book, window);
    if (row === undefined) return NOTHING;
    if (row['root'] instanceof Uint8Array) return { root: row['root'], count: row['count'] as number };
    const { root, count } = new WindowTree(elements(window));
    this.#sql.save.run(count, root, book, window);
    return { root, count };
  }

  /** Answers how many entries it read. */
  #followSide(link: string, side: SideName, most: number): number {
    const { shards } = this.#options.sources[side];
    let left = most;
    for (const { origin, size } of shards.heads(link)) left -= this.#followShard(link, side, { origin, size }, left);
    return most - left;
  }

  #followShard(link: string, side: SideName, { origin, size }: LogPosition, most: number): number {
    const { sources, entities, redactions } = this.#options;
    const { shards } = sources[side];
    const book = bookOf(link, side);
    const shard = shards.find(origin);
    if (shard === undefined || most <= 0) return 0;
    const log = (this.#sql.log.get(book, origin) ?? this.#begin(book, origin, firstSince(shards, shard, size, this.#options.since))) as { id: number; next: number };
    // A log that was restored, and not all of it came back: what it had beyond is in no log any more.
    if (log.next > size) this.#forget(book, log.id, size);
    const to = Math.min(size, log.next + most);
    if (to <= log.next) return 0;
    const touched = new Set<number>();
    let blind = 0;
    shards.entries(shard, log.next, to).forEach((bytes, at) => {
      const entry = bytes === undefined ? redactions.find(origin, log.next + at) : parseEntry(bytes);
      if (entry === undefined) blind += 1;
      const element = entry && elementOf(entry, entities[link] ?? {});
      if (element === undefined) return;
      this.#sql.put.run(book, element.window, element.key, element.value, log.id, log.next + at);
      touched.add(element.window);
    });
    for (const window of touched) this.#sql.stale.run(book, window);
    this.#sql.next.run(to, blind, log.id);
    return to - log.next;
  }

  #begin(book: string, origin: string, next: number): { id: number; next: number } {
    return { id: Number(this.#sql.add.run(book, origin, next).lastInsertRowid), next };
  }

  #forget(book: string, log: number, size: number): void {
    this.#sql.forget.run(log, size);
    this.#sql.forgetRoots.run(book);
    this.#sql.next.run(size, 0, log);
  }
}

function bookOf(link: string, side: SideName): string {
  return `${side} ${link}`;
}

function summaryOf(rollup: Rollup, { from, to }: Range): WindowSummary {
  return { root: rollup.root(from, to), count: rollup.count(from, to) };
}

function packed(rows: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  return Buffer.concat(rows.flatMap(({ key, value }) => [key as Uint8Array, value as Uint8Array]));
}

/** Index of the first entry that is not older than `since`, by halving: entries come in the order of time. One that was redacted counts as young: then more is read. */
function firstSince(shards: Shards, shard: NonNullable<ReturnType<Shards['find']>>, size: number, since: number | undefined): number {
  if (since === undefined) return 0;
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [bytes] = shards.entries(shard, middle, middle + 1);
    if (bytes === undefined || parseEntry(bytes).t.ms >= since - EARLIER_MS) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** UTC milliseconds in which a window begins. */
export function beginOf(window: number): number {
  return window * WINDOW_MS;
}
