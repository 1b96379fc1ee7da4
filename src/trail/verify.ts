/**
 * Verifying a data folder (trail.md): everything that can be recomputed is, our own logs and the mirrored ones, from consistent snapshots, beside
 * a running gateway or without one. What verifies here was not changed since it was signed; that nothing was signed twice, the mirrors show.
 */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Entry, StatedHead } from './entry.ts';
import type { TrailKeys } from './keys.ts';
import type { Incident } from './mirror.ts';
import { rootAt } from './proofs.ts';
import { Incidents } from './sqlite/incidents.ts';
import { MIRROR_FILE, openReadOnly } from './sqlite/layout.ts';
import { SqliteTree } from './sqlite/tree.ts';
import type { ExchangeRow } from './store.ts';
import { Found, verifyLog } from './verify-log.ts';
import type { LogReport, OriginRow, Visit, Whose, Wrong } from './verify-log.ts';

export interface TrailReport {
  readonly ok: boolean;
  /** Shards of our logs, then of the peers' as they are mirrored here. */
  readonly logs: readonly LogReport[];
  readonly exchanges: number;
  readonly evidence: number;
  /** Evidence records that entries name and that are gone with a lost disk: the entries came back from the peer's mirror, what is encrypted did not. */
  readonly evidenceLost: number;
  /** Open incidents of the mirror. */
  readonly incidents: readonly Incident[];
  /** The first wrong thing of each log, then of the rest; empty when all is well. */
  readonly wrong: readonly Wrong[];
}

/** Throws `config-invalid` if the folder holds no store of this layout, or a key is not one. Reads only; holds up no gateway. */
export function verifyTrail(folder: string, keys: TrailKeys): TrailReport {
  const mirror = existsSync(join(folder, MIRROR_FILE)) ? openReadOnly(folder, MIRROR_FILE) : undefined;
  const trail = openReadOnly(folder);
  try {
    // The mirror first: our own log, read later, has every checkpoint that an entry in it names.
    mirror?.exec('BEGIN');
    mirror?.prepare('SELECT count(*) FROM origin').get();
    trail.exec('BEGIN');
    return new Verification(trail, mirror, keys).report();
  } finally {
    trail.close();
    mirror?.close();
  }
}

interface Recorded {
  readonly log: string;
  readonly origin: string;
  readonly index: number;
  readonly step: Entry['step'];
  readonly head: StatedHead;
}

interface Redacted {
  readonly log: string;
  readonly origin: string;
  readonly index: number;
  /** base64. */
  readonly leaf: string;
}

interface Owed {
  readonly direction: string;
  readonly state: string;
  readonly steps: Set<string>;
}

interface Shard {
  readonly db: DatabaseSync;
  readonly row: OriginRow;
  readonly size: number;
}

class Verification {
  readonly #trail: DatabaseSync;
  readonly #mirror: DatabaseSync | undefined;
  readonly #keys: TrailKeys;
  readonly #wrong: Wrong[] = [];
  /** Heads of any log that entries name. */
  readonly #recorded: Recorded[] = [];
  /** Shards that are sound, by origin. */
  readonly #shards = new Map<string, Shard>();
  /** Exchanges by link and id, and the steps that their log shows. */
  readonly #exchanges = new Map<string, Owed>();
  /** Entries of ours that were redacted, and the decisions about any, by origin and index. */
  readonly #redacted: Redacted[] = [];
  readonly #decisions = new Map<string, Entry>();
  /** Entries that a `break` says are gone, by origin: sizes that the log is known to have had. */
  readonly #lost = new Map<string, number>();
  #evidenceLost = 0;

  constructor(trail: DatabaseSync, mirror: DatabaseSync | undefined, keys: TrailKeys) {
    this.#trail = trail;
    this.#mirror = mirror;
    this.#keys = keys;
  }

  report(): TrailReport {
    const exchanges = this.#rows('SELECT link, xid, direction, state FROM exchange') as unknown as Pick<ExchangeRow, 'link' | 'xid' | 'direction' | 'state'>[];
    for (const { link, xid, direction, state } of exchanges) this.#exchanges.set(`${link}\n${xid}`, { direction, state, steps: new Set() });
    const logs = [...this.#logs('ours', this.#trail), ...(this.#mirror === undefined ? [] : this.#logs('peer', this.#mirror))];
    // What ties the parts together can be judged only where the parts themselves are sound.
    if (this.#wrong.length === 0) {
      this.#checkRecorded();
      this.#checkRedacted();
      this.#checkExchanges();
    }
    const evidence = Number(this.#rows('SELECT count(*) AS count FROM evidence')[0]!['count']);
    const incidents = this.#mirror === undefined ? [] : new Incidents(this.#mirror).list('open');
    return { ok: this.#wrong.length === 0, logs, exchanges: this.#exchanges.size, evidence, evidenceLost: this.#evidenceLost, incidents, wrong: this.#wrong };
  }

  #rows(sql: string): Record<string, unknown>[] {
    return this.#trail.prepare(sql).all();
  }

  #logs(whose: Whose, db: DatabaseSync): LogReport[] {
    const origins = db.prepare('SELECT id, log, name, recovered FROM origin ORDER BY log, ordinal').all() as unknown as OriginRow[];
    return origins.flatMap((origin, at) => this.#log(whose, db, origin, origins[at - 1]?.log === origin.log ? origins[at - 1]?.name : undefined));
  }

  #log(whose: Whose, db: DatabaseSync, origin: OriginRow, before: string | undefined): LogReport[] {
    const evidenceOf = this.#trail.prepare('SELECT xid FROM evidence WHERE id = ?');
    const tokenOf = this.#trail.prepare('SELECT note, token FROM timestamp WHERE digest = ?');
    let first: Entry | undefined;
    const visit: Visit = (entry, index, leaf) => {
      if (index === 0) first = entry;
      if (entry === undefined) {
        const { log, name, recovered } = origin;
        // What came back from the peer as a leaf hash, the peer redacted in its mirror.
        if (whose === 'ours' && (recovered === null || index < recovered)) this.#redacted.push({ log, origin: name, index, leaf: Buffer.from(leaf).toString('base64') });
        return;
      }
      this.#note(origin, entry, index);
      if (whose === 'peer') return;
      const { xid, step, evidence } = entry;
      this.#exchanges.get(`${origin.log}\n${xid}`)?.steps.add(step);
      if (step === 'timestamp') checkTimestamp(origin, index, entry, tokenOf.get(entry.digest ?? ''));
      if (evidence !== undefined) this.#evidence(origin, index, evidence, xid, evidenceOf.get(evidence)?.['xid']);
    };
    try {
      const report = verifyLog(whose, db, origin, this.#keys, visit);
      if (before !== undefined && report.size > 0 && first?.previous === undefined) throw new Found({ log: origin.log, origin: origin.name, index: 0, part: 'shard', expected: `the head with which ${before} ended`, found: first?.step ?? 'nothing' });
      this.#shards.set(origin.name, { db, row: origin, size: report.size });
      return [report];
    } catch (thrown) {
      if (!(thrown instanceof Found)) throw thrown;
      this.#wrong.push(thrown.wrong);
      return [];
    }
  }

  #note({ log, name: origin }: OriginRow, entry: Entry, index: number): void {
    const { step, checkpoint, previous, lost, target } = entry;
    if (log === 'local' && step === 'redaction' && target !== undefined) this.#decisions.set(`${target.origin}/${target.index}`, entry);
    if (checkpoint !== undefined) this.#recorded.push({ log, origin, index, step, head: checkpoint });
    if (previous !== undefined) this.#recorded.push({ log, origin, index, step, head: previous });
    if (previous !== undefined && lost !== undefined) this.#lost.set(previous.origin, lost.size);
  }

  #evidence({ log, name, recovered }: OriginRow, index: number, id: string, xid: string | undefined, found: unknown): void {
    if (found === undefined && recovered !== null && index >= recovered) this.#evidenceLost += 1;
    else if (found !== xid) throw new Found({ log, origin: name, index, part: 'evidence', expected: `record ${id} of exchange ${xid}`, found: found === undefined ? 'no such record' : `a record of exchange ${String(found)}` });
  }

  /** Heads that entries name are recomputed wherever we hold the log; where we don't, they must grow from entry to entry. */
  #checkRecorded(): void {
    const trees = new Map<string, SqliteTree>();
    const last = new Map<string, StatedHead>();
    for (const { log, origin, index, step, head } of this.#recorded) {
      const wrong = (expected: string, found: string): void => void this.#wrong.push({ log, origin, index, part: head.origin === origin || step === 'previous-checkpoint' ? 'shard' : 'checkpoint', expected, found });
      const before = last.get(`${origin} ${head.origin}`);
      last.set(`${origin} ${head.origin}`, head);
      if (before !== undefined && (head.size < before.size || (head.size === before.size && head.root !== before.root))) wrong(`${head.origin} grown from ${before.size} entries`, `${head.size} entries`);
      const shard = this.#shards.get(head.origin);
      if (shard === undefined || this.#isGone(head, shard)) continue;
      const tree = trees.get(head.origin) ?? new SqliteTree(shard.db, shard.row.id, shard.row.name);
      trees.set(head.origin, tree);
      const root = head.size <= tree.size ? Buffer.from(rootAt(head.size, tree.read)).toString('base64') : undefined;
      if (root !== head.root) wrong(`${head.root} as root of ${head.origin} at ${head.size}`, root ?? `${tree.size} entries`);
      if (step === 'previous-checkpoint' && head.size !== shard.size) wrong(`${head.origin} of ${shard.size} entries, its last head`, `${head.size} entries`);
    }
  }

  /** A head beyond what is left of a log that was restored. A mirror may be behind what our own log says of it, too, when it was restored. */
  #isGone(head: StatedHead, { db, size }: Shard): boolean {
    if (head.size <= size) return false;
    return db === this.#mirror || head.size <= (this.#lost.get(head.origin) ?? 0);
  }

  /** Nothing is redacted but by a decision, which says of which statement the entry was. */
  #checkRedacted(): void {
    for (const { log, origin, index, leaf } of this.#redacted) {
      const decision = this.#decisions.get(`${origin}/${index}`);
      if (decision?.target?.leaf !== leaf) this.#wrong.push({ log, origin, index, part: 'entry', expected: 'its bytes, or a decision in the local log that it be redacted', found: decision === undefined ? 'neither' : `a decision about an entry with leaf hash ${decision.target?.leaf}` });
      else this.#exchanges.get(`${log}\n${decision.xid}`)?.steps.add(decision.target.step ?? '');
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

/** The token and the note that an entry names. Tokens are not mirrored: of entries that came back from the peer they are gone with the disk. */
function checkTimestamp({ log, name, recovered }: OriginRow, index: number, { digest, checkpoint }: Entry, row: Record<string, unknown> | undefined): void {
  if (row === undefined && recovered !== null && index >= recovered) return;
  const wrong = (expected: string, found: string): never => {
    throw new Found({ log, origin: name, index, part: 'timestamp', expected, found });
  };
  if (row === undefined) return wrong(`the token ${digest}`, 'no such token');
  const [token, note] = [hash('sha256', row['token'] as Uint8Array, 'base64url'), hash('sha256', row['note'] as string, 'base64url')];
  if (token !== digest) wrong(`the token ${digest}`, `a token ${token}`);
  if (note !== checkpoint?.note) wrong(`the note ${checkpoint?.note}, over which the token is`, `a note ${note}`);
}
