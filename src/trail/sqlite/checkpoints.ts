/** The latest signed note of each shard of our logs, and the latest that a public witness cosigned: a table each. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';

export const PUBLICLY_WITNESSED_TABLE = 'CREATE TABLE publicly_witnessed (origin INTEGER PRIMARY KEY REFERENCES origin, size INTEGER NOT NULL, note TEXT NOT NULL) STRICT;';

type CheckpointTable = 'checkpoint' | 'publicly_witnessed';

function statements(db: DatabaseSync, table: CheckpointTable) {
  return {
    committed: db.prepare('SELECT origin.id, coalesce(head.size, 0) AS size FROM origin LEFT JOIN head ON head.origin = origin.id WHERE name = ?'),
    save: db.prepare(`INSERT INTO ${table} (origin, size, note) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note WHERE excluded.size >= size`),
    latest: db.prepare(`SELECT note FROM ${table} AS latest JOIN origin ON origin.id = latest.origin WHERE name = ?`),
  };
}

export class Checkpoints {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync, table: CheckpointTable) {
    this.#sql = statements(db, table);
  }

  /** Throws `internal` for a size beyond what is committed, or below the size of the stored note. */
  save(origin: string, size: number, note: string): void {
    const committed = this.#sql.committed.get(origin) as { id: number; size: number } | undefined;
    if (committed === undefined || size > committed.size) throw new CausewayError('internal', `checkpoint of ${size} entries of ${origin}, committed are ${committed?.size ?? 'none'}`);
    if (this.#sql.save.run(committed.id, size, note).changes !== 1) throw new CausewayError('internal', `a larger checkpoint than ${size} is stored already`);
  }

  latest(origin: string): string | undefined {
    return this.#sql.latest.get(origin)?.['note'] as string | undefined;
  }
}
