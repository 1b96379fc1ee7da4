/** The embedded store: the main thread's side. Collects what callers want while the worker is busy, and sends it as one batch. */
import { Worker } from 'node:worker_threads';
import { CausewayError } from '../../errors.ts';
import { canonicalEntry } from '../entry.ts';
import type { Batch, Calls, OpenOptions, Outcome, Reply, WireCall, WireCommit } from './wire.ts';
import type { Commit, CommitResult, EvidenceRow, ExchangeChange, Store } from '../store.ts';

export interface SqliteStore extends Store {
  /**
   * Destroys the record key of an exchange: when it resolves, no file of the store holds it and no evidence of the exchange can be
   * opened. False if there was none. Rejects with `store-unavailable` if the old bytes may still be on disk.
   */
  eraseRecordKey(xid: string): Promise<boolean>;
}

/**
 * Opens (or makes) the store of one gateway. Rejects with `config-invalid` if another gateway has the folder open, the layout is of
 * another version, or an origin is not the log's own; with `trail-broken` if the stored tree is incomplete, or is not that of the stored head.
 */
export async function openSqliteStore(options: OpenOptions): Promise<SqliteStore> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options, name: 'causeway-store' });
  const [opened] = (await reply(worker)).calls;
  if (opened !== undefined) unwrap(opened);
  return new BatchingStore(worker);
}

function reply(worker: Worker): Promise<Reply> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function unwrap<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw new CausewayError(outcome.failure.code, outcome.failure.message);
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

interface Pending {
  commits: WireCommit[];
  commitWaits: Waiting<CommitResult>[];
  calls: WireCall[];
  callWaits: Waiting<never>[];
  close: boolean;
}

const nothing = (): Pending => ({ commits: [], commitWaits: [], calls: [], callWaits: [], close: false });

/** A message carries a view's whole buffer, so bytes that are part of something larger are copied out first. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function aloneBoth<T extends { readonly from: Uint8Array; readonly to: Uint8Array }>(one: T): T {
  return { ...one, from: alone(one.from), to: alone(one.to) };
}

function aloneExchange(change: ExchangeChange): ExchangeChange {
  if (change.kind === 'update') return change.outcome === undefined ? change : { ...change, outcome: alone(change.outcome) };
  const { request, outcome } = change.row;
  return { kind: 'insert', row: { ...change.row, ...(request && { request: alone(request) }), ...(outcome && { outcome: alone(outcome) }) } };
}

function aloneEvidence(row: EvidenceRow): EvidenceRow {
  const { wrappedKey, subjects } = row;
  return { ...row, ciphertext: alone(row.ciphertext), ...(wrappedKey && { wrappedKey: alone(wrappedKey) }), ...(subjects && { subjects: subjects.map(({ year, tag }) => ({ year, tag: alone(tag) })) }) };
}

class BatchingStore implements SqliteStore {
  readonly #worker: Worker;
  #next = nothing();
  #flying: Pending | undefined;
  #scheduled = false;
  #broken: string | undefined;
  #closed = false;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (batch: Reply) => this.#land(batch));
    worker.on('error', (error) => this.#lose(String(error)));
    worker.on('exit', () => this.#lose('its thread ended'));
  }

  commit({ entries, exchange, evidence, files, timestamp, awaited }: Commit): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#refuseIfDone();
      this.#next.commits.push({
        entries: entries.map(({ log, entry }) => [log, canonicalEntry(entry)]),
        exchange: exchange && aloneExchange(exchange),
        evidence: evidence && aloneEvidence(evidence),
        files,
        timestamp: timestamp && { ...timestamp, token: alone(timestamp.token) },
        awaited,
      });
      this.#next.commitWaits.push({ resolve, reject });
      this.#schedule();
    });
  }

  #call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>): Promise<ReturnType<Calls[M]>> {
    return new Promise((resolve, reject) => {
      this.#refuseIfDone();
      this.#next.calls.push({ method, args });
      this.#next.callWaits.push({ resolve, reject });
      this.#schedule();
    });
  }

  /**
   * Idle: the batch leaves when all that this turn of the event loop brought has been looked at, so that its callers share one transaction and go on together.
   * Busy: it leaves so after the reply to the one before.
   */
  #schedule(): void {
    if (this.#scheduled || this.#flying !== undefined) return;
    this.#scheduled = true;
    setImmediate(() => this.#send());
  }

  #send(): void {
    this.#scheduled = false;
    if (this.#broken !== undefined) return;
    const { commits, calls, close } = (this.#flying = this.#next);
    this.#next = nothing();
    this.#worker.postMessage({ commits, calls, close } satisfies Batch);
  }

  #land({ commits, calls, broken }: Reply): void {
    const flying = this.#flying!;
    this.#flying = undefined;
    this.#broken ??= broken;
    flying.commitWaits.forEach((waiting, at) => settle(waiting, commits[at]!));
    flying.callWaits.forEach((waiting, at) => settle(waiting, calls[at] as Outcome<never>));
    if (this.#broken !== undefined) this.#lose(this.#broken);
    else if (this.#next.commits.length > 0 || this.#next.calls.length > 0 || this.#next.close) this.#schedule();
  }

  /** What is under way has an unknown outcome, what waits will not be done. */
  #lose(reason: string): void {
    this.#broken ??= reason;
    const left = [this.#flying, this.#next];
    this.#flying = undefined;
    this.#next = nothing();
    for (const waiting of left.flatMap((pending) => (pending ? [...pending.commitWaits, ...pending.callWaits] : []))) waiting.reject(this.#unavailable());
  }

  #refuseIfDone(): void {
    if (this.#closed || this.#broken !== undefined) throw this.#unavailable();
  }

  #unavailable(): CausewayError {
    return new CausewayError('store-unavailable', this.#closed ? 'the store is closed' : `the store failed: ${this.#broken}`);
  }

  healthy(): boolean {
    return this.#broken === undefined && !this.#closed;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    if (this.#broken !== undefined) await this.#worker.terminate();
    else {
      this.#next.close = true;
      this.#schedule();
      await ended;
    }
  }

  findExchange: Store['findExchange'] = (direction, xid) => this.#call('findExchange', direction, xid);
  findCaller: Store['findCaller'] = (caller) => this.#call('findCaller', caller);
  openExchanges: Store['openExchanges'] = () => this.#call('openExchanges');
  evidence: Store['evidence'] = (id) => this.#call('evidence', id);
  recordKey: Store['recordKey'] = (xid) => this.#call('recordKey', xid);
  exchangesAbout: Store['exchangesAbout'] = (tags) => this.#call('exchangesAbout', tags);
  recordKeys: Store['recordKeys'] = (at, limit) => this.#call('recordKeys', at, limit);
  rewrap: Store['rewrap'] = ({ records, subjects }) => this.#call('rewrap', { records: records.map(aloneBoth), subjects: subjects.map(aloneBoth) });
  subjectKeys: Store['subjectKeys'] = () => this.#call('subjectKeys');
  addSubjectKey: Store['addSubjectKey'] = (key) => this.#call('addSubjectKey', { ...key, wrapped: alone(key.wrapped) });
  dropSubjectKeys: Store['dropSubjectKeys'] = (year) => this.#call('dropSubjectKeys', year);
  eraseRecordKey: SqliteStore['eraseRecordKey'] = (xid) => this.#call('eraseRecordKey', xid);
  erase: Store['erase'] = (xid) => this.#call('erase', xid);
  eraseAgain: Store['eraseAgain'] = (log) => this.#call('eraseAgain', log);
  expire: Store['expire'] = (link, before, after, limit) => this.#call('expire', link, before, after, limit);
  awaited: Store['awaited'] = (now, limit) => this.#call('awaited', now, limit);
  awaitedCount: Store['awaitedCount'] = () => this.#call('awaitedCount');
  head: Store['head'] = (log) => this.#call('head', log);
  openShard: Store['openShard'] = (log, origin, first) => this.#call('openShard', log, origin, first);
  recover: Store['recover'] = (log, origin, entries) => this.#call('recover', log, origin, entries.map((entry) => ('bytes' in entry ? { bytes: alone(entry.bytes) } : { leaf: alone(entry.leaf) })));
  redact: Store['redact'] = (origin, index, decision) => this.#call('redact', origin, index, decision);
  saveCheckpoint: Store['saveCheckpoint'] = (origin, size, note) => this.#call('saveCheckpoint', origin, size, note);
  timestamps: Store['timestamps'] = (authority) => this.#call('timestamps', authority);
  checkpoint: Store['checkpoint'] = (origin) => this.#call('checkpoint', origin);
  savePubliclyWitnessed: Store['savePubliclyWitnessed'] = (origin, size, note) => this.#call('savePubliclyWitnessed', origin, size, note);
  publiclyWitnessed: Store['publiclyWitnessed'] = (origin) => this.#call('publiclyWitnessed', origin);
  forget: Store['forget'] = (now) => this.#call('forget', now);
  files: Store['files'] = () => this.#call('files');
}

function settle<T>(waiting: Waiting<T>, outcome: Outcome<T>): void {
  try {
    waiting.resolve(unwrap(outcome));
  } catch (error) {
    waiting.reject(error);
  }
}
