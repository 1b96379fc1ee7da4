/** Destroying what opens the records of exchanges. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Awaited } from './awaited.ts';
import type { RecordKeys } from './evidence.ts';
import type { Exchanges } from './exchanges.ts';
import type { KeptFiles } from './files.ts';
import type { Erased, Expired } from '../store.ts';

interface Parts {
  readonly keys: RecordKeys;
  readonly exchanges: Exchanges;
  readonly kept: KeptFiles;
  readonly awaited: Awaited;
}

export class Erasing {
  readonly #parts: Parts;
  readonly #next: StatementSync;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    // Rows come in the order of time: whoever goes on where the last call ended reads each of them once.
    this.#next = db.prepare('SELECT rowid AS row, xid, link, created_at AS at FROM evidence WHERE rowid > ? ORDER BY rowid LIMIT ?');
  }

  erase(xid: string): Erased {
    const { erased, dropped } = this.#eraseAll([xid]);
    return { erased: erased > 0, dropped };
  }

  expire(link: string, before: number, after: number, limit: number): Expired {
    const rows = this.#next.all(after, limit) as { row: number; xid: string; link: string; at: number }[];
    const young = rows.findIndex(({ at }) => at > before);
    const due = young === -1 ? rows : rows.slice(0, young);
    const last = due.at(-1);
    if (last === undefined) return { erased: 0, dropped: [] };
    const ours = due.filter((row) => row.link === link).map(({ xid }) => xid);
    return { ...this.#eraseAll([...new Set(ours)]), after: last.row };
  }

  #eraseAll(xids: readonly string[]): { readonly erased: number; readonly dropped: readonly string[] } {
    const { keys, exchanges, kept, awaited } = this.#parts;
    const erased = keys.eraseAll(xids);
    for (const xid of xids) {
      exchanges.forgetContents(xid);
      awaited.forget(xid);
    }
    return { erased: erased.length, dropped: [...kept.orphans(), ...xids.flatMap((xid) => kept.dropEvidence(xid))] };
  }
}
