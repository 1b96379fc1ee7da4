/**
 * The witness of a peer's log (C2SP tlog-witness, add-checkpoint) that is its mirror too: it cosigns a checkpoint when it holds every entry
 * below it, each checked, and the whole gives the root. All of that is on disk before the cosignature leaves, so that a crash cannot make
 * the witness forget what it vouched for.
 */
import { CausewayError } from '../errors.ts';
import { parseAddCheckpoint } from './add-checkpoint.ts';
import type { AddCheckpoint } from './add-checkpoint.ts';
import { openCheckpoint, parseCheckpointText } from './checkpoint.ts';
import type { OpenedCheckpoint } from './checkpoint.ts';
import { verifyConsistency } from './merkle.ts';
import type { Mirror, PeerTerms } from './mirror.ts';
import { all, formatNote, isOfKey, parseNote, signatureLine } from './note.ts';
import type { NoteSigner, NoteVerifier, OneOrMore } from './note.ts';
import { isShardOf } from './shards.ts';
import type { RecoveredEntry } from './store.ts';

/** Entries that one checkpoint may add; a log that is further ahead publishes checkpoints on the way. */
export const MAX_GROWTH = 16_384;

export interface WitnessOptions {
  readonly terms: PeerTerms;
  /** Origin of the first shard of the peer's log, as the link names it: the only log that this peer may submit. */
  readonly origin: string;
  /** Knows the log's key under the name of one of its shards; both, while one takes the place of the other. */
  readonly log: (origin: string) => OneOrMore<NoteVerifier>;
  /** Our cosigners at the present time (cosignature.ts). */
  readonly cosigners: readonly NoteSigner[];
  readonly mirror: Pick<Mirror, 'latestWitnessed' | 'witnessed' | 'grow' | 'openIncident'>;
  /** Entries [from, to) of a shard of the peer's log, from the peer. Rejects with `peer-unreachable` or `peer-answer-invalid`. */
  readonly fetchEntries: (origin: string, from: number, to: number) => Promise<readonly RecoveredEntry[]>;
  /** UTC milliseconds. */
  readonly now: number;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422 | 424 | 503;
  readonly contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  /** 200: cosignature lines. 409: the size of the last cosigned checkpoint. Else a word for the log's operator. */
  readonly body: string;
}

const answer = (status: WitnessAnswer['status'], body: string): WitnessAnswer => ({ status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` });
const conflict = (size: number): WitnessAnswer => ({ status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` });

/** Checks, mirrors, persists and answers; refusals are answers too. Rejects only when the mirror fails, or with `dependency-lost` while a key is out of reach: then nothing is cosigned. */
export async function addCheckpoint(body: string, options: WitnessOptions): Promise<WitnessAnswer> {
  const opened = open(body, options);
  return 'status' in opened ? opened : cosign(opened.request, opened.checkpoint, options);
}

/** What the request says, authenticated; or the refusal. */
function open(body: string, { origin, log }: WitnessOptions): { readonly request: AddCheckpoint; readonly checkpoint: OpenedCheckpoint } | WitnessAnswer {
  try {
    const request = parseAddCheckpoint(body);
    const named = parseCheckpointText(parseNote(request.checkpoint).text).origin;
    if (!isShardOf(named, origin)) return answer(404, 'unknown origin');
    return { request, checkpoint: openCheckpoint(request.checkpoint, log(named)) };
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return thrown.code === 'malformed' ? answer(400, 'malformed request') : answer(403, 'not signed by the log');
  }
}

async function cosign({ old, proof, checkpoint }: AddCheckpoint, { head, note }: OpenedCheckpoint, options: WitnessOptions): Promise<WitnessAnswer> {
  const { mirror, cosigners, terms, fetchEntries, now, log } = options;
  if (old > head.size) return answer(400, 'the old size is larger than the checkpoint');
  const last = await mirror.witnessed(head.origin);
  if (old !== (last?.size ?? 0)) return conflict(last?.size ?? 0);
  // The witness handles old 0 itself: there is nothing to be consistent with, and a "proof" is a mistake.
  if (old === 0 && proof.length > 0) return answer(422, 'a proof from size 0');
  if (last !== undefined) {
    const wrong = inconsistency(old, head.size, last.root, head.root, proof);
    if (wrong !== undefined) {
      // Both heads were signed by the log: two roots of one size show to anybody that it signed two histories.
      await mirror.openIncident({ link: terms.link, origin: head.origin, kind: old === head.size ? 'fork' : 'proof', what: wrong, proof: `${last.note}\n${checkpoint}` }, now);
      return old === head.size ? conflict(old) : answer(422, 'the consistency proof does not verify');
    }
  }
  if (head.size - old > MAX_GROWTH) return answer(400, `more than ${MAX_GROWTH} entries beyond the size that was cosigned last`);
  let entries: readonly RecoveredEntry[];
  try {
    entries = await fetchEntries(head.origin, old, head.size);
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return answer(503, `the entries could not be fetched: ${thrown.code}`);
  }
  const lines = await Promise.all(cosigners.map((cosigner) => signatureLine(cosigner, note.text)));
  // Of lines of keys that we do not know nobody could say later whose they are.
  const known = note.signatures.filter((signature) => all(log(head.origin)).some((key) => isOfKey(signature, key)));
  const signed = formatNote(note.text, [...known.map(({ line }) => line), ...lines]);
  const result = await mirror.grow(terms, { origin: head.origin, old, head, entries, note: signed, now });
  if (result.kind === 'conflict') return conflict(result.size);
  // Nobody but the peer is told what does not fit, and it has the entry.
  if (result.kind === 'refused') return answer(424, `not cosigned (${result.incident}): ${result.what}`);
  return answer(200, lines.join('\n'));
}

/** Why the new head is not the old one grown; undefined where it is. */
function inconsistency(...[old, size, oldRoot, root, proof]: Parameters<typeof verifyConsistency>): string | undefined {
  try {
    if (old > 0) verifyConsistency(old, size, oldRoot, root, proof);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof CausewayError && thrown.code === 'trail-broken') return `sizes ${old} and ${size}: ${thrown.message}`;
    throw thrown;
  }
}
