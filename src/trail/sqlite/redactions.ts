/** Redacted entries: the decisions about them, as the local log has them, and taking their bytes out of a file. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';

/** Decisions by the entry that they are about. Reads the local log once, and what is new of it when it is asked again: few logs have a redacted entry, and those have few. */
export class Redactions {
  readonly #new: ReturnType<DatabaseSync['prepare']>;
  readonly #decisions = new Map<string, Entry>();
  #read = { origin: 0, idx: -1 };

  /** `trail`: trail.db, which has the local log. */
  constructor(trail: DatabaseSync) {
    this.#new = trail.prepare("SELECT entry.origin, idx, bytes FROM entry JOIN origin ON origin.id = entry.origin WHERE log = 'local' AND (entry.origin, idx) > (?, ?) ORDER BY entry.origin, idx");
  }

  /** The decision that stands for a redacted entry; undefined where none is known here. */
  find(origin: string, index: number): Entry | undefined {
    const name = `${origin}/${index}`;
    if (!this.#decisions.has(name)) this.#readOn();
    return this.#decisions.get(name);
  }

  #readOn(): void {
    for (const { origin, idx, bytes } of this.#new.iterate(this.#read.origin, this.#read.idx)) {
      this.#read = { origin: origin as number, idx: idx as number };
      if (!(bytes instanceof Uint8Array) || !Buffer.from(bytes).includes('"step":"redaction"')) continue;
      const decision = parseEntry(bytes);
      if (decision.target !== undefined) this.#decisions.set(`${decision.target.origin}/${decision.target.index}`, decision);
    }
  }
}

/** Takes the bytes of an entry out of a file: `also` is done in the same transaction. When it returns, the file and its write-ahead log do not hold them. Throws `store-unavailable` where a reader kept it from being so. */
export function removeBytes<T>(db: DatabaseSync, origin: string, index: number, transaction: (change: () => T) => T, also: () => T): T {
  db.exec('PRAGMA secure_delete = ON');
  const done = transaction(() => {
    db.prepare('UPDATE entry SET bytes = NULL WHERE idx = ? AND origin = (SELECT id FROM origin WHERE name = ?)').run(index, origin);
    return also();
  });
  if (db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] !== 0) throw new CausewayError('store-unavailable', 'the trail is being read: the write-ahead log still holds the redacted bytes');
  db.exec('PRAGMA secure_delete = OFF');
  return done;
}
