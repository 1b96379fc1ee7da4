/** Destroying what opens the records of exchanges. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import type { Awaited } from './awaited.ts';
import type { RecordKeys } from './evidence.ts';
import type { Exchanges } from './exchanges.ts';
import type { KeptFiles } from './files.ts';
import type { Erased, ErasedAgain, Expired, LogName } from '../store.ts';

/** In keys.db: how far its keys are those that a log leaves. A copy of it from a backup is as far behind as its keys are. */
export const ERASURE_TABLE = 'CREATE TABLE followed (log TEXT PRIMARY KEY, origin TEXT NOT NULL, next INTEGER NOT NULL) STRICT;';

const STEP = '"step":"erasure"';

interface Parts {
  readonly keys: RecordKeys;
  readonly exchanges: Exchanges;
  readonly kept: KeptFiles;
  readonly awaited: Awaited;
}

export class Erasing {
  readonly #parts: Parts;
  readonly #next: StatementSync;
  readonly #shards: StatementSync;
  readonly #erasures: StatementSync;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    // Rows come in the order of time: whoever goes on where the last call ended reads each of them once.
    this.#next = db.prepare('SELECT rowid AS row, xid, link, created_at AS at FROM evidence WHERE rowid > ? ORDER BY rowid LIMIT ?');
    this.#shards = db.prepare('SELECT origin.id, name, size FROM origin JOIN head ON head.origin = origin.id WHERE log = ? ORDER BY ordinal');
    this.#erasures = db.prepare(`SELECT bytes FROM entry WHERE origin = ? AND idx >= ? AND bytes IS NOT NULL AND instr(bytes, CAST('${STEP}' AS BLOB)) > 0`);
  }

  erase(xid: string): Erased {
    const { erased, dropped } = this.#eraseAll([xid]);
    return { erased: erased.length > 0, dropped };
  }

  expire(link: string, before: number, after: number, limit: number): Expired {
    const rows = this.#next.all(after, limit) as { row: number; xid: string; link: string; at: number }[];
    const young = rows.findIndex(({ at }) => at > before);
    const due = young === -1 ? rows : rows.slice(0, young);
    const last = due.at(-1);
    if (last === undefined) return { erased: 0, dropped: [] };
    const ours = due.filter((row) => row.link === link).map(({ xid }) => xid);
    const { erased, dropped } = this.#eraseAll([...new Set(ours)]);
    return { erased: erased.length, dropped, after: last.row };
  }

  eraseAgain(log: LogName): ErasedAgain {
    const { keys } = this.#parts;
    const shards = this.#shards.all(log) as { id: number; name: string; size: number }[];
    const followed = keys.followed(log);
    const at = Math.max(0, shards.findIndex(({ name }) => name === followed?.origin));
    const entries = shards.slice(at).flatMap(({ id, name }) => this.#erasures.all(id, name === followed?.origin ? followed.next : 0));
    const xids = entries.flatMap(({ bytes }) => erasedBy(parseEntry(bytes as Uint8Array))).filter((xid) => keys.get(xid) !== undefined);
    const { erased, dropped } = xids.length === 0 ? { erased: [], dropped: [] } : this.#eraseAll(xids);
    const last = shards.at(-1);
    // The keys first: what a crash leaves undone is found again.
    if (last !== undefined && (last.name !== followed?.origin || last.size > followed.next)) keys.follow(log, last.name, last.size);
    return { erased, dropped };
  }

  #eraseAll(xids: readonly string[]): { readonly erased: readonly string[]; readonly dropped: readonly string[] } {
    const { keys, exchanges, kept, awaited } = this.#parts;
    const erased = keys.eraseAll(xids);
    for (const xid of xids) {
      exchanges.forgetContents(xid);
      awaited.forget(xid);
    }
    return { erased, dropped: [...kept.orphans(), ...xids.flatMap((xid) => kept.dropEvidence(xid))] };
  }
}

/** The exchange whose key an entry says was destroyed. One that says that the evidence is kept erased nothing; one of the retention names no exchange, and is done again by their age. */
function erasedBy({ xid, code }: Entry): string[] {
  return xid === undefined || code !== undefined ? [] : [xid];
}
