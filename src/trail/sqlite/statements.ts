/**
 * What the two logs of a link owe each other (trail.md, "Promises"): every statement that crossed stands in both, and what an answer promised of
 * the peer's log is there in time. Follows our own log and the mirror entry by entry. Runs in the mirror's worker, inside its transaction.
 */
import type { DatabaseSync } from 'node:sqlite';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import type { Breach } from '../mirror.ts';
import type { Redactions } from './redactions.ts';
import type { Shards } from './shards.ts';

/** Milliseconds within which the other log must show a statement, as promises have it. */
const DUE_MS = 120_000;
/** Milliseconds that a statement which both logs show is remembered: copies may come that late. */
const REMEMBERED_MS = 86_400_000;
/** Entries of our own log that are looked at in one transaction. */
const AT_ONCE = 20_000;

export const STATEMENT_TABLES = `
CREATE TABLE statement (
  link TEXT NOT NULL, core TEXT NOT NULL, ours INTEGER NOT NULL, theirs INTEGER NOT NULL, received INTEGER NOT NULL, lost INTEGER NOT NULL DEFAULT 0,
  step TEXT NOT NULL, xid TEXT NOT NULL, origin TEXT NOT NULL, idx INTEGER NOT NULL, t INTEGER NOT NULL, PRIMARY KEY (link, core)) STRICT, WITHOUT ROWID;
CREATE INDEX statement_open ON statement (link, t) WHERE ours + theirs < 2;
CREATE INDEX statement_settled ON statement (t) WHERE ours + theirs = 2;
CREATE TABLE promise (link TEXT NOT NULL, origin TEXT NOT NULL, idx INTEGER NOT NULL, leaf TEXT NOT NULL, by INTEGER NOT NULL, xid TEXT NOT NULL, state TEXT NOT NULL, found TEXT, PRIMARY KEY (link, origin, idx, leaf)) STRICT, WITHOUT ROWID;
CREATE TABLE followed (link TEXT PRIMARY KEY, origin TEXT NOT NULL, next INTEGER NOT NULL) STRICT;
CREATE TABLE vouched (origin TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT;
`;

function statements(db: DatabaseSync) {
  return {
    ours: db.prepare(`INSERT INTO statement (link, core, ours, theirs, received, step, xid, origin, idx, t) VALUES (?, ?, 1, 0, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET ours = 1, received = excluded.received, step = excluded.step, origin = excluded.origin, idx = excluded.idx, t = excluded.t WHERE ours = 0`),
    theirs: db.prepare('INSERT INTO statement (link, core, ours, theirs, received, step, xid, origin, idx, t) VALUES (?, ?, 0, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET theirs = 1'),
    forget: db.prepare('DELETE FROM statement WHERE ours + theirs = 2 AND t < ?'),
    lose: db.prepare('UPDATE statement SET lost = 1 WHERE link = ? AND ours + theirs < 2 AND ours = 1 AND t <= ?'),
    promise: db.prepare("INSERT INTO promise (link, origin, idx, leaf, by, xid, state) VALUES (?, ?, ?, ?, ?, ?, 'open') ON CONFLICT DO NOTHING"),
    open: db.prepare("SELECT origin, idx, leaf, by FROM promise WHERE link = ? AND state = 'open'"),
    kept: db.prepare("DELETE FROM promise WHERE link = ? AND origin = ? AND idx = ? AND leaf = ?"),
    breached: db.prepare('UPDATE promise SET state = ?, found = ? WHERE link = ? AND origin = ? AND idx = ? AND leaf = ?'),
    losePromises: db.prepare("UPDATE promise SET state = 'lost' WHERE link = ? AND origin = ? AND idx >= ?"),
    beyond: db.prepare("SELECT count(*) AS count FROM promise WHERE link = ? AND origin = ? AND idx >= ? AND state <> 'lost'"),
    followed: db.prepare('SELECT origin, next FROM followed WHERE link = ?'),
    follow: db.prepare('INSERT INTO followed (link, origin, next) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET origin = excluded.origin, next = excluded.next'),
    vouched: db.prepare('SELECT size FROM vouched WHERE origin = ?'),
    vouch: db.prepare('INSERT INTO vouched (origin, size) VALUES (?, ?) ON CONFLICT DO UPDATE SET size = max(size, excluded.size)'),
    leaf: db.prepare('SELECT leaf FROM entry JOIN origin ON origin.id = entry.origin WHERE name = ? AND idx = ?'),
    overdue: db.prepare('SELECT * FROM statement WHERE ours + theirs < 2 AND link = ? AND t < ? ORDER BY t'),
    promises: db.prepare("SELECT * FROM promise WHERE link = ? AND state <> 'open' ORDER BY by"),
    links: db.prepare('SELECT origin.log AS link, max(witnessed.at) AS at FROM witnessed JOIN origin ON origin.id = witnessed.origin GROUP BY origin.log'),
  };
}

export class Statements {
  readonly #sql: ReturnType<typeof statements>;
  readonly #redactions: Redactions | undefined;

  /** `redactions`: needed to follow our own log. */
  constructor(db: DatabaseSync, redactions?: Redactions) {
    this.#sql = statements(db);
    this.#redactions = redactions;
  }

  /** An entry of the peer's log that has just been mirrored, or the decision that stands for it. */
  seen(link: string, origin: string, index: number, entry: Entry): void {
    const { core, xid, step, chain, t, previous } = entry;
    if (core !== undefined && xid !== undefined) this.#sql.theirs.run(link, core, chain === undefined ? 0 : 1, stepIn(entry), xid, origin, index, t.ms);
    if (step !== 'break' || previous === undefined) return;
    // The peer's log was restored, and says so: what it had beyond is a recorded loss, no breach.
    this.#sql.lose.run(link, t.ms);
    this.#sql.losePromises.run(link, previous.origin, previous.size);
  }

  /** Judges what has come due. `now`: UTC milliseconds of the checkpoint that is being cosigned. */
  settle(link: string, now: number): void {
    for (const row of this.#sql.open.all(link)) this.#judge(link, row as unknown as OpenPromise, now);
    this.#sql.forget.run(now - REMEMBERED_MS);
  }

  /** How much of a shard of the peer's log our own log says that we cosigned. */
  vouchedFor(origin: string): number {
    return Number(this.#sql.vouched.get(origin)?.['size'] ?? 0);
  }

  /** Promises about entries of a shard from `index` on. */
  promisesBeyond(link: string, origin: string, index: number): number {
    return Number(this.#sql.beyond.get(link, origin, index)!['count']);
  }

  /** What is owed and did not come, up to the latest checkpoint that we cosigned of each link. */
  breaches(): Breach[] {
    return (this.#sql.links.all() as { link: string; at: number }[]).flatMap(({ link, at }) => [
      ...this.#sql.promises.all(link).map((row) => promiseBreach(link, row)),
      ...this.#sql.overdue.all(link, at - DUE_MS).flatMap((row) => statementBreach(link, row)),
    ]);
  }

  /** Looks at what is new in our own log: before the peer's entries, so that a `break` among them finds what it concerns. */
  follow(link: string, ours: Shards): void {
    const heads = ours.heads(link).filter(({ size }) => size > 0);
    const followed = this.#sql.followed.get(link) as { origin: string; next: number } | undefined;
    const from = Math.max(0, heads.findIndex(({ origin }) => origin === followed?.origin));
    let left = AT_ONCE;
    for (const [at, { origin, size }] of heads.slice(from).entries()) {
      const next = at === 0 && origin === followed?.origin ? followed.next : 0;
      const to = Math.min(size, next + left);
      ours.entries(ours.find(origin)!, next, to).forEach((bytes, n) => {
        const entry = bytes === undefined ? this.#redactions?.find(origin, next + n) : parseEntry(bytes);
        if (entry !== undefined) this.#own(link, origin, next + n, entry);
      });
      this.#sql.follow.run(link, origin, to);
      left -= to - next;
      if (left === 0) return;
    }
  }

  #own(link: string, origin: string, index: number, entry: Entry): void {
    const { core, xid, step, chain, t, promise, checkpoint } = entry;
    if (core !== undefined && xid !== undefined) this.#sql.ours.run(link, core, chain === undefined ? 0 : 1, stepIn(entry), xid, origin, index, t.ms);
    if (promise !== undefined && xid !== undefined) this.#sql.promise.run(link, promise.origin, promise.index, promise.leaf, promise.by, xid);
    if (step === 'peer-checkpoint' && checkpoint !== undefined) this.#sql.vouch.run(checkpoint.origin, checkpoint.size);
  }

  /** A promise is breached if a checkpoint larger than its index has another leaf there, or if one that was issued after `by` is not larger. */
  #judge(link: string, { origin, idx, leaf, by }: OpenPromise, now: number): void {
    const found = this.#sql.leaf.get(origin, idx)?.['leaf'];
    const there = found instanceof Uint8Array ? Buffer.from(found).toString('base64') : undefined;
    if (there === leaf) this.#sql.kept.run(link, origin, idx, leaf);
    else if (there !== undefined) this.#sql.breached.run('other', there, link, origin, idx, leaf);
    else if (by * 1000 < now) this.#sql.breached.run('late', null, link, origin, idx, leaf);
  }
}

/** Of a redacted entry, what it was. */
function stepIn({ step, target }: Entry): string {
  return step === 'redaction' ? (target?.step ?? step) : step;
}

interface OpenPromise {
  readonly origin: string;
  readonly idx: number;
  readonly leaf: string;
  readonly by: number;
}

type Row = Readonly<Record<string, unknown>>;

const PROMISES: Readonly<Record<string, Breach['kind']>> = { other: 'promise-other-leaf', late: 'promise-late', lost: 'lost' };

function promiseBreach(link: string, { origin, idx, xid, by, state, leaf, found }: Row): Breach {
  const more = typeof found === 'string' ? { found } : {};
  return { kind: PROMISES[state as string] ?? 'lost', link, xid: xid as string, whose: 'peer', origin: origin as string, index: idx as number, dueAt: (by as number) * 1000, leaf: leaf as string, ...more };
}

/** A question that was never answered need not be in the log of the side that was asked: nobody says that it arrived. `received`: the side whose entry this is had the statement from the other. */
function statementBreach(link: string, { ours, received, lost, step, xid, origin, idx, t }: Row): Breach[] {
  const about = { link, xid: xid as string, origin: origin as string, index: idx as number, dueAt: (t as number) + DUE_MS, step: step as string };
  if (received === 0 && step === 'request') return [];
  if (ours === 0) return [{ ...about, kind: 'unknown-here', whose: 'peer' }];
  if (lost === 1) return [{ ...about, kind: 'lost', whose: 'ours' }];
  return [{ ...about, kind: received === 1 ? 'missing-there' : 'unacknowledged', whose: 'ours' }];
}
