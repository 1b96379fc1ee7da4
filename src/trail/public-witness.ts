/**
 * A public witness (C2SP tlog-witness), where the operator wants one besides the peer's: it is shown checkpoints, never entries, and the last note of each shard that it
 * cosigned is kept. The peer's is what exchanges rest on: without this one everything goes on, and it shows. No timers: the caller ticks.
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
  readonly store: Pick<Store, 'savePubliclyWitnessed'>;
  readonly reader: Pick<LogReader, 'consistencyProof'>;
  readonly clock: Clock;
  /** What went wrong; undefined when it answers again. */
  report(error: CausewayError | undefined): void;
  readonly observe?: ObserveTrail;
}

type Offered = Published & { readonly log: LogName };

export class PublicWitness {
  readonly #options: PublicWitnessOptions;
  /** What it has cosigned of each shard, as far as we know; its 409 corrects us. */
  readonly #witnessed = new Map<string, number>();
  /** The latest checkpoint of each shard that it has not cosigned. */
  readonly #offered = new Map<string, Offered>();
  /** Monotonic milliseconds. */
  readonly #nextAt = new Map<string, number>();
  /** Shards that it did not cosign when it was asked last. */
  readonly #failing = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(options: PublicWitnessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.verifier.name;
  }

  /** There is a shard that it did not cosign when it was asked last. */
  get failing(): boolean {
    return this.#failing.size > 0;
  }

  /** Told of each checkpoint that was stored: the next tick offers it, unless a later one takes its place. */
  published(log: LogName, published: Published): void {
    this.#offered.set(published.head.origin, { log, ...published });
  }

  /** Offers the checkpoints of all shards that are due. Overlapping calls join the one that runs; failures are reported, never thrown, and what was offered is offered again. */
  tick(): Promise<void> {
    this.#running ??= this.#offerAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #offerAll(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const due = [...this.#offered.values()].filter(({ head }) => now >= (this.#nextAt.get(head.origin) ?? -Infinity));
    await Promise.all(due.map((offered) => this.#cosign(offered)));
  }

  async #cosign(offered: Offered): Promise<void> {
    const { log, head, note } = offered;
    const { store, clock, every, report, observe } = this.#options;
    try {
      observe?.('public.asked', { log, origin: head.origin, size: head.size });
      const line = await this.#ask(offered);
      observe?.('public.cosigned', { log, origin: head.origin, size: head.size });
      await store.savePubliclyWitnessed(head.origin, head.size, formatNote(checkpointText(head), [...parseNote(note).signatures.map((signature) => signature.line), line]));
      if (this.#offered.get(head.origin) === offered) this.#offered.delete(head.origin);
      observe?.('public.stored', { log, origin: head.origin, size: head.size });
      if (this.#failing.delete(head.origin) && !this.failing) report(undefined);
    } catch (thrown) {
      this.#failing.add(head.origin);
      report(asCausewayError(thrown));
    }
    this.#nextAt.set(head.origin, clock.monotonic() + every);
  }

  /** Its cosignature line. Only the log's own signature goes with the checkpoint: who else cosigns it is nobody's business. */
  async #ask({ head, note }: Published): Promise<string> {
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
}
