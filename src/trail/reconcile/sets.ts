/**
 * The contract of the sets of both sides of each link, as this gateway keeps them: an index over our logs and the mirrors, made anew from them wherever it is
 * lost. None of it is on the way of an exchange. Implementation: sqlite/sets-worker.ts.
 */
import type { Difference, Question, Range } from './reconcile.ts';
import type { LogPosition } from './note.ts';
import type { WindowSummary } from './tree.ts';

/** `theirs`: the peer's log, as we mirror it. */
export type SideName = 'ours' | 'theirs';

/** An entry that holds an element, with its proof where a checkpoint that the other side cosigned covers it. */
export interface RecordedElement {
  readonly origin: string;
  readonly index: number;
  readonly proof?: ElementProof;
}

export interface ElementProof {
  /** Bytes of the entry. */
  readonly entry: Uint8Array;
  /** Signed and cosigned checkpoint, and the inclusion proof at its size. */
  readonly note: string;
  readonly proof: readonly Uint8Array[];
}

/** What a range comes to, up to a position of the log. */
export type RangeSummary = WindowSummary & LogPosition;

export interface Sets {
  /** Reads what is new in both logs of a link; false while there is more. */
  follow(link: string): Promise<boolean>;
  /** Undefined while nothing of the side was read. */
  summary(link: string, side: SideName, range: Range): Promise<RangeSummary | undefined>;
  /** The same as if the log had come no further than `at`; undefined where it was not read that far, or has no such shard. */
  summaryAt(link: string, side: SideName, range: Range, at: LogPosition): Promise<WindowSummary | undefined>;
  /** False where of some entry of the side only the leaf hash is known here: what it recorded is in no set. */
  isWhole(link: string, side: SideName): Promise<boolean>;
  /** The side's part of a comparison (reconcile.ts, answerQuestion). Rejects with `too-large` beyond `maxBytes`. */
  answer(link: string, side: SideName, question: Question, maxBytes: number): Promise<readonly Uint8Array[]>;
  /** First window that the side has anything in, from `from` on. */
  firstWindow(link: string, side: SideName, from: number): Promise<number | undefined>;
  /** The entry that holds an element of a side. */
  recorded(link: string, side: SideName, element: Pick<Difference, 'window' | 'key'> & { readonly value: Uint8Array }): Promise<RecordedElement | undefined>;
  close(): Promise<void>;
}

/** Reads all that is new in both logs of a link. */
export async function caughtUp(sets: Pick<Sets, 'follow'>, link: string): Promise<void> {
  while (!(await sets.follow(link)));
}
