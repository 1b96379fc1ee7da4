/**
 * The contract of the mirror: the peers' logs as this gateway keeps them, what it cosigned of them, and what was found wrong; and reading
 * of logs, ours and theirs alike. None of it is on the way of an exchange. Implementation: sqlite-mirror.ts.
 */
import type { RecoveredEntry, TreeHead } from './store.ts';

/** The head of one shard. `recovered`: from this index on, its entries came back from the peer's mirror. */
export interface ShardHead extends TreeHead {
  readonly recovered?: number;
}

/** Reading by origin, of our shards and of mirrored ones. Every method rejects with `trail-broken` where stored rows are missing, and with `internal` for sizes beyond what is committed. */
export interface LogReader {
  /** Heads of the shards of a log of ours, or of the peer's log on a link, oldest first. */
  shards(whose: 'ours' | 'peer', log: string): Promise<readonly ShardHead[]>;
  /** Undefined stands for an entry that was redacted to its leaf hash. */
  entries(origin: string, from: number, to: number): Promise<readonly (Uint8Array | undefined)[]>;
  /** C2SP tlog-tiles: `width` hashes of tile `n` of tile level `level`, one after the other. */
  tile(origin: string, level: number, n: number, width: number): Promise<Uint8Array>;
  /** Hashes of the complete subtrees that the first `size` leaves consist of, from the left (merkle.ts, peaksOf). */
  peaks(origin: string, size: number): Promise<readonly Uint8Array[]>;
  /** RFC 6962 consistency proof between two committed sizes. */
  consistencyProof(origin: string, from: number, to: number): Promise<readonly Uint8Array[]>;
  inclusionProof(origin: string, index: number, size: number): Promise<readonly Uint8Array[]>;
}

/** What the entries of a peer's log must fit. */
export interface PeerTerms {
  readonly link: string;
  /** Versions of the agreement that are known here. */
  readonly versions: readonly number[];
  /** Countries of the two gateways. */
  readonly us: string;
  readonly peer: string;
  /** Entries of one minute, as they state it, that the peer's log may hold. */
  readonly entriesPerMinute: number;
}

/** A checkpoint that the peer's log signed, and the entries that make the log grow to it from the size cosigned last. */
export interface Growth {
  readonly origin: string;
  readonly old: number;
  readonly head: TreeHead;
  /** The entries [old, head.size). */
  readonly entries: readonly RecoveredEntry[];
  /** The signed note with our cosignatures, which nobody sees unless it is stored. */
  readonly note: string;
  /** UTC milliseconds. */
  readonly now: number;
}

/** `fork`: two signed roots of one size. `proof`: a checkpoint that is not proven to have grown out of the one before. `entry`, `rate`, `shard`: an entry, or the first of a shard, that does not fit. `entries`: not those of the checkpoint. `fence`: what the peer says of our log contradicts what we know. `interval`: its signed note contradicts its own log. `equivocation`: both logs hold a step of an exchange, with other statements. `difference`: one log lacks a statement of the other's, and nothing repairs it. */
export type IncidentKind = 'fork' | 'proof' | 'entry' | 'rate' | 'shard' | 'entries' | 'fence' | 'interval' | 'equivocation' | 'difference';

export type GrowthResult =
  | { readonly kind: 'stored' }
  /** Another checkpoint came first: `size` was cosigned last. */
  | { readonly kind: 'conflict'; readonly size: number }
  /** Nothing was stored; an incident says what is wrong. */
  | { readonly kind: 'refused'; readonly incident: IncidentKind; readonly what: string };

/** What we cosigned last of one shard of a peer's log. */
export interface Witnessed {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
  /** UTC milliseconds of our cosignature. */
  readonly at: number;
}

export interface Incident {
  readonly id: number;
  readonly link: string;
  readonly origin: string;
  readonly kind: IncidentKind;
  /** UTC milliseconds of the first and of the latest time that it was seen. */
  readonly openedAt: number;
  readonly seenAt: number;
  readonly what: string;
  /** Signed notes and whatever else shows it to a third party. */
  readonly proof: string;
  readonly closedAt?: number;
  readonly closedBecause?: string;
}

/**
 * Something that the two logs of a link owe each other and do not show, as of the last checkpoint that we cosigned. `promise-other-leaf`, `promise-late`: the peer's log
 * has another entry where it promised one, or has it not in time. `missing-there`: the peer signed a statement that its log does not hold. `unacknowledged`: an answer of ours that the asker's log never
 * shows. `unknown-here`: a statement in the peer's log that ours does not hold. `lost`: gone with a disk, as a recorded `break` says.
 */
export interface Breach {
  readonly kind: 'promise-other-leaf' | 'promise-late' | 'missing-there' | 'unacknowledged' | 'unknown-here' | 'lost';
  readonly link: string;
  readonly xid: string;
  /** In whose log `origin` and `index` are: the entry that shows it, or the place where it was to be. */
  readonly whose: 'ours' | 'peer';
  readonly origin: string;
  readonly index: number;
  /** UTC milliseconds by which it was due. */
  readonly dueAt: number;
  readonly step?: string;
  /** Of a promise: the base64 leaf hash that was promised, and the one that is there. */
  readonly leaf?: string;
  readonly found?: string;
}

export interface Mirror extends LogReader {
  /** What was cosigned last of the peer's log on a link, of its latest shard. */
  latestWitnessed(link: string): Promise<Witnessed | undefined>;
  witnessed(origin: string): Promise<Witnessed | undefined>;
  /**
   * Checks every entry against the schema, the terms and our own log, and the whole against the root; then stores entries, tree and note in
   * one transaction, which is on disk when this resolves. An incident is opened, or kept open, where anything does not fit.
   */
  grow(terms: PeerTerms, growth: Growth): Promise<GrowthResult>;
  /** What the logs owe each other and do not show. */
  breaches(): Promise<readonly Breach[]>;
  /** Promises that the peer gave us about entries of its shard from `index` on. */
  promisesBeyond(link: string, origin: string, index: number): Promise<number>;
  openIncident(incident: Pick<Incident, 'link' | 'origin' | 'kind' | 'what' | 'proof'>, now: number): Promise<void>;
  /** Open ones, or all; latest first. */
  incidents(which: 'open' | 'all'): Promise<readonly Incident[]>;
  /** False where there is no open incident of that id. */
  closeIncident(id: number, because: string, now: number): Promise<boolean>;
  /** Takes away the bytes of a mirrored entry; its leaf hash stays. The decision is recorded before (redaction.ts). When it resolves, mirror.db does not hold the bytes. */
  redact(origin: string, index: number): Promise<void>;
  close(): Promise<void>;
}
