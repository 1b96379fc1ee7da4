/** Reconciliation of all links of one gateway: compares what is due, and answers what peers ask. No timers: the caller ticks. */
import { join } from 'node:path';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { Served } from '../serve.ts';
import { AgreedNotes } from './agreed-notes.ts';
import { Answering } from './answering.ts';
import { LinkReconciler } from './link-reconciler.ts';
import type { LinkState, ReconcilerOptions } from './link-reconciler.ts';
import { Settling } from './settling.ts';

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #links: readonly LinkReconciler[];
  readonly #answering: Answering;
  #running: Promise<void> | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const parts = { settling: new Settling({ ...options, cases: join(options.folder, 'cases') }), agreed: new AgreedNotes(join(options.folder, 'intervals')) };
    this.#links = options.links.map((link) => new LinkReconciler(link, options, parts));
    this.#answering = new Answering({ ...options, note: (link, theirs) => this.#of(link).answerNote(theirs) });
  }

  /** Compares what is due. Overlapping calls join the one that runs; failures are reported, never thrown. */
  tick(): Promise<void> {
    this.#running ??= this.#tickAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async close(): Promise<void> {
    await this.#running;
  }

  /** What the peer of a link asks (answering.ts). */
  answer(link: string, path: string, body: string): Promise<Served> {
    return this.#answering.answer(link, path, body);
  }

  state(): LinkState[] {
    return this.#links.map((link) => link.state());
  }

  async #tickAll(): Promise<void> {
    const { clock, report } = this.#options;
    await Promise.all(this.#links.map((link) => link.tick(clock.now()).catch((thrown: unknown) => report(link.id, asCausewayError(thrown)))));
  }

  #of(link: string): LinkReconciler {
    const found = this.#links.find(({ id }) => id === link);
    if (found === undefined) throw new CausewayError('internal', `link "${link}" is not reconciled here`);
    return found;
  }
}
