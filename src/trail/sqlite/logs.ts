/** Our own logs: the shard that each stands in, its tree, appending to it, and going on in the next one. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { canonicalEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import { leafHash } from '../merkle.ts';
import { decisionOn } from '../redaction.ts';
import type { Decision } from '../redaction.ts';
import { follows, parseOrigin } from '../shards.ts';
import { removeBytes } from './redactions.ts';
import { SqliteTree } from './tree.ts';
import type { Appended, LogName, RecoveredEntry, TreeHead } from '../store.ts';

function statements(db: DatabaseSync) {
  return {
    last: db.prepare('SELECT id, name FROM origin WHERE log = ? ORDER BY ordinal DESC LIMIT 1'),
    named: db.prepare('SELECT id, log FROM origin WHERE name = ?'),
    add: db.prepare('INSERT INTO origin (log, ordinal, name) SELECT ?1, coalesce(max(ordinal) + 1, 0), ?2 FROM origin WHERE log = ?1'),
    rename: db.prepare('UPDATE origin SET name = ? WHERE id = ?'),
    recovered: db.prepare('UPDATE origin SET recovered = coalesce(recovered, ?) WHERE id = ?'),
    insert: db.prepare('INSERT INTO entry (origin, idx, leaf, bytes) VALUES (?, ?, ?, ?)'),
    saveHead: db.prepare('INSERT INTO head (origin, size, root) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root'),
    bytes: db.prepare('SELECT bytes FROM entry JOIN origin ON origin.id = entry.origin WHERE origin.name = ? AND entry.idx = ?'),
  };
}

export class Logs {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #trees = new Map<LogName, SqliteTree>();
  readonly #grown = new Set<SqliteTree>();

  /** `logs`: the origin in which a log begins that is not there yet. One that is there goes on where it stands. */
  constructor(db: DatabaseSync, logs: Readonly<Record<LogName, string>>) {
    this.#db = db;
    this.#sql = statements(db);
    this.#transaction(() => {
      for (const [log, first] of Object.entries(logs)) this.#trees.set(log, this.#present(log, first));
    });
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
    this.#insert(tree, leaf, bytes);
    return { origin: tree.origin, index, leaf: leaf.toString('base64') };
  }

  /** Writes the heads of the trees that grew in this transaction. */
  saveHeads(): void {
    for (const tree of this.#grown) this.#sql.saveHead.run(tree.id, tree.size, tree.root());
    this.#grown.clear();
  }

  head(log: LogName): TreeHead {
    const tree = this.tree(log);
    return { origin: tree.origin, size: tree.size, root: new Uint8Array(tree.root()) };
  }

  /**
   * Ends the present shard: the log goes on in `origin`, with `first` as entry 0. `first` states the head that the present shard has at
   * this moment, unless it states another. An empty shard that is a log's only one just takes the new name.
   */
  openShard(log: LogName, origin: string, first: Omit<Entry, 'v'>): TreeHead {
    const { size, root, origin: present } = this.head(log);
    if (!follows(origin, present)) throw new CausewayError('internal', `${origin} cannot follow ${present}`);
    return this.#transaction(() => {
      if (size === 0 && first.previous === undefined) {
        this.#sql.rename.run(origin, this.tree(log).id);
        this.#trees.set(log, this.#present(log, origin));
      } else {
        const previous = first.previous ?? { origin: present, size, root: Buffer.from(root).toString('base64') };
        this.#trees.set(log, this.#add(log, origin));
        this.append(log, canonicalEntry({ v: 1, ...first, previous }));
      }
      this.saveHeads();
      return this.head(log);
    });
  }

  /**
   * Appends what the peer's mirror gave back, verified by the caller, to the shard `origin`: the present one, or one after it. A log that
   * is empty begins there.
   */
  recover(log: LogName, origin: string, entries: readonly RecoveredEntry[]): TreeHead {
    return this.#transaction(() => {
      const present = this.tree(log);
      if (present.origin !== origin) {
        if (present.size === 0) this.#sql.rename.run(origin, present.id);
        else if (follows(origin, present.origin)) this.#add(log, origin);
        else throw new CausewayError('internal', `${origin} is not a shard to go on with after ${present.origin}`);
        this.#trees.set(log, this.#present(log, origin));
      }
      const tree = this.tree(log);
      this.#sql.recovered.run(tree.size, tree.id);
      for (const entry of entries) {
        if ('bytes' in entry) this.#insert(tree, leafHash(entry.bytes), entry.bytes);
        else this.#insert(tree, entry.leaf, null);
      }
      this.saveHeads();
      return this.head(log);
    });
  }

  /**
   * Removes the bytes of an entry: its leaf hash stays, every proof still verifies, and the decision is recorded in the local log. When it
   * returns, no file of the trail holds the bytes. Throws `config-invalid` where there is no such entry, and as decisionOn.
   */
  redact(origin: string, index: number, decision: Decision): Appended {
    const bytes = this.#sql.bytes.get(origin, index)?.['bytes'];
    if (!(bytes instanceof Uint8Array)) throw new CausewayError('config-invalid', `${origin} has no entry ${index}, or it is redacted already`);
    const record = canonicalEntry(decisionOn(bytes, { origin, index }, decision));
    return removeBytes(this.#db, origin, index, (change: () => Appended) => this.#transaction(change), () => {
      const done = this.append('local', record);
      this.saveHeads();
      return done;
    });
  }

  #insert(tree: SqliteTree, leaf: Uint8Array, bytes: Uint8Array | null): void {
    this.#sql.insert.run(tree.id, tree.size, leaf, bytes);
    tree.append(leaf);
    this.#grown.add(tree);
  }

  /** The tree of the shard in which `log` stands; a log that is new, or that the agreement moved to another name, begins at `first`. */
  #present(log: LogName, first: string): SqliteTree {
    const last = this.#sql.last.get(log);
    if (last === undefined) return this.#add(log, first);
    const { id, name } = last as { id: number; name: string };
    return parseOrigin(name).base === parseOrigin(first).base ? new SqliteTree(this.#db, id, name) : this.#add(log, first);
  }

  #add(log: LogName, origin: string): SqliteTree {
    if (this.#sql.named.get(origin) !== undefined) throw new CausewayError('config-invalid', `origin ${origin} belongs to another log, or to a closed shard of ${log}: an origin is never reopened`);
    const { lastInsertRowid } = this.#sql.add.run(log, origin);
    return new SqliteTree(this.#db, Number(lastInsertRowid), origin);
  }

  #transaction<T>(change: () => T): T {
    const trees = new Map(this.#trees);
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const done = change();
      this.#db.exec('COMMIT');
      return done;
    } catch (thrown) {
      // The trees in memory may have grown: they are read anew from what is on disk.
      this.#db.exec('ROLLBACK');
      this.#grown.clear();
      for (const [log, { id, origin }] of trees) this.#trees.set(log, new SqliteTree(this.#db, id, origin));
      throw thrown;
    }
  }
}
