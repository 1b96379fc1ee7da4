/** Publishing a log: signing checkpoints of what is committed, and getting the peer's cosignatures, shard after shard. No timers: the caller ticks. */
import { CausewayError } from '../errors.ts';
import { renderAddCheckpoint } from './add-checkpoint.ts';
import { checkpointText, openCheckpoint, parseSize } from './checkpoint.ts';
import { rootOfPeaks } from './merkle.ts';
import type { LogReader } from './mirror.ts';
import { all, formatNote, isOfKey, parseSignatureLine, signatureLine } from './note.ts';
import type { NoteSignature, NoteSigner, NoteVerifier, OneOrMore } from './note.ts';
import type { WitnessKeys } from './party.ts';
import type { ObserveTrail } from './steps.ts';
import type { LogName, Store, TreeHead } from './store.ts';
import { MAX_GROWTH } from './witness.ts';

export interface WitnessReply {
  readonly status: number;
  readonly body: string;
}

/** The peer's witness. */
export interface Witness {
  /** Asked for anew each time: agreements change. */
  readonly keys: () => WitnessKeys;
  /** Sends the body of an add-checkpoint call. Rejects when the peer cannot be reached. */
  readonly ask: (body: string) => Promise<WitnessReply>;
}

export interface PublisherOptions {
  readonly store: Pick<Store, 'saveCheckpoint' | 'checkpoint'>;
  readonly reader: Pick<LogReader, 'shards' | 'peaks' | 'consistencyProof'>;
  readonly log: LogName;
  /** The log's key under the name of a shard; with two, both sign. */
  readonly signer: (origin: string) => OneOrMore<NoteSigner>;
  /** Check our own stored notes: every key that the log ever had. */
  readonly verifier: (origin: string) => OneOrMore<NoteVerifier>;
  /** Absent for the local log, which nobody cosigns. */
  readonly witness?: Witness;
  /** Told of each checkpoint that was stored. */
  readonly published?: (published: Published) => Promise<void>;
  readonly observe?: ObserveTrail;
}

/** Milliseconds between two checkpoints of a log that does not grow. */
const IDLE_INTERVAL = 60_000;

/** A checkpoint that was stored. */
export interface Published {
  readonly head: TreeHead;
  readonly note: string;
  readonly cosigned: boolean;
}

export class Publisher {
  readonly #options: PublisherOptions;
  /** Shards that are closed and wholly published. */
  readonly #done = new Set<string>();
  /** What the witness has cosigned of each shard, as far as we know; its 409 corrects us. */
  readonly #witnessed = new Map<string, number>();
  #last: { readonly origin: string; readonly size: number; readonly at: number } | undefined;
  #running: Promise<Published | undefined> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Publishes if the log grew, if the last attempt failed, or after `idle` milliseconds, a minute; undefined when there was nothing to do. A shard is wholly published
   * before the next one is. The store keeps the last checkpoint of each that was cosigned (local log: signed). Overlapping calls join the one that
   * runs. Rejects with `peer-unreachable`, `peer-refused`, `peer-answer-invalid`, with `dependency-lost`
   * while the log's key is out of reach, and with `trail-broken` when the witness says that it has cosigned
   * what our log does not hold.
   */
  tick(now: number, idle = IDLE_INTERVAL): Promise<Published | undefined> {
    this.#running ??= this.#publish(now, idle).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #publish(now: number, idle: number): Promise<Published | undefined> {
    const shards = await this.#options.reader.shards('ours', this.#options.log);
    let published: Published | undefined;
    for (const shard of shards.filter(({ origin, size }) => size > 0 && !this.#done.has(origin))) {
      const closed = shard !== shards.at(-1);
      const known = await this.#lastCosigned(shard.origin);
      if (closed ? known < shard.size : this.#isDue(shard, now, idle)) published = await this.#catchUp(shard, known, now);
      if (closed) this.#done.add(shard.origin);
    }
    return published;
  }

  /** A clock that was set back by much makes it due too. */
  #isDue({ origin, size }: TreeHead, now: number, idle: number): boolean {
    return this.#last?.origin !== origin || size > this.#last.size || Math.abs(now - this.#last.at) >= idle;
  }

  /** One checkpoint, or as many as it takes a witness that is far behind. */
  async #catchUp(shard: TreeHead, known: number, now: number): Promise<Published> {
    const { witness } = this.#options;
    let published: Published | undefined;
    for (let old = known; published === undefined || published.head.size < shard.size; old = published.head.size) {
      published = witness === undefined ? await this.#sign(shard) : await this.#cosign(shard, old, witness);
    }
    this.#last = { origin: shard.origin, size: shard.size, at: now };
    return published;
  }

  /** Only what is committed is signed, and the text is a function of the head: no crash, and no token that is slow, can make two notes of one size say two things. */
  async #sign(head: TreeHead): Promise<Published> {
    const text = checkpointText(head);
    return this.#save({ head, note: formatNote(text, await this.#lines(head)), cosigned: false });
  }

  #lines(head: TreeHead): Promise<string[]> {
    const text = checkpointText(head);
    return Promise.all(all(this.#options.signer(head.origin)).map((signer) => signatureLine(signer, text)));
  }

  async #cosign(shard: TreeHead, known: number, witness: Witness): Promise<Published> {
    const { observe, log } = this.#options;
    let old = known;
    for (let attempt = 0; attempt < 2; attempt++) {
      const head = await this.#headAt(shard, Math.min(shard.size, old + MAX_GROWTH));
      const lines = await this.#lines(head);
      observe?.('publish.signed', { log, origin: head.origin, size: head.size });
      const reply = await this.#ask(old, head, formatNote(checkpointText(head), lines), witness);
      if (reply.status !== 409) {
        const cosignatures = this.#take(reply, head, witness);
        observe?.('publish.cosigned', { log, origin: head.origin, size: head.size });
        return this.#save({ head, note: formatNote(checkpointText(head), [...lines, ...cosignatures]), cosigned: true });
      }
      old = this.#corrected(conflictSize(reply), old, shard);
    }
    throw new CausewayError('peer-refused', 'the witness names another size each time');
  }

  /** What the witness's 409 says that it has cosigned. One that has lost its mirror gets every shard again. */
  #corrected(size: number, old: number, shard: TreeHead): number {
    if (size > shard.size) throw new CausewayError('trail-broken', `${shard.origin}: the witness says that it has cosigned ${size} entries, our log holds ${shard.size}`);
    if (size === old) throw new CausewayError('trail-broken', `${shard.origin}: the witness says that it has cosigned another root at size ${size}`);
    this.#witnessed.set(shard.origin, size);
    if (size === 0 && this.#done.size > 0) {
      for (const origin of this.#done) this.#witnessed.set(origin, 0);
      this.#done.clear();
      throw new CausewayError('peer-refused', `${shard.origin}: the witness has lost what it cosigned; it gets the shards before this one first`);
    }
    return size;
  }

  async #headAt(shard: TreeHead, size: number): Promise<TreeHead> {
    if (size === shard.size) return shard;
    return { origin: shard.origin, size, root: rootOfPeaks(await this.#options.reader.peaks(shard.origin, size)) };
  }

  async #ask(old: number, head: TreeHead, checkpoint: string, witness: Witness): Promise<WitnessReply> {
    const proof = await this.#options.reader.consistencyProof(head.origin, old, head.size);
    return witness.ask(renderAddCheckpoint({ old, proof, checkpoint }));
  }

  /** The witness's cosignature lines out of its answer; lines of other keys are ignored. */
  #take(answer: WitnessReply, head: TreeHead, { keys }: Witness): string[] {
    const { verifiers, further } = keys();
    if (answer.status === 422) throw new CausewayError('trail-broken', `${head.origin}: the witness says that size ${head.size} is not consistent with what it cosigned`);
    if (answer.status !== 200) throw new CausewayError('peer-refused', `the witness answered ${answer.status}: ${answer.body.slice(0, 200).trimEnd()}`);
    const text = checkpointText(head);
    const signatures = signaturesIn(answer);
    const by = (known: readonly NoteVerifier[]): string[] => known.flatMap((key) => signatures.find((signature) => isOfKey(signature, key) && key.verify(text, signature.signature))?.line ?? []);
    const lines = by(verifiers);
    if (lines.length === 0) throw new CausewayError('peer-answer-invalid', 'the witness sent no cosignature of its key that verifies');
    this.#witnessed.set(head.origin, head.size);
    return [...lines, ...by(further)];
  }

  async #save(published: Published): Promise<Published> {
    const { store, log, observe } = this.#options;
    const { origin, size } = published.head;
    // A witness that lost its mirror cosigns smaller sizes again; the larger note stays.
    const stored = await this.#storedSize(origin);
    if (size >= stored) {
      await store.saveCheckpoint(origin, size, published.note);
      await this.#options.published?.(published);
      observe?.('publish.stored', { log, origin, size });
    }
    return published;
  }

  async #storedSize(origin: string): Promise<number> {
    const note = await this.#options.store.checkpoint(origin);
    return note === undefined ? 0 : openCheckpoint(note, this.#options.verifier(origin)).head.size;
  }

  /** After a start: the size of our stored note if the witness cosigned it, else 0, and the witness will tell. */
  async #lastCosigned(origin: string): Promise<number> {
    const known = this.#witnessed.get(origin);
    if (known !== undefined) return known;
    const note = await this.#options.store.checkpoint(origin);
    const { witness, verifier } = this.#options;
    const witnesses = witness === undefined ? [] : Object.values(witness.keys()).flat();
    const opened = note === undefined ? undefined : openCheckpoint(note, verifier(origin), witnesses);
    const size = opened === undefined || (witness !== undefined && opened.cosigned.length === 0) ? 0 : opened.head.size;
    this.#witnessed.set(origin, size);
    return size;
  }
}

function conflictSize({ body }: WitnessReply): number {
  return asPeersFault('a size with its 409', () => parseSize(body.trimEnd()));
}

function signaturesIn({ body }: WitnessReply): NoteSignature[] {
  return asPeersFault('signature lines', () => body.trimEnd().split('\n').map(parseSignatureLine));
}

function asPeersFault<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', `the witness sent no ${what}`, { cause });
  }
}
