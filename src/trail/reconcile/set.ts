/**
 * What two logs are compared by (trail.md, "Reconciliation"): sets of recorded statements per minute. The two sides order their entries
 * differently, so that no two roots of the logs agree; the sets of one closed minute do.
 */
import { hash } from 'node:crypto';
import type { Entry, Step } from '../entry.ts';
import { HASH_BYTES } from '../merkle.ts';

/** Seconds of a window: `window` of an entry is the number of its minute. */
export const WINDOW_S = 60;
/** A window is compared once this much time has passed after its end. */
export const CLOSED_AFTER_MS = 120_000;
/** key ‖ value. */
export const ELEMENT_BYTES = 2 * HASH_BYTES;

const STANDS_FOR: ReadonlySet<Step> = new Set(['reconciled', 'not-received', 'redaction']);

/** Entity ids of the gateways by their countries, as the link names the parties. */
export type Entities = Readonly<Record<string, string>>;

export interface SetElement {
  readonly window: number;
  /** Which statement: of which exchange of which asker, and which step of it. */
  readonly key: Uint8Array;
  /** What it said: the entry's `core`. */
  readonly value: Uint8Array;
}

/** The element of an entry that records a statement, or that stands for one which only the other side recorded in its time; undefined for others. */
export function elementOf(entry: Entry, entities: Entities): SetElement | undefined {
  const { xid, from, to, window, core } = entry;
  const step = recordedStep(entry);
  const asker = entities[(step === 'request' ? from : to) ?? ''];
  if (xid === undefined || window === undefined || core === undefined || asker === undefined || step === undefined) return undefined;
  return { window, key: elementKey(asker, xid, step), value: Buffer.from(core, 'base64url') };
}

/** The step of the statement: `reconciled` and `not-received` stand for one that the peer's log holds, a `redaction` for one whose entry was redacted. */
export function recordedStep({ step, target }: Entry): Step | undefined {
  return STANDS_FOR.has(step) ? target?.step : step;
}

/** SHA-256("causeway/rk/v1" ‖ 00 ‖ SHA-256(entity id of the asker) ‖ xid ‖ step). */
export function elementKey(asker: string, xid: string, step: string): Uint8Array {
  const prefix = PREFIXES.get(asker) ?? prefixOf(asker);
  return hash('sha256', Buffer.concat([prefix, Buffer.from(`${xid}${step}`)]), 'buffer');
}

/** A gateway knows few askers, and each of a million entries has one. */
const PREFIXES = new Map<string, Buffer>();

function prefixOf(asker: string): Buffer {
  const prefix = Buffer.concat([Buffer.from('causeway/rk/v1\0'), hash('sha256', asker, 'buffer')]);
  PREFIXES.set(asker, prefix);
  return prefix;
}

/** Elements one after the other, sorted by key and value, each once. */
export function packElements(elements: readonly Pick<SetElement, 'key' | 'value'>[]): Uint8Array {
  const packed = elements.map(({ key, value }) => Buffer.concat([key, value])).sort(Buffer.compare);
  return Buffer.concat(packed.filter((element, at) => at === 0 || !element.equals(packed[at - 1]!)));
}

/** Windows of [from, to) in UTC milliseconds that are closed at `now`. */
export function closedWindows(from: number, to: number, now: number): { readonly from: number; readonly to: number } {
  const width = WINDOW_S * 1000;
  const closed = Math.floor((now - CLOSED_AFTER_MS) / width);
  return { from: Math.floor(from / width), to: Math.max(Math.floor(from / width), Math.min(Math.ceil(to / width), closed)) };
}
