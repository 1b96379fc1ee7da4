/**
 * Verifying a data folder (trail.md): everything that can be recomputed is, from one consistent snapshot, beside a running gateway or
 * without one. What verifies here was not changed since it was signed; that nothing was signed twice, only the peer's copy can show.
 */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { Entry } from './entry.ts';
import { logVerifier, witnessVerifiers } from './keys.ts';
import type { TrailKeys } from './keys.ts';
import { rootAt } from './proofs.ts';
import { openReadOnly } from './sqlite-layout.ts';
import { SqliteTree } from './sqlite-tree.ts';
import type { ExchangeRow } from './store.ts';
import { Found, verifyLog } from './verify-log.ts';
import type { LogReport, OriginRow, Wrong } from './verify-log.ts';

export interface TrailReport {
  readonly ok: boolean;
  readonly logs: readonly LogReport[];
  /** Checkpoints of peers that we cosigned. */
  readonly witnessed: readonly { readonly origin: string; readonly size: number }[];
  readonly exchanges: number;
  readonly evidence: number;
  /** The first wrong thing of each log, then of the rest; empty when all is well. */
  readonly wrong: readonly Wrong[];
}

/** Throws `config-invalid` if the folder holds no store of this layout, or a key is not one. Reads only; holds up no gateway. */
export function verifyTrail(folder: string, keys: TrailKeys): TrailReport {
  const db = openReadOnly(folder);
  try {
    db.exec('BEGIN');
    return new Verification(db, keys).report();
  } finally {
    db.close();
  }
}

interface Recorded {
  readonly log: string;
  readonly origin: string;
  readonly index: number;
  readonly checkpoint: NonNullable<Entry['checkpoint']>;
}

interface Owed {
  readonly direction: string;
  readonly state: string;
  readonly steps: Set<string>;
}

class Verification {
  readonly #db: DatabaseSync;
  readonly #keys: TrailKeys;
  readonly #wrong: Wrong[] = [];
  /** Our own checkpoints that entries of another log name, and the peers'. */
  readonly #recorded: Recorded[] = [];
  /** Exchanges by link and id, and the steps that their log shows. */
  readonly #exchanges = new Map<string, Owed>();

  constructor(db: DatabaseSync, keys: TrailKeys) {
    this.#db = db;
    this.#keys = keys;
  }

  report(): TrailReport {
    const exchanges = this.#rows('SELECT link, xid, direction, state FROM exchange') as unknown as Pick<ExchangeRow, 'link' | 'xid' | 'direction' | 'state'>[];
    for (const { link, xid, direction, state } of exchanges) this.#exchanges.set(`${link}\n${xid}`, { direction, state, steps: new Set() });
    const origins = this.#rows('SELECT id, log, name FROM origin ORDER BY id') as unknown as OriginRow[];
    const logs = origins.flatMap((origin) => this.#log(origin));
    const witnessed = this.#witnessed();
    // What ties the parts together can be judged only where the parts themselves are sound.
    if (this.#wrong.length === 0) {
      this.#checkRecorded(origins);
      this.#checkExchanges();
    }
    const evidence = Number(this.#rows('SELECT count(*) AS count FROM evidence')[0]!['count']);
    return { ok: this.#wrong.length === 0, logs, witnessed, exchanges: this.#exchanges.size, evidence, wrong: this.#wrong };
  }

  #rows(sql: string): Record<string, unknown>[] {
    return this.#db.prepare(sql).all();
  }

  #log(origin: OriginRow): LogReport[] {
    const record = this.#db.prepare('SELECT xid FROM evidence WHERE id = ?');
    const visit = (entry: Entry, index: number): void => {
      const { xid, step, evidence, checkpoint } = entry;
      if (checkpoint !== undefined) this.#recorded.push({ log: origin.log, origin: origin.name, index, checkpoint });
      this.#exchanges.get(`${origin.log}\n${xid}`)?.steps.add(step);
      if (evidence === undefined) return;
      const found = record.get(evidence)?.['xid'];
      if (found !== xid) throw new Found({ log: origin.log, origin: origin.name, index, part: 'evidence', expected: `record ${evidence} of exchange ${xid}`, found: found === undefined ? 'no such record' : `a record of exchange ${String(found)}` });
    };
    try {
      return [verifyLog(this.#db, origin, this.#keys, visit)];
    } catch (thrown) {
      if (!(thrown instanceof Found)) throw thrown;
      this.#wrong.push(thrown.wrong);
      return [];
    }
  }

  #witnessed(): { origin: string; size: number }[] {
    const witnesses = witnessVerifiers(this.#keys);
    return this.#rows('SELECT origin, size, root, note FROM witnessed ORDER BY origin').flatMap((row) => {
      const origin = row['origin'] as string;
      const size = row['size'] as number;
      const problem = this.#witnessedProblem(origin, size, row['root'] as Uint8Array, row['note'] as string, witnesses);
      if (problem === undefined) return [{ origin, size }];
      this.#wrong.push({ log: 'witnessed', origin, part: 'witnessed', expected: 'a checkpoint signed by the log and cosigned here', found: problem });
      return [];
    });
  }

  #witnessedProblem(origin: string, size: number, root: Uint8Array, note: string, witnesses: ReturnType<typeof witnessVerifiers>): string | undefined {
    const verifier = logVerifier(this.#keys, origin);
    if (verifier === undefined) return 'no key of this log among the keys given';
    try {
      const { head, cosigned } = openCheckpoint(note, verifier, witnesses);
      if (cosigned.length === 0) return 'no cosignature of a known witness';
      return head.origin === origin && head.size === size && Buffer.compare(head.root, root) === 0 ? undefined : `a note about ${head.origin} of ${head.size} entries`;
    } catch (thrown) {
      if (thrown instanceof CausewayError) return thrown.message;
      throw thrown;
    }
  }

  /** Checkpoints of our own logs are recomputed; those of a peer must grow from entry to entry. */
  #checkRecorded(origins: readonly OriginRow[]): void {
    const trees = new Map(origins.map(({ id, name }) => [name, new SqliteTree(this.#db, id, name)]));
    const last = new Map<string, Recorded['checkpoint']>();
    for (const { log, origin, index, checkpoint } of this.#recorded) {
      const tree = trees.get(checkpoint.origin);
      const before = last.get(checkpoint.origin);
      last.set(checkpoint.origin, checkpoint);
      if (before !== undefined && (checkpoint.size < before.size || (checkpoint.size === before.size && checkpoint.root !== before.root))) {
        this.#wrong.push({ log, origin, index, part: 'checkpoint', expected: `${checkpoint.origin} grown from ${before.size} entries`, found: `${checkpoint.size} entries` });
      }
      const root = tree && checkpoint.size <= tree.size ? Buffer.from(rootAt(checkpoint.size, tree.read)).toString('base64') : undefined;
      if (tree !== undefined && root !== checkpoint.root) {
        this.#wrong.push({ log, origin, index, part: 'checkpoint', expected: `${checkpoint.root} as root of ${checkpoint.origin} at ${checkpoint.size}`, found: root ?? `${tree.size} entries` });
      }
    }
  }

  /** Release gates: nothing was sent, handed over or answered without its entry. */
  #checkExchanges(): void {
    for (const [key, { direction, state, steps }] of this.#exchanges) {
      const missing = (state === 'answered' ? ['request', 'response'] : ['request']).find((step) => !steps.has(step));
      if (missing === undefined) continue;
      const [link, xid] = key.split('\n') as [string, string];
      this.#wrong.push({ log: link, origin: link, part: 'exchange', expected: `a ${missing} entry of the ${direction} exchange ${xid}, which is ${state}`, found: 'none' });
    }
  }
}
