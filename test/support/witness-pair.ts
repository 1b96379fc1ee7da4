/** A log and the peer that mirrors it and cosigns, for tests of the two halves of C2SP tlog-witness. */
import type { TestContext } from 'node:test';
import { renderAddCheckpoint } from '../../src/trail/add-checkpoint.ts';
import { checkpointText } from '../../src/trail/checkpoint.ts';
import { cosignatureVerifier, cosigner } from '../../src/trail/cosignature.ts';
import type { Mirror, PeerTerms } from '../../src/trail/mirror.ts';
import { ed25519Signer, ed25519Verifier, formatNote, signatureLine } from '../../src/trail/note.ts';
import type { RecoveredEntry, TreeHead } from '../../src/trail/store.ts';
import { addCheckpoint } from '../../src/trail/witness.ts';
import type { WitnessAnswer } from '../../src/trail/witness.ts';
import { LINK, NOW, ORIGIN, testKey, testTrail } from './trail.ts';

export const NEXT = 'fi.example/trail/ee-fi/2026h2';
export const log = testKey();
export const witness = testKey();
export const signer = (origin: string) => ed25519Signer(origin, log);
export const verifier = (origin: string) => ed25519Verifier(origin, log.publicKey);
export const witnessVerifier = cosignatureVerifier('ee.example/witness', witness.publicKey);
export const TERMS: PeerTerms = { link: LINK, versions: [1], us: 'EE', peer: 'FI', entriesPerMinute: 100_000 };

export const noteOf = async (head: TreeHead, by = signer(head.origin)): Promise<string> => formatNote(checkpointText(head), [await signatureLine(by, checkpointText(head))]);

export type Ours = Awaited<ReturnType<typeof testTrail>>;

/** The log goes on in its next shard. */
export const openNext = ({ store }: Ours, previous?: { origin: string; size: number; root: string }): Promise<TreeHead> => store.openShard(LINK, NEXT, { step: 'previous-checkpoint', t: { ms: NOW, clock: 'unknown' }, ...(previous && { previous }) });

type FetchEntries = (origin: string, start: number, end: number) => Promise<RecoveredEntry[]>;

export const entriesOf = ({ mirror }: Ours): FetchEntries => async (origin, start, end) => (await mirror.entries(origin, start, end)).map((bytes) => ({ bytes: bytes! }));

/** What the witness of `mirror` answers. */
export const submitTo = (mirror: Mirror, body: string, fetchEntries: FetchEntries, terms = TERMS): Promise<WitnessAnswer> => addCheckpoint(body, { terms, origin: ORIGIN, log: verifier, cosigners: [cosigner('ee.example/witness', witness, NOW)], mirror, fetchEntries, now: NOW });

export async function witnessPair(t: TestContext, terms = TERMS) {
  const [ours, theirs] = [await testTrail(t), await testTrail(t, { logs: { [LINK]: 'ee.example/trail/ee-fi/2026h1' } })];
  const fetched: [number, number][] = [];
  const counted: FetchEntries = (origin, start, end) => {
    fetched.push([start, end]);
    return entriesOf(ours)(origin, start, end);
  };
  const submit = (body: string, fetchEntries = counted) => submitTo(theirs.mirror, body, fetchEntries, terms);
  const request = async (old: number, change: Partial<Parameters<typeof renderAddCheckpoint>[0]> = {}): Promise<string> => {
    const head = await ours.store.head(LINK);
    return renderAddCheckpoint({ old, proof: await ours.mirror.consistencyProof(head.origin, old, head.size), checkpoint: await noteOf(head), ...change });
  };
  const incidents = async () => (await theirs.mirror.incidents('open')).map(({ kind }) => kind);
  return { ours, theirs, submit, request, incidents, fetched };
}
