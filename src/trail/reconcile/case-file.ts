/**
 * An equivocation, as one file that a third party can judge: two logs that each hold, under a signed and cosigned checkpoint, another statement for
 * the same step of the same exchange. It needs no gateway, no data folder and no belief in who hands it over; only the two logs' keys.
 */
import * as v from 'valibot';
import { CausewayError } from '../../errors.ts';
import { openCheckpoint } from '../checkpoint.ts';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import { logVerifiers, witnessVerifiers } from '../keys.ts';
import type { TrailKeys } from '../keys.ts';
import type { ElementProof, RecordedElement } from './sets.ts';
import { leafHash, verifyInclusion } from '../merkle.ts';

const base64 = v.pipe(v.string(), v.base64());
/** One log's proof of an entry, as it stands in a case and crosses the wire. */
export const caseSide = v.strictObject({
  origin: v.string(),
  index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Bytes of the entry. */
  entry: base64,
  /** Inclusion proof (RFC 6962) at the size of the note. */
  proof: v.array(base64),
  /** Signed checkpoint of the log, with the other side's cosignature. */
  note: v.string(),
});
const file = v.strictObject({ v: v.literal(1), kind: v.literal('equivocation'), sides: v.strictTuple([caseSide, caseSide]) });

export type CaseSide = v.InferOutput<typeof caseSide>;
export type CaseFile = v.InferOutput<typeof file>;

export interface JudgedSide {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly cosigned: readonly string[];
  readonly core: string;
  /** UTC milliseconds. */
  readonly recorded: number;
}

export interface JudgedCase {
  readonly xid: string;
  readonly step: string;
  readonly sides: readonly [JudgedSide, JudgedSide];
}

/** An element that one side's log holds. */
export interface Held extends RecordedElement {
  /** 32 bytes: `core`. */
  readonly value: Uint8Array;
}

/** The case that two sides' elements of one key make; undefined while not both are proven. Of several, those that the other side does not have. */
export function caseOf(ours: readonly Held[], theirs: readonly Held[]): CaseFile | undefined {
  const a = ours.find((one) => one.proof !== undefined && !theirs.some((other) => same(one, other))) ?? ours.find(({ proof }) => proof !== undefined);
  const b = theirs.find((one) => one.proof !== undefined && a !== undefined && !same(one, a));
  if (a?.proof === undefined || b?.proof === undefined) return undefined;
  return { v: 1, kind: 'equivocation', sides: [sideOf(a, a.proof), sideOf(b, b.proof)] };
}

export function sideOf({ origin, index }: Pick<Held, 'origin' | 'index'>, { entry, note, proof }: ElementProof): CaseSide {
  return { origin, index, entry: text(entry), proof: proof.map(text), note };
}

function same(a: Held, b: Held): boolean {
  return Buffer.compare(a.value, b.value) === 0;
}

/**
 * What the case shows. Throws `malformed` for what is no case, `trail-broken` where it shows nothing: a proof that does not verify, the same log twice, entries of different
 * steps or exchanges, or the same statement on both sides; `statement-untrusted` and `statement-invalid` for notes that the keys did not sign.
 */
export function judgeCase(json: string, keys: TrailKeys): JudgedCase {
  const { sides } = parsed(json);
  const [a, b] = sides.map((one) => judgeSide(one, keys)) as [Judged, Judged];
  const shown = a.side.origin !== b.side.origin && a.entry.xid === b.entry.xid && a.entry.step === b.entry.step && a.entry.from === b.entry.from && a.entry.to === b.entry.to;
  if (!shown) throw new CausewayError('trail-broken', 'the two entries are not about one step of one exchange in two logs');
  if (a.side.core === b.side.core) throw new CausewayError('trail-broken', 'both logs recorded the same statement: they agree');
  return { xid: a.entry.xid ?? '', step: a.entry.step, sides: [a.side, b.side] };
}

export interface Judged {
  readonly entry: Entry;
  readonly side: JudgedSide;
}

/** One log's proof of an entry that records a statement. Throws as judgeCase. */
export function judgeSide({ origin, index, entry: bytes, proof, note }: CaseSide, keys: TrailKeys): Judged {
  const verifiers = logVerifiers(keys, origin);
  if (verifiers.length === 0) throw new CausewayError('statement-untrusted', `no key for the log ${origin}`);
  const { head, cosigned } = openCheckpoint(note, verifiers, witnessVerifiers(keys));
  if (head.origin !== origin) throw new CausewayError('trail-broken', `the note is about ${head.origin}, not ${origin}`);
  if (cosigned.length === 0) throw new CausewayError('statement-untrusted', `no known witness cosigned the note of ${origin}`);
  const raw = Buffer.from(bytes, 'base64');
  verifyInclusion(index, head.size, leafHash(raw), proof.map((hash) => Buffer.from(hash, 'base64')), head.root);
  const entry = parseEntry(raw);
  if (entry.core === undefined || entry.xid === undefined) throw new CausewayError('trail-broken', `entry ${index} of ${origin} records no statement`);
  return { entry, side: { origin, index, size: head.size, cosigned, core: entry.core, recorded: entry.t.ms } };
}

function parsed(json: string): CaseFile {
  try {
    return v.parse(file, JSON.parse(json));
  } catch (cause) {
    throw new CausewayError('malformed', 'not a case file', { cause });
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
