/** Time-stamp tokens over checkpoints of our logs. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import type { TimestampRow } from '../store.ts';

function statements(db: DatabaseSync) {
  return {
    insert: db.prepare('INSERT INTO timestamp (digest, origin, size, authority, time, note, token) SELECT ?, id, ?, ?, ?, ?, ? FROM origin WHERE name = ?'),
    largest: db.prepare('SELECT name AS origin, max(size) AS size FROM timestamp JOIN origin ON origin.id = timestamp.origin WHERE authority = ? GROUP BY name'),
  };
}

export class Timestamps {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** Part of a commit. Throws `internal` for an origin that is not ours. */
  insert({ digest, size, authority, time, note, token, origin }: TimestampRow): void {
    if (this.#sql.insert.run(digest, size, authority, time, note, token, origin).changes !== 1) throw new CausewayError('internal', `a time-stamp over ${origin}, which is no log of ours`);
  }

  largest(authority: string): Pick<TimestampRow, 'origin' | 'size'>[] {
    return this.#sql.largest.all(authority) as unknown as Pick<TimestampRow, 'origin' | 'size'>[];
  }
}
