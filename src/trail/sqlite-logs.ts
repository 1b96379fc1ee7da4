/** The logs of one store: which origin each grows in, its tree, and appending to it. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { leafHash } from './merkle.ts';
import { SqliteTree } from './sqlite-tree.ts';
import type { Appended, LogName, TreeHead } from './store.ts';

/** The row id of `name`, the present origin of `log`; a new origin is added behind the log's older ones. */
function originId(db: DatabaseSync, log: LogName, name: string): number {
  const last = db.prepare('SELECT id, ordinal, name FROM origin WHERE log = ? ORDER BY ordinal DESC LIMIT 1').get(log);
  if (last?.['name'] === name) return last['id'] as number;
  if (db.prepare('SELECT 1 FROM origin WHERE name = ?').get(name) !== undefined) {
    throw new CausewayError('config-invalid', `origin ${name} belongs to another log, or to a closed shard of ${log}: an origin is never reopened`);
  }
  const ordinal = last === undefined ? 0 : (last['ordinal'] as number) + 1;
  const { lastInsertRowid } = db.prepare('INSERT INTO origin (log, ordinal, name) VALUES (?, ?, ?)').run(log, ordinal, name);
  return Number(lastInsertRowid);
}

export class Logs {
  readonly #trees: ReadonlyMap<LogName, SqliteTree>;
  readonly #insert: StatementSync;
  readonly #saveHead: StatementSync;
  readonly #read: StatementSync;
  readonly #grown = new Set<SqliteTree>();

  constructor(db: DatabaseSync, logs: Readonly<Record<LogName, string>>) {
    db.exec('BEGIN IMMEDIATE');
    const trees = Object.entries(logs).map(([log, name]) => [log, new SqliteTree(db, originId(db, log, name), name)] as const);
    db.exec('COMMIT');
    this.#trees = new Map(trees);
    this.#insert = db.prepare('INSERT INTO entry (origin, idx, leaf, bytes) VALUES (?, ?, ?, ?)');
    this.#saveHead = db.prepare('INSERT INTO head (origin, size, root) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root');
    this.#read = db.prepare('SELECT idx, bytes FROM entry WHERE origin = ? AND idx >= ? AND idx < ? ORDER BY idx');
  }

  has(log: LogName): boolean {
    return this.#trees.has(log);
  }

  /** Throws `internal` for a log that was not opened. */
  tree(log: LogName): SqliteTree {
    const tree = this.#trees.get(log);
    if (tree === undefined) throw new CausewayError('internal', `no log "${log}" in this store`);
    return tree;
  }

  /** The index is the tree's size, never a database sequence: sequences leave gaps. */
  append(log: LogName, json: string): Appended {
    const tree = this.tree(log);
    const bytes = Buffer.from(json);
    const leaf = leafHash(bytes);
    const index = tree.size;
    this.#insert.run(tree.id, index, leaf, bytes);
    tree.append(leaf);
    this.#grown.add(tree);
    return { origin: tree.origin, index, leaf: leaf.toString('base64') };
  }

  /** Writes the heads of the trees that grew in this transaction. */
  saveHeads(): void {
    for (const tree of this.#grown) this.#saveHead.run(tree.id, tree.size, tree.root());
    this.#grown.clear();
  }

  head(log: LogName): TreeHead {
    const tree = this.tree(log);
    return { origin: tree.origin, size: tree.size, root: new Uint8Array(tree.root()) };
  }

  /** Throws `internal` beyond the committed size, `trail-broken` for a hole. */
  entries(log: LogName, from: number, to: number): Uint8Array[] {
    const tree = this.tree(log);
    if (!(0 <= from && from <= to && to <= tree.size)) throw new CausewayError('internal', `entries ${from} to ${to} of ${tree.size}`);
    const rows = this.#read.all(tree.id, from, to);
    if (rows.length !== to - from) throw new CausewayError('trail-broken', `${tree.origin}: entries ${from} to ${to} have a hole`);
    return rows.map(({ idx, bytes }) => {
      if (bytes instanceof Uint8Array) return bytes;
      throw new CausewayError('trail-broken', `${tree.origin}: entry ${String(idx)} is redacted`);
    });
  }
}
