/**
 * The interval note: what one side's log says of a stretch of minutes, signed with the log's key as a signed note (C2SP). One of a day from each
 * side, and the day is agreed; two that differ are a difference that nobody can take back.
 */
import { CausewayError } from '../../errors.ts';
import { parseHash, parseSize } from '../checkpoint.ts';
import { formatNote, isOfKey, parseNote, signatureLine, verifyNote } from '../note.ts';
import type { NoteSigner, NoteVerifier } from '../note.ts';
import { sameHash } from './tree.ts';
import type { Range } from './reconcile.ts';

/** First line: no checkpoint begins like this, since an origin is a host and a path. */
const KIND = 'causeway/interval/v1';

export interface Interval extends Range {
  readonly link: string;
  /** Statements in it. */
  readonly count: number;
  /** 32 bytes (reconcile-tree.ts, Rollup.root). */
  readonly root: Uint8Array;
}

export function signInterval({ link, from, to, count, root }: Interval, signer: NoteSigner): string {
  const text = `${[KIND, link, from, to, count, Buffer.from(root).toString('base64')].join('\n')}\n`;
  return formatNote(text, [signatureLine(signer, text)]);
}

export function sameInterval(a: Interval, b: Interval): boolean {
  return a.link === b.link && a.from === b.from && a.to === b.to && a.count === b.count && sameHash(a.root, b.root);
}

/** Throws `malformed`, `statement-invalid`, and `statement-untrusted` where the log's key did not sign. */
export function openInterval(content: string, log: NoteVerifier): Interval {
  const note = parseNote(content);
  if (!verifyNote(note, [log]).some((signature) => isOfKey(signature, log))) throw new CausewayError('statement-untrusted', 'interval note: not signed by the log');
  const [kind, link, from, to, count, root, end, ...more] = note.text.split('\n');
  if (kind !== KIND || link === undefined || from === undefined || to === undefined || count === undefined || root === undefined || end !== '' || more.length > 0) throw new CausewayError('malformed', 'interval note: not six lines of an interval');
  return { link, from: parseSize(from), to: parseSize(to), count: parseSize(count), root: parseHash(root) };
}
