/** What the store's two threads say to each other: one batch of operations down, one batch of outcomes up. */
import type { ErrorCode } from '../errors.ts';
import type { CommitResult, EvidenceRow, ExchangeChange, ExchangeRow, LogName, TreeHead } from './store.ts';

export interface OpenOptions {
  /** Data folder of one gateway; made if it is not there. */
  readonly folder: string;
  /** Origin in which each log grows now. A log whose origin changes goes on at index 0 of the new one; the old one stays readable for verify. */
  readonly logs: Readonly<Record<LogName, string>>;
  /** The most 4 KiB pages that trail.db may grow to; the operator's cap on a shared disk. Unlimited when absent. */
  readonly maxPages?: number;
}

/** A commit whose entries are canonical JSON already. */
export interface WireCommit {
  readonly entries: readonly (readonly [log: LogName, json: string])[];
  readonly exchange: ExchangeChange | undefined;
  readonly evidence: EvidenceRow | undefined;
}

export interface Witnessed {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
}

/** Operations besides commits; each runs by itself, in the order of the calls, after the commits of its batch. */
export interface Calls {
  findExchange(direction: 'outbound' | 'inbound', xid: string): ExchangeRow | undefined;
  findCaller(caller: string): ExchangeRow | undefined;
  openExchanges(): readonly ExchangeRow[];
  evidence(id: string): EvidenceRow | undefined;
  recordKey(xid: string): Uint8Array | undefined;
  eraseRecordKey(xid: string): boolean;
  head(log: LogName): TreeHead;
  entries(log: LogName, from: number, to: number): readonly Uint8Array[];
  consistencyProof(log: LogName, from: number, to: number): readonly Uint8Array[];
  inclusionProof(log: LogName, index: number, size: number): readonly Uint8Array[];
  saveCheckpoint(log: LogName, size: number, note: string): void;
  checkpoint(log: LogName): string | undefined;
  saveWitnessed(origin: string, old: number, size: number, root: Uint8Array, note: string): boolean;
  witnessed(origin: string): Witnessed | undefined;
  forget(now: number): void;
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
