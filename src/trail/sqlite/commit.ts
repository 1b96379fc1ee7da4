/** The group commit: one transaction for all who wait, in which each commit stands alone. Runs in the store's worker. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import type { Awaited } from './awaited.ts';
import type { EvidenceRecords, NewKey, RecordKeys } from './evidence.ts';
import type { NewSubjects } from './subjects.ts';
import type { Exchanges } from './exchanges.ts';
import type { KeptFiles } from './files.ts';
import type { Logs } from './logs.ts';
import type { Timestamps } from './timestamps.ts';
import type { Outcome, WireCommit } from './wire.ts';
import type { CommitResult } from '../store.ts';

const SQLITE_CONSTRAINT = 19;

function isConstraint(thrown: unknown): boolean {
  const code = (thrown as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && (code & 0xff) === SQLITE_CONSTRAINT;
}

/** The one commit of a batch to which this happened; the others go on. Anything else is the database's failure and ends the batch. */
function ownFailure(thrown: unknown): CausewayError | undefined {
  if (thrown instanceof CausewayError && thrown.code === 'internal') return thrown;
  if (isConstraint(thrown)) return new CausewayError('internal', 'the commit breaks a rule of the tables, or an evidence id is taken', { cause: thrown });
  return undefined;
}

/** What a batch adds to the key store. */
interface Fresh {
  readonly keys: Map<string, NewKey>;
  readonly subjects: NewSubjects[];
}

interface Parts {
  readonly logs: Logs;
  readonly exchanges: Exchanges;
  readonly evidence: EvidenceRecords;
  readonly timestamps: Timestamps;
  readonly awaited: Awaited;
  readonly keys: RecordKeys;
  readonly kept: KeptFiles;
}

export class GroupCommit {
  readonly #sql: Readonly<Record<'begin' | 'commit' | 'mark' | 'undo' | 'release', StatementSync>>;
  readonly #parts: Parts;

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts;
    this.#sql = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      mark: db.prepare('SAVEPOINT one'),
      undo: db.prepare('ROLLBACK TO one'),
      release: db.prepare('RELEASE one'),
    };
  }

  /**
   * Outcomes in the order of `commits`, durable when it returns. Throws when the database fails: then nothing may be believed, neither
   * the tables nor the trees in memory, until the store is opened anew.
   */
  run(commits: readonly WireCommit[]): Outcome<CommitResult>[] {
    const { logs, keys } = this.#parts;
    const fresh: Fresh = { keys: new Map(), subjects: [] };
    this.#sql.begin.run();
    const outcomes = commits.map((commit) => this.#one(commit, fresh));
    logs.saveHeads();
    // Keys are durable before the ciphertexts that need them; a crash in between leaves a key that no record uses.
    if (fresh.keys.size > 0 || fresh.subjects.length > 0) keys.put(fresh);
    this.#sql.commit.run();
    return outcomes;
  }

  /** Once its changes stand, nothing of a commit can fail any more but the database itself: then the trees in memory may grow. */
  #one(commit: WireCommit, fresh: Fresh): Outcome<CommitResult> {
    const unknown = commit.entries.find(([log]) => !this.#parts.logs.has(log));
    if (unknown !== undefined) return { failure: { code: 'internal', message: `no log "${unknown[0]}" in this store` } };
    const changed = this.#change(commit, fresh);
    if (!('dropped' in changed)) return changed;
    return { value: { kind: 'committed', appended: commit.entries.map(([log, json]) => this.#parts.logs.append(log, json)), dropped: changed.dropped } };
  }

  /** Exchange, evidence, awaited container, time-stamp and files of one commit, or why it is refused: then nothing of it is left in the transaction. */
  #change(commit: WireCommit, fresh: Fresh): Outcome<CommitResult> | { readonly dropped: readonly string[] } {
    const { exchange, evidence, timestamp, awaited } = commit;
    if ([exchange, evidence, timestamp, awaited].every((part) => part === undefined)) return { dropped: [] };
    this.#sql.mark.run();
    try {
      const holder = exchange && this.#parts.exchanges.apply(exchange);
      if (holder !== undefined) return this.#undone({ value: { kind: 'conflict', row: holder } });
      const key = evidence && this.#parts.evidence.insert(evidence, fresh.keys);
      if (key !== undefined) fresh.keys.set(key.xid, key);
      if (awaited !== undefined) this.#parts.awaited.apply(awaited);
      if (timestamp !== undefined) this.#parts.timestamps.insert(timestamp);
      const dropped = this.#parts.kept.follow(commit);
      this.#sql.release.run();
      if (evidence?.subjects !== undefined && evidence.subjects.length > 0) fresh.subjects.push({ evidence: evidence.id, xid: evidence.xid, tags: evidence.subjects });
      return { dropped };
    } catch (thrown) {
      const failure = ownFailure(thrown);
      if (failure === undefined) throw thrown;
      return this.#undone({ failure: { code: failure.code, message: failure.message } });
    }
  }

  #undone(outcome: Outcome<CommitResult>): Outcome<CommitResult> {
    this.#sql.undo.run();
    this.#sql.release.run();
    return outcome;
  }
}
