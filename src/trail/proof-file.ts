/** The proof of one entry as a file of its own (C2SP tlog-proof v1): index, inclusion proof and cosigned checkpoint. */
import { CausewayError } from '../errors.ts';
import { openCheckpoint, parseHash, parseSize } from './checkpoint.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import type { NoteVerifier } from './note.ts';

export interface ProofFile {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The whole signed note. */
  readonly checkpoint: string;
}

const HEADER = 'c2sp.org/tlog-proof@v1';

export function renderProof({ index, proof, checkpoint }: ProofFile): string {
  return `${[HEADER, `index ${index}`, ...proof.map((hash) => Buffer.from(hash).toString('base64'))].join('\n')}\n\n${checkpoint}`;
}

/** Shape only. `extra` data is not ours, and refused. Throws `malformed`. */
export function parseProof(text: string): ProofFile {
  const blank = text.indexOf('\n\n');
  const [header, index = '', ...hashes] = text.slice(0, Math.max(0, blank)).split('\n');
  if (header !== HEADER || !index.startsWith('index ')) throw new CausewayError('malformed', 'not a tlog-proof of version 1');
  return { index: parseSize(index.slice('index '.length)), proof: hashes.map(parseHash), checkpoint: text.slice(blank + 2) };
}

/**
 * The checkpoint under which `entry` is proven to stand. Throws `malformed`, `statement-invalid` and `statement-untrusted` (checkpoint.ts), and
 * `trail-broken` where the entry is not the one at that index.
 */
export function verifyProof(entry: Uint8Array, { index, proof, checkpoint }: ProofFile, log: NoteVerifier, witnesses: readonly NoteVerifier[]): OpenedCheckpoint {
  const opened = openCheckpoint(checkpoint, log, witnesses);
  verifyInclusion(index, opened.head.size, leafHash(entry), proof, opened.head.root);
  return opened;
}
