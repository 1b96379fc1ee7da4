/** What the store's two threads say to each other: one batch of operations down, one batch of outcomes up. */
import type { ErrorCode } from '../../errors.ts';
import type { Entry } from '../entry.ts';
import type { Decision } from '../redaction.ts';
import type { Appended, AwaitedChange, AwaitedContainer, CommitResult, Erased, ErasedAgain, EvidenceRow, ExchangeChange, ExchangeRow, Expired, KeptFile, LogName, RecoveredEntry, Rewrapped, SubjectKey, SubjectTag, TimestampRow, TreeHead, WrappedRecordKey } from '../store.ts';

export interface OpenOptions {
  /** Data folder of one gateway; made if it is not there. */
  readonly folder: string;
  /** Origin in which each log begins. One that is there goes on in the shard in which it stands (shards.ts), whatever is said here. */
  readonly logs: Readonly<Record<LogName, string>>;
  /** The most 4 KiB pages that trail.db may grow to; the operator's cap on a shared disk. Unlimited when absent. */
  readonly maxPages?: number;
}

/** A commit whose entries are canonical JSON already. */
export interface WireCommit {
  readonly entries: readonly (readonly [log: LogName, json: string])[];
  readonly exchange: ExchangeChange | undefined;
  readonly evidence: EvidenceRow | undefined;
  readonly files: readonly KeptFile[] | undefined;
  readonly timestamp: TimestampRow | undefined;
  readonly awaited: AwaitedChange | undefined;
}

/** Operations besides commits; each runs by itself, in the order of the calls, after the commits of its batch. */
export interface Calls {
  findExchange(direction: 'outbound' | 'inbound', xid: string): ExchangeRow | undefined;
  findCaller(caller: string): ExchangeRow | undefined;
  openExchanges(): readonly ExchangeRow[];
  evidence(id: string): EvidenceRow | undefined;
  recordKey(xid: string): Uint8Array | undefined;
  recordKeys(at: number, limit: number): readonly WrappedRecordKey[];
  rewrap(keys: Rewrapped): void;
  exchangesAbout(tags: readonly SubjectTag[]): readonly string[];
  subjectKeys(): readonly SubjectKey[];
  addSubjectKey(key: SubjectKey): SubjectKey;
  dropSubjectKeys(year: number): void;
  eraseRecordKey(xid: string): boolean;
  erase(xid: string): Erased;
  eraseAgain(log: LogName): ErasedAgain;
  expire(link: string, before: number, after: number, limit: number): Expired;
  awaited(now: number, limit: number): readonly AwaitedContainer[];
  awaitedCount(): number;
  head(log: LogName): TreeHead;
  openShard(log: LogName, origin: string, first: Omit<Entry, 'v'>): TreeHead;
  recover(log: LogName, origin: string, entries: readonly RecoveredEntry[]): TreeHead;
  redact(origin: string, index: number, decision: Decision): Appended;
  saveCheckpoint(origin: string, size: number, note: string): void;
  checkpoint(origin: string): string | undefined;
  savePubliclyWitnessed(origin: string, size: number, note: string): void;
  publiclyWitnessed(origin: string): string | undefined;
  timestamps(authority: string): readonly Pick<TimestampRow, 'origin' | 'size'>[];
  forget(now: number): readonly string[];
  files(): readonly string[];
}

export interface WireCall {
  readonly method: keyof Calls;
  readonly args: readonly unknown[];
}

export interface Batch {
  readonly commits: readonly WireCommit[];
  readonly calls: readonly WireCall[];
  readonly close: boolean;
}

export interface WireFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type Outcome<T> = { readonly value: T } | { readonly failure: WireFailure };

export interface Reply {
  readonly commits: readonly Outcome<CommitResult>[];
  readonly calls: readonly Outcome<unknown>[];
  /** Set once the store may no longer write: why. */
  readonly broken?: string;
}
