/** Signed containers that are still to be fetched from security servers, in trail.db. Runs in the store's worker. */
import type { DatabaseSync } from 'node:sqlite';
import type { AwaitedChange, AwaitedContainer } from '../store.ts';

function statements(db: DatabaseSync) {
  return {
    put: db.prepare('INSERT INTO awaited (xid, step, due, about) VALUES (?, ?, ?, ?) ON CONFLICT (xid, step) DO UPDATE SET due = excluded.due, about = excluded.about'),
    remove: db.prepare('DELETE FROM awaited WHERE xid = ? AND step = ?'),
    forget: db.prepare('DELETE FROM awaited WHERE xid = ?'),
    due: db.prepare('SELECT about FROM awaited WHERE due <= ? ORDER BY due LIMIT ?'),
    count: db.prepare('SELECT count(*) AS rows FROM awaited'),
  };
}

export class Awaited {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** Part of a commit. */
  apply(change: AwaitedChange): void {
    if (change.kind === 'remove') this.#sql.remove.run(change.xid, change.step);
    else this.#sql.put.run(change.row.xid, change.row.step, change.row.due, JSON.stringify(change.row));
  }

  /** Of an exchange whose evidence is erased. */
  forget(xid: string): void {
    this.#sql.forget.run(xid);
  }

  due(now: number, limit: number): AwaitedContainer[] {
    return this.#sql.due.all(now, limit).map(({ about }) => JSON.parse(about as string) as AwaitedContainer);
  }

  count(): number {
    return this.#sql.count.get()?.['rows'] as number;
  }
}
