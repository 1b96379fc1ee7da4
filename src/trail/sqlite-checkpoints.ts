/** Signed notes: the latest of each of our logs, and the latest that we cosigned of each peer's. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import type { SqliteTree } from './sqlite-tree.ts';
import type { Witnessed } from './sqlite-wire.ts';

function statements(db: DatabaseSync) {
  return {
    save: db.prepare('INSERT INTO checkpoint (origin, size, note) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= size'),
    latest: db.prepare('SELECT note FROM checkpoint WHERE origin = ?'),
    witnessFirst: db.prepare('INSERT INTO witnessed (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    witnessNext: db.prepare('UPDATE witnessed SET size = ?, root = ?, note = ? WHERE origin = ? AND size = ?'),
    witnessed: db.prepare('SELECT size, root, note FROM witnessed WHERE origin = ?'),
  };
}

export class Checkpoints {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** Throws `internal` for a size beyond what is committed, or below the size of the stored note. */
  save(tree: SqliteTree, size: number, note: string): void {
    if (size > tree.size) throw new CausewayError('internal', `checkpoint of ${size} entries, committed are ${tree.size}`);
    if (this.#sql.save.run(tree.id, size, note).changes !== 1) throw new CausewayError('internal', `a larger checkpoint than ${size} is stored already`);
  }

  latest(tree: SqliteTree): string | undefined {
    return this.#sql.latest.get(tree.id)?.['note'] as string | undefined;
  }

  /** Compare and swap in one statement, so that two requests that were checked against the same size cannot both be stored. */
  saveWitnessed(origin: string, old: number, size: number, root: Uint8Array, note: string): boolean {
    if (this.#sql.witnessNext.run(size, root, note, origin, old).changes === 1) return true;
    return old === 0 && this.#sql.witnessFirst.run(origin, size, root, note).changes === 1;
  }

  witnessed(origin: string): Witnessed | undefined {
    return this.#sql.witnessed.get(origin) as Witnessed | undefined;
  }
}
