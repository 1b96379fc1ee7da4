/** Proofs of one entry that anybody verifies offline (C2SP tlog-proof v1): index, inclusion proof, and the checkpoint with its cosignatures. */
import { CausewayError } from '../errors.ts';
import { openCheckpoint, parseHash, parseSize } from './checkpoint.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { verifyInclusion } from './merkle.ts';
import { all, MAX_NOTE_CHARACTERS } from './note.ts';
import type { NoteVerifier, OneOrMore } from './note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_HASHES = 63;

export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note, as it is. */
  readonly checkpoint: string;
}

export function renderTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  const lines = [HEADER, `index ${index}`, ...hashes.map((hash) => Buffer.from(hash).toString('base64'))];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Nothing of it is verified; extra data, which nobody vouches for, is left out. Throws `malformed`. */
export function parseTlogProof(text: string): TlogProof {
  if (text.length > 2 * MAX_NOTE_CHARACTERS) throw new CausewayError('malformed', 'tlog-proof: too long');
  const blank = text.indexOf('\n\n');
  const [header, ...rest] = text.slice(0, Math.max(blank, 0)).split('\n');
  const lines = rest[0]?.startsWith('extra ') === true ? rest.slice(1) : rest;
  const [index, ...hashes] = lines;
  if (header !== HEADER || index?.startsWith('index ') !== true) throw new CausewayError('malformed', 'tlog-proof: no header, or no index');
  if (hashes.length > MAX_HASHES) throw new CausewayError('malformed', 'tlog-proof: more than 63 hashes');
  return { index: parseSize(index.slice('index '.length)), hashes: hashes.map(parseHash), checkpoint: text.slice(blank + 2) };
}

/**
 * Passes if the log signed a tree that holds `leaf` (RFC 6962 leaf hash) at the proof's index. Throws `malformed`, `statement-invalid`,
 * `statement-untrusted` and `trail-broken` otherwise.
 */
export function verifyTlogProof({ index, hashes, checkpoint }: TlogProof, leaf: Uint8Array, log: OneOrMore<NoteVerifier>, witnesses: readonly NoteVerifier[] = []): OpenedCheckpoint {
  const opened = openCheckpoint(checkpoint, log, witnesses);
  const name = all(log)[0]?.name;
  if (opened.head.origin !== name) throw new CausewayError('trail-broken', `tlog-proof: about ${opened.head.origin}, not ${name}`);
  verifyInclusion(index, opened.head.size, leaf, hashes, opened.head.root);
  return opened;
}
