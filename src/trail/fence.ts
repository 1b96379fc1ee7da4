/**
 * The restore fence (trail.md): before a link takes exchanges, our log is held against the last checkpoint that the peer cosigned of it, and against
 * the head file. A log that is behind gets back from the peer's mirror what it lost, is closed there, and goes on under a new origin whose entry 0
 * is a `break`: two signed origins are a recorded break, never a fork. Entries from the peer are believed because our own key signed their root.
 */
import { CausewayError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { parseEntry } from './entry.ts';
import type { Entry, StatedHead } from './entry.ts';
import type { HeadFile, KnownHead } from './head-file.ts';
import { CompactRange, leafHash, rootOfPeaks } from './merkle.ts';
import type { Mirror, ShardHead } from './mirror.ts';
import type { NoteVerifier, OneOrMore } from './note.ts';
import type { PeerTrail } from './peer-trail.ts';
import { follows, isShardOf, originAfterBreak } from './shards.ts';
import type { ObserveTrail } from './steps.ts';
import type { LogName, RecoveredEntry, Store } from './store.ts';

/** Entries that are fetched and stored at once while a log is recovered. */
const CHUNK = 4096;

export interface FenceOptions {
  readonly log: LogName;
  readonly link: NonNullable<Entry['link']>;
  /** Origin of the log's first shard. */
  readonly origin: string;
  readonly store: Pick<Store, 'head' | 'openShard' | 'recover' | 'saveCheckpoint'>;
  readonly mirror: Pick<Mirror, 'shards' | 'peaks' | 'openIncident'>;
  readonly peer: Pick<PeerTrail, 'witnessed' | 'promisesBeyond' | 'mirroredCheckpoint' | 'mirroredEntries' | 'mirroredLeaves'>;
  readonly heads: HeadFile;
  /** Our own keys under the name of a shard, all that the log ever had, and the peer's witness. */
  readonly verifier: (origin: string) => OneOrMore<NoteVerifier>;
  readonly witnesses: readonly NoteVerifier[];
  readonly now: number;
  readonly clockState: () => Entry['t']['clock'];
  readonly observe: ObserveTrail;
}

export interface FenceResult {
  /** Entries that came back from the peer's mirror. */
  readonly recovered: number;
  /** Heads of the local log that those entries name. */
  readonly localHeads: readonly StatedHead[];
}

/**
 * Resolves when exchanges may begin. Rejects with `peer-unreachable` and `peer-answer-invalid`, and may be tried again then; with `trail-broken`, and an
 * incident, where what we hold, what the head file says and what the peer shows cannot all be true.
 */
export async function passFence(options: FenceOptions): Promise<FenceResult> {
  const fence = new Fence(options);
  return fence.pass();
}

class Fence {
  readonly #options: FenceOptions;
  #recovered = 0;
  readonly #localHeads: StatedHead[] = [];

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  async pass(): Promise<FenceResult> {
    const { log, peer, heads, observe } = this.#options;
    const claimed = this.#verified(await peer.witnessed());
    observe('fence.answered', { log });
    const known = heads.get(log);
    const shown = claimed === undefined ? 'nothing' : `${claimed.size} of ${claimed.origin}`;
    const mustHold = known?.lossAccepted === undefined ? known : undefined;
    // A peer that shows less than it is known to have cosigned would have us sign a second history from there.
    if (mustHold !== undefined && !(await this.#holds(mustHold)) && !reaches(claimed, mustHold)) await this.#contradiction(`${mustHold.origin} is known to have had ${mustHold.size} entries; we hold less, and the peer shows ${shown}`);
    if (claimed !== undefined && !(await this.#holds(claimed))) await this.#recover(claimed);
    if (mustHold !== undefined && !(await this.#holds(mustHold))) await this.#contradiction(`${mustHold.origin} is known to have had ${mustHold.size} entries, and what the peer shows (${shown}) does not have them`);
    await this.#breakOff(claimed);
    observe('fence.passed', { log });
    return { recovered: this.#recovered, localHeads: this.#localHeads };
  }

  /** What the peer shows, if our own log's key signed it and the peer's witness cosigned it. */
  #verified(note: string | undefined): StatedHead | undefined {
    if (note === undefined) return undefined;
    const { verifier, witnesses } = this.#options;
    try {
      const origin = note.slice(0, note.indexOf('\n'));
      const { head, cosigned } = openCheckpoint(note, verifier(origin), witnesses);
      if (cosigned.length > 0 && isShardOf(origin, this.#options.origin)) return { origin: head.origin, size: head.size, root: Buffer.from(head.root).toString('base64') };
    } catch (cause) {
      throw new CausewayError('peer-answer-invalid', 'what the peer shows as our last checkpoint is none of ours', { cause });
    }
    throw new CausewayError('peer-answer-invalid', 'what the peer shows as our last checkpoint is of another log, or does not carry its cosignature');
  }

  async #shards(): Promise<readonly ShardHead[]> {
    return (await this.#options.mirror.shards('ours', this.#options.log)).filter(({ size }) => size > 0);
  }

  /** False where our log ends before `head`. A log that had another root there is no log that was restored: it was forked. */
  async #holds(head: StatedHead): Promise<boolean> {
    const shards = await this.#shards();
    const shard = shards.find(({ origin }) => origin === head.origin);
    const last = shards.at(-1);
    if (shard === undefined && last !== undefined && !follows(head.origin, last.origin)) return this.#contradiction(`${head.origin} is not among our shards, and not after ${last.origin}`);
    if (shard === undefined || shard.size < head.size) {
      // A shard that is closed can be behind only if what came after it was signed by somebody else.
      return shard === undefined || shard === last ? false : this.#contradiction(`${head.origin} ended here with ${shard.size} entries, and had ${head.size}`);
    }
    const root = Buffer.from(rootOfPeaks(await this.#options.mirror.peaks(head.origin, head.size))).toString('base64');
    return root === head.root || this.#contradiction(`${head.origin} has another root at ${head.size} entries than was signed and cosigned`);
  }

  async #contradiction(what: string): Promise<never> {
    const { log, mirror, now } = this.#options;
    await mirror.openIncident({ link: log, origin: (await this.#options.store.head(log)).origin, kind: 'fence', what, proof: '' }, now);
    throw new CausewayError('trail-broken', what);
  }

  /** Everything up to `claimed`, shard by shard, the oldest that we lack first. */
  async #recover(claimed: StatedHead): Promise<void> {
    const { log, observe } = this.#options;
    observe('fence.behind', { log, origin: claimed.origin, size: claimed.size });
    const ours = await this.#shards();
    for (const target of await this.#chain(claimed, ours)) await this.#recoverShard(target);
    observe('fence.recovered', { log, origin: claimed.origin, size: claimed.size });
  }

  /** The shards from the last one that we hold a part of up to `claimed`. Each names the head of the one before it in its entry 0, which is under its root. */
  async #chain(claimed: StatedHead, ours: readonly ShardHead[]): Promise<Target[]> {
    const chain: Target[] = [];
    for (let head: StatedHead | undefined = claimed; head !== undefined; ) {
      const held: ShardHead | undefined = ours.find(({ origin }) => origin === head?.origin);
      const target: Target = await this.#target(head, held);
      chain.unshift(target);
      head = held === undefined ? await this.#previous(target) : undefined;
      if (head !== undefined && ours.some(({ origin, size }) => origin === head?.origin && size >= head.size)) head = undefined;
    }
    return chain;
  }

  /** Its leaf hashes beyond what we hold, which give its root. */
  async #target(head: StatedHead, held: ShardHead | undefined): Promise<Target> {
    const from = held?.size ?? 0;
    const leaves = await this.#options.peer.mirroredLeaves(head.origin, from, head.size);
    const range = new CompactRange(from, held === undefined ? [] : await this.#options.mirror.peaks(head.origin, from));
    for (const leaf of leaves) range.append(leaf);
    if (Buffer.from(range.root()).toString('base64') !== head.root) throw new CausewayError('peer-answer-invalid', `${head.origin}: the leaf hashes that the peer shows do not give the root that we signed`);
    return { head, from, leaves };
  }

  async #previous({ head, leaves }: Target): Promise<StatedHead | undefined> {
    const [first] = await this.#entries(head.origin, 0, leaves.slice(0, 1));
    if (first === undefined || 'leaf' in first) throw new CausewayError('peer-answer-invalid', `${head.origin}: entry 0 is redacted`);
    return parseEntry(first.bytes).previous;
  }

  /** In chunks, each of them on disk before the next: after a crash in between, the log is behind by less. */
  async #recoverShard({ head, from, leaves }: Target): Promise<void> {
    const { log, store, peer, verifier, witnesses, observe } = this.#options;
    for (let at = 0; at < leaves.length; at += CHUNK) {
      const entries = await this.#entries(head.origin, from + at, leaves.slice(at, at + CHUNK));
      this.#noteLocalHeads(entries);
      const { size } = await store.recover(log, head.origin, entries);
      this.#recovered += entries.length;
      observe('fence.recovered-some', { log, origin: head.origin, size });
    }
    const note = await peer.mirroredCheckpoint(head.origin);
    if (note === undefined) return;
    const opened = openCheckpoint(note, verifier(head.origin), witnesses);
    if (opened.head.size <= head.size) await store.saveCheckpoint(head.origin, opened.head.size, note);
  }

  /** As many entries as `leaves`, each of which is that entry's hash. */
  async #entries(origin: string, from: number, leaves: readonly Uint8Array[]): Promise<RecoveredEntry[]> {
    const entries = await this.#options.peer.mirroredEntries(origin, from, from + leaves.length);
    const wrong = entries.findIndex((entry, at) => Buffer.compare('bytes' in entry ? leafHash(entry.bytes) : entry.leaf, leaves[at]!) !== 0);
    if (wrong >= 0) throw new CausewayError('peer-answer-invalid', `${origin}: entry ${from + wrong} that the peer shows is not ours`);
    return entries;
  }

  #noteLocalHeads(entries: readonly RecoveredEntry[]): void {
    for (const entry of entries) {
      const { step, checkpoint } = 'bytes' in entry ? parseEntry(entry.bytes) : {};
      if (step === 'local-checkpoint' && checkpoint !== undefined) this.#localHeads.push(checkpoint);
    }
  }

  /** A shard into which entries came back is closed, also when a crash came between the two; so is one whose loss was accepted. */
  async #breakOff(claimed: StatedHead | undefined): Promise<void> {
    const { log, heads } = this.#options;
    const last = (await this.#shards()).at(-1);
    const known = heads.get(log);
    const accepted = known?.lossAccepted === undefined ? undefined : known;
    if (last?.recovered === undefined && accepted === undefined) return;
    const present = await this.#options.store.head(log);
    const size = Math.max(present.size, ...[claimed, known].map((head) => (head?.origin === present.origin ? head.size : 0)), accepted?.size ?? 0);
    const promises = await this.#options.peer.promisesBeyond(present.origin, present.size);
    const opened = await breakOff(log, { ...this.#options, size, promises, ...(accepted && { accepted }) });
    await heads.set(log, opened);
  }
}

/** Whether a log that goes up to `claimed` may have had `known`. */
function reaches(claimed: StatedHead | undefined, known: StatedHead): boolean {
  if (claimed === undefined) return false;
  return claimed.origin === known.origin ? claimed.size >= known.size : follows(claimed.origin, known.origin);
}

/** A shard to be recovered from index `from` on; `leaves` give the root of `head`. */
interface Target {
  readonly head: StatedHead;
  readonly from: number;
  readonly leaves: readonly Uint8Array[];
}

export interface BreakOptions extends Pick<FenceOptions, 'store' | 'now' | 'clockState' | 'observe'> {
  readonly link?: NonNullable<Entry['link']>;
  /** Entries that the shard is known to have had. */
  readonly size: number;
  /** Promises about entries beyond what is left. */
  readonly promises: number;
  readonly accepted?: KnownHead;
}

/** Closes the shard in which a log stands; it goes on under an origin that it never had. Answers the head there. */
export async function breakOff(log: LogName, { store, link, now, clockState, observe, size, promises, accepted }: BreakOptions): Promise<StatedHead> {
  const { origin, size: held } = await store.head(log);
  // A log of which nothing is left still says what it was.
  const previous = held === 0 && accepted !== undefined ? { origin: accepted.origin, size: accepted.size, root: accepted.root } : undefined;
  const approval = accepted?.lossAccepted;
  const lastNamed = accepted !== undefined && follows(accepted.origin, origin) ? accepted.origin : origin;
  const { root, ...head } = await store.openShard(log, originAfterBreak(lastNamed, now), { step: 'break', ...(link && { link }), t: { ms: now, clock: clockState() }, lost: { size, promises }, ...(approval !== undefined && { approval }), ...(previous && { previous }) });
  observe('fence.broken-off', { log, origin: head.origin });
  return { ...head, root: Buffer.from(root).toString('base64') };
}
