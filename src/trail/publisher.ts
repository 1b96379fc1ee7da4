/** Publishing a log: signing checkpoints of what is committed, and getting the peer's cosignature. No timers: the caller ticks. */
import { CausewayError } from '../errors.ts';
import { renderAddCheckpoint } from './add-checkpoint.ts';
import { checkpointText, openCheckpoint, parseSize } from './checkpoint.ts';
import { formatNote, isOfKey, parseSignatureLine, signatureLine } from './note.ts';
import type { NoteSignature, NoteSigner, NoteVerifier } from './note.ts';
import type { LogName, Store, TreeHead } from './store.ts';

export interface WitnessReply {
  readonly status: number;
  readonly body: string;
}

/** The peer's witness. */
export interface Witness {
  readonly verifier: NoteVerifier;
  /** Sends the body of an add-checkpoint call. Rejects when the peer cannot be reached. */
  readonly ask: (body: string) => Promise<WitnessReply>;
}

export interface PublisherOptions {
  readonly store: Store;
  readonly log: LogName;
  readonly signer: NoteSigner;
  /** Checks our own stored notes. */
  readonly verifier: NoteVerifier;
  /** Absent for the local log, which nobody cosigns. */
  readonly witness?: Witness;
}

/** Milliseconds between two checkpoints of a log that does not grow. */
const IDLE_INTERVAL = 60_000;

/** The latest checkpoint of the log as it now stands. */
export interface Published {
  readonly head: TreeHead;
  readonly note: string;
  readonly cosigned: boolean;
}

export class Publisher {
  readonly #options: PublisherOptions;
  #last: { readonly size: number; readonly at: number } | undefined;
  /** What the witness has cosigned, as far as we know; its 409 corrects us. */
  #witnessed: number | undefined;
  #running: Promise<Published | undefined> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Publishes if the log grew, if the last attempt failed, or after a minute; undefined when there was nothing to do. The store keeps the last
   * checkpoint that was cosigned (local log: signed) until the next one is. Overlapping calls join the one that runs. Rejects with `peer-unreachable`, `peer-answer-invalid`, or `trail-broken` when the witness
   * has cosigned what our log does not hold: a restored or forked log.
   */
  tick(now: number): Promise<Published | undefined> {
    this.#running ??= this.#publish(now).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #publish(now: number): Promise<Published | undefined> {
    const { store, log, signer, witness } = this.#options;
    const head = await store.head(log);
    if (head.size === 0 || !this.#isDue(head.size, now)) return undefined;
    // Only what is committed is signed, and the signature is a function of the head: no crash can make two notes of one size differ.
    const text = checkpointText(head);
    const signature = signatureLine(signer, text);
    const cosignature = witness && (await this.#cosign(head, formatNote(text, [signature]), witness));
    const note = formatNote(text, cosignature === undefined ? [signature] : [signature, cosignature]);
    await store.saveCheckpoint(log, head.size, note);
    this.#last = { size: head.size, at: now };
    return { head, note, cosigned: cosignature !== undefined };
  }

  #isDue(size: number, now: number): boolean {
    return this.#last === undefined || size > this.#last.size || now - this.#last.at >= IDLE_INTERVAL;
  }

  async #cosign(head: TreeHead, signed: string, witness: Witness): Promise<string> {
    let old = (this.#witnessed ??= await this.#lastCosigned(witness.verifier));
    for (let attempt = 0; attempt < 2; attempt++) {
      const reply = await this.#ask(old, head, signed, witness);
      if (reply.status !== 409) return this.#take(reply, head, witness);
      const size = conflictSize(reply);
      if (size > head.size) throw new CausewayError('trail-broken', `${head.origin}: the witness has cosigned ${size} entries, our log holds ${head.size}`);
      if (size === old) throw new CausewayError('trail-broken', `${head.origin}: the witness has cosigned another root at size ${size}`);
      old = size;
    }
    throw new CausewayError('peer-refused', 'the witness names another size each time');
  }

  async #ask(old: number, head: TreeHead, checkpoint: string, witness: Witness): Promise<WitnessReply> {
    const proof = await this.#options.store.consistencyProof(this.#options.log, old, head.size);
    return witness.ask(renderAddCheckpoint({ old, proof, checkpoint }));
  }

  /** The witness's cosignature line out of its answer; lines of other keys are ignored. */
  #take(answer: WitnessReply, head: TreeHead, { verifier }: Witness): string {
    if (answer.status === 422) throw new CausewayError('trail-broken', `${head.origin}: the witness says that size ${head.size} is not consistent with what it cosigned`);
    if (answer.status !== 200) throw new CausewayError('peer-refused', `the witness answered ${answer.status}`);
    const line = signaturesIn(answer).find((signature) => isOfKey(signature, verifier));
    if (line === undefined || !verifier.verify(checkpointText(head), line.signature)) throw new CausewayError('peer-answer-invalid', 'the witness sent no cosignature of its key that verifies');
    this.#witnessed = head.size;
    return line.line;
  }

  /** After a start: the size of our stored note if the witness cosigned it, else 0, and the witness will tell. */
  async #lastCosigned(witness: NoteVerifier): Promise<number> {
    const note = await this.#options.store.checkpoint(this.#options.log);
    if (note === undefined) return 0;
    const { head, cosigned } = openCheckpoint(note, this.#options.verifier, [witness]);
    return cosigned.length > 0 ? head.size : 0;
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
