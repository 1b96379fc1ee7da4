/**
 * A public witness (C2SP tlog-witness), where the operator wants one besides the peer's: it is shown checkpoints, never entries, and its cosignature is kept with the
 * checkpoint. The peer's is what exchanges rest on: without this one everything goes on, and it shows.
 */
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { renderAddCheckpoint } from './add-checkpoint.ts';
import { checkpointText, parseSize } from './checkpoint.ts';
import type { LogReader } from './mirror.ts';
import { formatNote, isOfKey, parseNote, parseSignatureLine } from './note.ts';
import type { NoteVerifier } from './note.ts';
import type { Published, WitnessReply } from './publisher.ts';
import type { ObserveTrail } from './steps.ts';
import type { LogName, Store } from './store.ts';

export interface PublicWitnessOptions {
  /** Of its cosignatures. */
  readonly verifier: NoteVerifier;
  /** Sends the body of an add-checkpoint call. */
  readonly ask: (body: string) => Promise<WitnessReply>;
  /** Milliseconds between two cosignatures of one shard. */
  readonly every: number;
  readonly store: Pick<Store, 'saveCheckpoint' | 'checkpoint'>;
  readonly reader: Pick<LogReader, 'consistencyProof'>;
  readonly clock: Clock;
  /** What went wrong; undefined when it answers again. */
  report(error: CausewayError | undefined): void;
  readonly observe?: ObserveTrail;
}

export class PublicWitness {
  readonly #options: PublicWitnessOptions;
  /** What it has cosigned of each shard, as far as we know; its 409 corrects us. */
  readonly #witnessed = new Map<string, number>();
  /** Monotonic milliseconds. */
  readonly #nextAt = new Map<string, number>();
  #failing = false;
  #running: Promise<void> | undefined;

  constructor(options: PublicWitnessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.verifier.name;
  }

  /** It did not cosign when it was asked last. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Told of each checkpoint that was stored: asks if one is due, beside what goes on. Failures are reported. */
  published(log: LogName, published: Published): void {
    const { clock } = this.#options;
    if (this.#running !== undefined || clock.monotonic() < (this.#nextAt.get(published.head.origin) ?? -Infinity)) return;
    this.#running = this.#cosign(log, published).finally(() => (this.#running = undefined));
  }

  /** Ends when what runs has ended. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #cosign(log: LogName, { head, note }: Published): Promise<void> {
    const { clock, every, report, observe } = this.#options;
    try {
      observe?.('public.asked', { log, origin: head.origin, size: head.size });
      const line = await this.#ask({ head, note });
      observe?.('public.cosigned', { log, origin: head.origin, size: head.size });
      if (!(await this.#keep(head, line))) return;
      observe?.('public.stored', { log, origin: head.origin, size: head.size });
      if (this.#failing) report(undefined);
      this.#failing = false;
    } catch (thrown) {
      this.#failing = true;
      report(asCausewayError(thrown));
    }
    this.#nextAt.set(head.origin, clock.monotonic() + every);
  }

  /** Its cosignature line. Only the log's own signature goes with the checkpoint: who else cosigns it is nobody's business. */
  async #ask({ head, note }: Pick<Published, 'head' | 'note'>): Promise<string> {
    const { reader, ask } = this.#options;
    const own = parseNote(note).signatures.filter(({ name }) => name === head.origin).map(({ line }) => line);
    for (let attempt = 0; attempt < 2; attempt++) {
      const old = this.#witnessed.get(head.origin) ?? 0;
      const proof = await reader.consistencyProof(head.origin, old, head.size);
      const reply = await ask(renderAddCheckpoint({ old, proof, checkpoint: formatNote(checkpointText(head), own) }));
      if (reply.status !== 409) return this.#take(reply, head);
      this.#correct(reply, old, head);
    }
    throw new CausewayError('service-refused', `${this.name} names another size each time`);
  }

  #correct({ body }: WitnessReply, old: number, { origin, size }: Published['head']): void {
    const theirs = parseSize(body.trimEnd());
    // What a public witness says is a reason to look, and none to stop: it is not the peer, and anybody may run it.
    if (theirs > size || theirs === old) throw new CausewayError('trail-broken', `${origin}: ${this.name} says that it has cosigned another log, of ${theirs} entries`);
    this.#witnessed.set(origin, theirs);
  }

  #take({ status, body }: WitnessReply, head: Published['head']): string {
    const { verifier } = this.#options;
    if (status === 422) throw new CausewayError('trail-broken', `${head.origin}: ${this.name} says that size ${head.size} is not consistent with what it cosigned`);
    if (status !== 200) throw new CausewayError('service-refused', `${this.name} answered ${status}`);
    const text = checkpointText(head);
    const found = body.trimEnd().split('\n').map(parseSignatureLine).find((signature) => isOfKey(signature, verifier) && verifier.verify(text, signature.signature));
    if (found === undefined) throw new CausewayError('signature-invalid', `${this.name} sent no cosignature of its key that verifies`);
    this.#witnessed.set(head.origin, head.size);
    return found.line;
  }

  /** Beside the signatures that the stored checkpoint has. False where a larger one was stored meanwhile: that one is asked about next. */
  async #keep(head: Published['head'], line: string): Promise<boolean> {
    const { store, verifier } = this.#options;
    const stored = await store.checkpoint(head.origin);
    const note = stored === undefined ? undefined : parseNote(stored);
    if (note === undefined || note.text !== checkpointText(head)) return false;
    const others = note.signatures.filter((signature) => !isOfKey(signature, verifier)).map((signature) => signature.line);
    await store.saveCheckpoint(head.origin, head.size, formatNote(note.text, [...others, line]));
    return true;
  }
}
