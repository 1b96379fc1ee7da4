/** Checkpoints (C2SP tlog-checkpoint): a signed note whose text is `origin \n size \n base64(root) \n`. */
import { CausewayError } from '../errors.ts';
import { HASH_BYTES } from './merkle.ts';
import { all, isOfKey, parseNote, verifyNote } from './note.ts';
import type { Note, NoteVerifier, OneOrMore } from './note.ts';
import type { TreeHead } from './store.ts';

const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

function malformed(what: string): never {
  throw new CausewayError('malformed', `checkpoint: ${what}`);
}

/** A size or index as the formats write it: ASCII decimal without leading zeroes. Throws `malformed`. */
export function parseSize(text: string): number {
  const size = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? size : malformed('not a size');
}

/** A hash as the formats write it: canonical base64 of 32 bytes. Throws `malformed`. */
export function parseHash(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === HASH_BYTES && bytes.toString('base64') === text ? bytes : malformed('not a hash');
}

export function checkpointText({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** The head that a checkpoint's text states; extension lines are allowed and mean nothing to us. Throws `malformed`. */
export function parseCheckpointText(text: string): TreeHead {
  const [origin, size, root, ...rest] = text.split('\n');
  if (origin === undefined || origin === '' || size === undefined || root === undefined) malformed('fewer than three lines');
  if (rest.at(-1) !== '' || rest.slice(0, -1).includes('')) malformed('an empty line');
  return { origin, size: parseSize(size), root: parseHash(root) };
}

export interface OpenedCheckpoint {
  readonly head: TreeHead;
  readonly note: Note;
  /** Names of the witnesses whose cosignatures verified. */
  readonly cosigned: readonly string[];
}

/**
 * A checkpoint that a key of the log signed, with the cosignatures of known witnesses. Throws `malformed`, `statement-invalid` (a known key's
 * signature is bad) and `statement-untrusted` (the log's key did not sign).
 */
export function openCheckpoint(content: string, log: OneOrMore<NoteVerifier>, witnesses: readonly NoteVerifier[] = []): OpenedCheckpoint {
  const note = parseNote(content);
  const head = parseCheckpointText(note.text);
  const valid = verifyNote(note, [...all(log), ...witnesses]);
  if (!valid.some((signature) => all(log).some((key) => isOfKey(signature, key)))) throw new CausewayError('statement-untrusted', 'checkpoint: not signed by the log');
  const cosigned = new Set(witnesses.filter((witness) => valid.some((signature) => isOfKey(signature, witness))).map((witness) => witness.name));
  return { head, note, cosigned: [...cosigned] };
}
