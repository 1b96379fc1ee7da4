/** The body of the witness call `add-checkpoint` (C2SP tlog-witness): `old <size>`, proof lines, a blank line, the checkpoint. */
import { CausewayError } from '../errors.ts';
import { parseHash, parseSize } from './checkpoint.ts';
import { MAX_NOTE_CHARACTERS } from './note.ts';

const MAX_PROOF_LINES = 63;

export interface AddCheckpoint {
  /** Size of the last checkpoint that the witness cosigned, as the log believes. */
  readonly old: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, nothing of it verified. */
  readonly checkpoint: string;
}

export function renderAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  const lines = [`old ${old}`, ...proof.map((hash) => Buffer.from(hash).toString('base64'))];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Throws `malformed`. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  if (body.length > 2 * MAX_NOTE_CHARACTERS) throw new CausewayError('malformed', 'add-checkpoint: too long');
  const blank = body.indexOf('\n\n');
  const [first, ...proof] = body.slice(0, Math.max(blank, 0)).split('\n');
  if (!first?.startsWith('old ')) throw new CausewayError('malformed', 'add-checkpoint: no line with the old size');
  if (proof.length > MAX_PROOF_LINES) throw new CausewayError('malformed', 'add-checkpoint: more than 63 proof lines');
  return { old: parseSize(first.slice('old '.length)), proof: proof.map(parseHash), checkpoint: body.slice(blank + 2) };
}
