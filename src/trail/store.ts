/**
 * The contract of the store: trail, exchanges in flight and evidence of one gateway (trail.md, "Release gates"). Reading the logs: mirror.ts.
 * Implementations: sqlite.ts. Everything of one `commit` is on disk, or none of it.
 */
import type { Entry } from './entry.ts';
import type { Decision } from './redaction.ts';

/** `local` is the log of acts that concern this side only; any other name is a link id. */
export type LogName = string;

/** `undelivered`: ended; certainly reached no service, and the same message may pass later. It does not hold its caller key. */
export type ExchangeState = 'sent' | 'handing-over' | 'answered' | 'refused' | 'undelivered' | 'unknown';

/** One exchange as this gateway knows it. Outbound: we asked. Inbound: we were asked. */
export interface ExchangeRow {
  readonly direction: 'outbound' | 'inbound';
  readonly xid: string;
  readonly link: string;
  readonly state: ExchangeState;
  /** Identity of the request statement (base64url). Inbound: the replay key beside xid. */
  readonly identity: string;
  /** Outbound: `<domestic member>\n<domestic message id>`, unique within the link's time among exchanges that may have reached a service. */
  readonly caller?: string;
  /** Outbound: base64url SHA-256 of the verified domestic bytes. */
  readonly digest?: string;
  /** The sealed request: outbound to resend the same bytes, inbound to go on after a crash. Cleared when the outcome is final. */
  readonly request?: Uint8Array;
  /** Inbound: the sealed answer or refusal. Outbound: the native answer, encrypted under the exchange's record key. */
  readonly outcome?: Uint8Array;
  /** UTC milliseconds; after it the row's bytes may be forgotten (answerRetention), the row itself after `keepUntil`. */
  readonly answerUntil: number;
  readonly keepUntil: number;
  readonly createdAt: number;
}

/** A change of one exchange. `insert` fails the whole commit with `Conflict` when the xid or the caller key is taken. */
export type ExchangeChange =
  | { readonly kind: 'insert'; readonly row: ExchangeRow }
  | ExchangeUpdate;

export interface ExchangeUpdate {
  readonly kind: 'update';
  readonly direction: 'outbound' | 'inbound';
  readonly xid: string;
  readonly from: ExchangeState;
  readonly to: ExchangeState;
  readonly outcome?: Uint8Array;
  /** A new time for the row; as it was when absent. */
  readonly answerUntil?: number;
}

/** Encrypted evidence; `wrappedKey` goes to the small key store whose erasure makes the record unreadable. */
export interface EvidenceRow {
  readonly id: string;
  readonly xid: string;
  readonly link: string;
  readonly step: string;
  readonly ciphertext: Uint8Array;
  /** The exchange's record key under the key-encryption key. Written once an exchange and side, with its first record. */
  readonly wrappedKey?: Uint8Array;
  /** Whom the record is about: stands beside the record key, and goes with it. */
  readonly subjects?: readonly SubjectTag[];
  readonly createdAt: number;
}

/** A data subject as the index holds it: an HMAC under the key of a year. */
export interface SubjectTag {
  /** Of the key. */
  readonly year: number;
  /** 32 bytes. */
  readonly tag: Uint8Array;
}

/** The key of a year, under the key-encryption key. */
export interface SubjectKey {
  readonly year: number;
  readonly wrapped: Uint8Array;
}

/** The key of an exchange's records under the key-encryption key; `at` orders them as they came. */
export interface WrappedRecordKey {
  readonly at: number;
  readonly xid: string;
  readonly wrapped: Uint8Array;
}

/** The same keys under another key-encryption key. */
export interface Rewrapped {
  readonly records: readonly { readonly xid: string; readonly from: Uint8Array; readonly to: Uint8Array }[];
  readonly subjects: readonly { readonly year: number; readonly from: Uint8Array; readonly to: Uint8Array }[];
}

/** A file of the spool that a row needs: `request` and `outcome` of the exchange, and gone with them, or the evidence record. */
export interface KeptFile {
  readonly name: string;
  readonly keptFor: 'request' | 'outcome' | 'evidence';
}

/** A time-stamp token over one of our cosigned checkpoints. */
export interface TimestampRow {
  /** base64url SHA-256 of the token, as its entry says it. */
  readonly digest: string;
  readonly origin: string;
  /** Of the checkpoint. */
  readonly size: number;
  readonly authority: string;
  /** UTC milliseconds, as the authority said it. */
  readonly time: number;
  /** The whole signed note, over which the token is. */
  readonly note: string;
  /** DER. */
  readonly token: Uint8Array;
}

/** A security server's signed container of a message that crossed: to be fetched and verified, or found wrong and the peer not yet told. */
export interface AwaitedContainer {
  readonly xid: string;
  readonly link: string;
  readonly step: 'request' | 'response';
  readonly dialect: string;
  /** Under which the security server logged the message. */
  readonly messageId: string;
  /** base64url SHA-256 of the message as it was proven, and of each attachment in its order. */
  readonly digest: string;
  readonly attachments: readonly string[];
  /** It crossed as it is: a REST body is then an attachment. */
  readonly unmapped: boolean;
  /** The message says more than may cross: of its container no more is kept than the digest. */
  readonly minimised: boolean;
  /** UTC milliseconds: when the message crossed, and when the next attempt is due. */
  readonly since: number;
  readonly due: number;
  readonly tries: number;
  /** What is told to the peer: why the container does not prove the message. */
  readonly failed?: { readonly code: string; readonly container?: string };
}

export type AwaitedChange = { readonly kind: 'put'; readonly row: AwaitedContainer } | ({ readonly kind: 'remove' } & Pick<AwaitedContainer, 'xid' | 'step'>);

export interface Commit {
  readonly entries: readonly { readonly log: LogName; readonly entry: Entry }[];
  readonly exchange?: ExchangeChange;
  readonly evidence?: EvidenceRow;
  /** On disk before they are named here. */
  readonly files?: readonly KeptFile[];
  readonly timestamp?: TimestampRow;
  readonly awaited?: AwaitedChange;
}

export interface Appended {
  readonly origin: string;
  readonly index: number;
  /** base64 leaf hash. */
  readonly leaf: string;
}

export type CommitResult =
  /** `dropped`: names of files that no row needs any more; the caller removes them. */
  | { readonly kind: 'committed'; readonly appended: readonly Appended[]; readonly dropped: readonly string[] }
  /** Nothing was written: `row` holds the xid or the caller key. */
  | { readonly kind: 'conflict'; readonly row: ExchangeRow };

export interface Erased {
  /** False if there was no key, or none any more. */
  readonly erased: boolean;
  readonly dropped: readonly string[];
}

export interface ErasedAgain {
  /** Exchanges whose key had come back. */
  readonly erased: readonly string[];
  readonly dropped: readonly string[];
}

export interface Expired {
  /** Exchanges whose key was destroyed. */
  readonly erased: number;
  readonly dropped: readonly string[];
  /** Where to go on; absent when there is no more. */
  readonly after?: number;
}

export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** An entry's bytes, or the leaf hash of one that was redacted. */
export type RecoveredEntry = { readonly bytes: Uint8Array } | { readonly leaf: Uint8Array };

export interface Store {
  /**
   * Durable when it resolves (fsync done). Concurrent calls share one transaction (group commit); their order in each log is the
   * order of the calls. Rejects with `store-unavailable` when the outcome is not known: the gateway then stops taking exchanges.
   * An `update` whose row is not in state `from` rejects with `internal` and writes nothing.
   */
  commit(commit: Commit): Promise<CommitResult>;
  findExchange(direction: 'outbound' | 'inbound', xid: string): Promise<ExchangeRow | undefined>;
  findCaller(caller: string): Promise<ExchangeRow | undefined>;
  /** Rows whose outcome is still open: `sent` or `handing-over`. For recovery after a start. */
  openExchanges(): Promise<readonly ExchangeRow[]>;
  evidence(id: string): Promise<EvidenceRow | undefined>;
  /** Wrapped record key of an exchange; undefined when it was erased. */
  recordKey(xid: string): Promise<Uint8Array | undefined>;
  /** Up to `limit` record keys that came after `at`, in their order; those that were erased are not among them. */
  recordKeys(at: number, limit: number): Promise<readonly WrappedRecordKey[]>;
  /** Puts each in the place of what it was, in one transaction. One that was erased meanwhile, or is another by now, stays as it is. */
  rewrap(keys: Rewrapped): Promise<void>;
  /** Exchanges with a record about one of the tags, the newest first; those that were erased are not among them. */
  exchangesAbout(tags: readonly SubjectTag[]): Promise<readonly string[]>;
  /** Keys of the subject index that were not destroyed, in the order of the years. */
  subjectKeys(): Promise<readonly SubjectKey[]>;
  /** Keeps the key of a year, unless the year has one. Answers the year's key, durably. */
  addSubjectKey(key: SubjectKey): Promise<SubjectKey>;
  /** Destroys the keys of years before `year` under which no record is found any more. When it resolves, no file of the store holds them. */
  dropSubjectKeys(year: number): Promise<void>;

  /** Awaited containers whose next attempt is due, the longest first. */
  awaited(now: number, limit: number): Promise<readonly AwaitedContainer[]>;
  awaitedCount(): Promise<number>;

  /** Head of the shard in which the log stands, as it is committed. */
  head(log: LogName): Promise<TreeHead>;
  /**
   * Ends the shard in which the log stands and goes on in `origin`, whose entry 0 is `first`: in one transaction, so that no entry falls
   * between the two. `first` gets the head that the old shard ends with as its `previous`, unless it names one. Answers the new head.
   */
  openShard(log: LogName, origin: string, first: Omit<Entry, 'v'>): Promise<TreeHead>;
  /** Appends entries that the peer's mirror gave back, which the caller has verified, to the shard `origin` of the log. Answers its head. */
  recover(log: LogName, origin: string, entries: readonly RecoveredEntry[]): Promise<TreeHead>;
  /**
   * Takes away the bytes of an entry; its leaf hash stays, and `decision` becomes an entry of the local log. When it resolves, no file of
   * the store holds the bytes. Rejects with `config-invalid` where there is no such entry, and as decisionOn.
   */
  redact(origin: string, index: number, decision: Decision): Promise<Appended>;

  /**
   * Destroys what opens the records of an ended exchange: its key, the request and the answer that were kept of it. When it resolves, no file
   * of the store holds the key. The caller removes the files that are named. Rejects with `store-unavailable` if old bytes may still be on disk.
   */
  erase(xid: string): Promise<Erased>;
  /**
   * Destroys again what a log says was erased, wherever the key store has not followed the log yet: it came back from a backup, or the log did from the
   * peer's mirror. Costs no more than what is new in the log.
   */
  eraseAgain(log: LogName): Promise<ErasedAgain>;
  /** The same as erase for up to `limit` exchanges of a link whose first record is not younger than `before` (UTC ms); `after` is where the call before ended. */
  expire(link: string, before: number, after: number, limit: number): Promise<Expired>;

  /** The latest signed (and cosigned) note of a shard of ours; compare-and-swap on size: a smaller size is refused. */
  saveCheckpoint(origin: string, size: number, note: string): Promise<void>;
  checkpoint(origin: string): Promise<string | undefined>;
  /** The same of the notes that a public witness cosigned beside the peer: seldom the latest, while a log grows. */
  savePubliclyWitnessed(origin: string, size: number, note: string): Promise<void>;
  publiclyWitnessed(origin: string): Promise<string | undefined>;
  /** The largest checkpoint of each shard of ours over which an authority gave a token. */
  timestamps(authority: string): Promise<readonly Pick<TimestampRow, 'origin' | 'size'>[]>;

  /** Forgets answers past `answerUntil` and rows past `keepUntil`. Resolves with the names of files that no row needs any more; the caller removes them. */
  forget(now: number): Promise<readonly string[]>;
  /** Names of all files that some row needs. */
  files(): Promise<readonly string[]>;
  /** False after a write whose outcome is unknown, or when the disk is full. */
  healthy(): boolean;
  close(): Promise<void>;
}
