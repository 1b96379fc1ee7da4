/**
 * The witness of a peer's log (C2SP tlog-witness, add-checkpoint): cosigns a checkpoint that is consistent with the one it cosigned
 * before. A cosignature is stored before it is answered, so that a crash cannot make the witness forget what it vouched for.
 */
import { CausewayError } from '../errors.ts';
import { parseAddCheckpoint } from './add-checkpoint.ts';
import type { AddCheckpoint } from './add-checkpoint.ts';
import { openCheckpoint, parseCheckpointText } from './checkpoint.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { verifyConsistency } from './merkle.ts';
import { formatNote, parseNote, signatureLine } from './note.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';
import type { Store } from './store.ts';

export interface WitnessOptions {
  /** Origin of the peer's log, the only one that this peer may submit. */
  readonly origin: string;
  readonly log: NoteVerifier;
  /** Our cosigner at the present time (cosignature.ts). */
  readonly cosigner: NoteSigner;
  readonly store: Pick<Store, 'witnessed' | 'saveWitnessed'>;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  /** 200: cosignature lines. 409: the size of the last cosigned checkpoint. Else a word for the log's operator. */
  readonly body: string;
}

const answer = (status: WitnessAnswer['status'], body: string): WitnessAnswer => ({ status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` });
const conflict = (size: number): WitnessAnswer => ({ status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` });

/** Checks, persists and answers; refusals are answers too. Rejects only when the store fails: then nothing is cosigned. */
export async function addCheckpoint(body: string, options: WitnessOptions): Promise<WitnessAnswer> {
  const opened = open(body, options);
  return 'status' in opened ? opened : cosign(opened.request, opened.checkpoint, options);
}

/** What the request says, authenticated; or the refusal. */
function open(body: string, { origin, log }: WitnessOptions): { readonly request: AddCheckpoint; readonly checkpoint: OpenedCheckpoint } | WitnessAnswer {
  try {
    const request = parseAddCheckpoint(body);
    if (parseCheckpointText(parseNote(request.checkpoint).text).origin !== origin) return answer(404, 'unknown origin');
    return { request, checkpoint: openCheckpoint(request.checkpoint, log) };
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return thrown.code === 'malformed' ? answer(400, 'malformed request') : answer(403, 'not signed by the log');
  }
}

async function cosign({ old, proof }: AddCheckpoint, { head, note }: OpenedCheckpoint, { origin, cosigner, store }: WitnessOptions): Promise<WitnessAnswer> {
  if (old > head.size) return answer(400, 'the old size is larger than the checkpoint');
  const last = await store.witnessed(origin);
  if (old !== (last?.size ?? 0)) return conflict(last?.size ?? 0);
  // The witness handles old 0 itself: there is nothing to be consistent with, and a "proof" is a mistake.
  if (old === 0 && proof.length > 0) return answer(422, 'a proof from size 0');
  if (last !== undefined && old > 0) {
    if (old === head.size && Buffer.compare(last.root, head.root) !== 0) return conflict(old);
    if (!isConsistent(old, head.size, last.root, head.root, proof)) return answer(422, 'the consistency proof does not verify');
  }
  const line = signatureLine(cosigner, note.text);
  const logLines = note.signatures.map((signature) => signature.line);
  const saved = await store.saveWitnessed(origin, old, head.size, head.root, formatNote(note.text, [...logLines, line]));
  if (!saved) return conflict((await store.witnessed(origin))?.size ?? 0);
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function isConsistent(...[old, size, oldRoot, root, proof]: Parameters<typeof verifyConsistency>): boolean {
  try {
    verifyConsistency(old, size, oldRoot, root, proof);
    return true;
  } catch (thrown) {
    if (thrown instanceof CausewayError && thrown.code === 'trail-broken') return false;
    throw thrown;
  }
}
