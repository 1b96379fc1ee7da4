/**
 * The interval note: what one side's log says of a stretch of minutes, signed with its interval key as a signed note (C2SP). One of a day from each
 * side, and the day is agreed; two that differ are a difference that nobody can take back. It names how far the log had come, so that whoever mirrors
 * the log can compute the same: a note that says otherwise contradicts what its own side signed.
 */
import { CausewayError } from '../../errors.ts';
import { parseHash, parseSize } from '../checkpoint.ts';
import { formatNote, isOfKey, parseNote, signatureLine, verifyNote } from '../note.ts';
import type { NoteSigner, NoteVerifier } from '../note.ts';
import { closedWindows } from './set.ts';
import { sameHash } from './tree.ts';
import type { Range } from './reconcile.ts';

/** First line: no checkpoint begins like this, since an origin is a host and a path. */
const KIND = 'causeway/interval/v1';
/** Days of minutes that one note may be about. */
export const MAX_NOTE_WINDOWS = 31 * 24 * 60;
/** Milliseconds that the time of signing may differ from ours, either way, where a note is exchanged. */
const TOLERANCE_MS = 60_000;

/** How far a log had come: its shard, and entries in it. */
export interface LogPosition {
  readonly origin: string;
  readonly size: number;
}

export interface Interval extends Range, LogPosition {
  readonly link: string;
  /** Statements in it. */
  readonly count: number;
  /** 32 bytes (tree.ts, Rollup.root). */
  readonly root: Uint8Array;
  /** UTC seconds of the signature. */
  readonly time: number;
}

/** Throws `dependency-lost` for a key in a token that is not there. */
export async function signInterval({ link, from, to, count, root, origin, size, time }: Interval, signer: NoteSigner): Promise<string> {
  const text = `${[KIND, link, from, to, count, Buffer.from(root).toString('base64'), origin, size, time].join('\n')}\n`;
  return formatNote(text, [await signatureLine(signer, text)]);
}

/** Whether two notes say the same of one range, however far each log had come. */
export function sameInterval(a: Interval, b: Pick<Interval, 'link' | 'from' | 'to' | 'count' | 'root'>): boolean {
  return a.link === b.link && a.from === b.from && a.to === b.to && a.count === b.count && sameHash(a.root, b.root);
}

/** Throws `malformed`, `statement-invalid`, and `statement-untrusted` where the interval key did not sign. */
export function openInterval(content: string, key: NoteVerifier): Interval {
  const note = parseNote(content);
  if (!verifyNote(note, [key]).some((signature) => isOfKey(signature, key))) throw new CausewayError('statement-untrusted', 'interval note: not signed by the interval key');
  const [kind, link, from, to, count, root, origin, size, time, end, ...more] = note.text.split('\n');
  if (kind !== KIND || link === undefined || from === undefined || to === undefined || count === undefined || root === undefined || origin === undefined || size === undefined || time === undefined || end !== '' || more.length > 0) {
    throw new CausewayError('malformed', 'interval note: not nine lines of an interval');
  }
  return { link, from: parseSize(from), to: parseSize(to), count: parseSize(count), root: parseHash(root), origin, size: parseSize(size), time: parseSize(time) };
}

/**
 * A note that comes over the wire: of this link, of closed minutes, and signed just now. Throws as openInterval; `wrong-audience` for another link; `malformed` and
 * `too-large` for a range that is none, or longer than 31 days; `clock-skew` for a time of signing that is not ours, and for minutes that are not closed by our clock;
 * `replay` for a note that is older than `latest`, UTC seconds of the last one that came.
 */
export function openFreshInterval(content: string, { key, link, latest, now }: { readonly key: NoteVerifier; readonly link: string; readonly latest: number; readonly now: number }): Interval {
  const interval = openInterval(content, key);
  const { from, to, time } = interval;
  if (interval.link !== link) throw new CausewayError('wrong-audience', `an interval note of link "${interval.link}"`);
  if (from >= to) throw new CausewayError('malformed', 'an interval note about no minute');
  if (to - from > MAX_NOTE_WINDOWS) throw new CausewayError('too-large', 'an interval note about more than 31 days');
  if (Math.abs(now - time * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', 'an interval note that was not signed just now');
  if (to > closedWindows(0, now, now).to) throw new CausewayError('clock-skew', 'an interval note about minutes that are not closed here');
  if (time < latest) throw new CausewayError('replay', 'an interval note that is older than one which came before');
  return interval;
}
