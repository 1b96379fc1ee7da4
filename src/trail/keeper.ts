/** Keeps the logs of one gateway published, cosigned and entangled: every second with exchanges, every minute without (trail.md). */
import type { KeyObject } from 'node:crypto';
import { asCausewayError } from '../errors.ts';
import type { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { cosignatureVerifier, cosigner } from './cosignature.ts';
import { Entangler } from './entangle.ts';
import type { Entry } from './entry.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier } from './note.ts';
import { Publisher } from './publisher.ts';
import type { WitnessReply } from './publisher.ts';
import type { Store } from './store.ts';
import { addCheckpoint } from './witness.ts';
import type { WitnessAnswer } from './witness.ts';

const TICK_MS = 1000;
const LOCAL_LOG = 'local';

/** Public identities of a party's log and witness, as the link names them: keys are base64 Ed25519. */
export interface TrailParty {
  readonly log: { readonly origin: string; readonly key: string };
  readonly witness: { readonly name: string; readonly key: string };
}

/** One link whose log is kept. */
export interface KeptLink {
  readonly link: { readonly id: string; readonly version: number };
  readonly us: TrailParty;
  readonly peer: TrailParty;
  /** Sends the body of an add-checkpoint call to the peer. */
  ask(body: string): Promise<WitnessReply>;
}

export interface KeeperOptions {
  readonly links: readonly KeptLink[];
  readonly localOrigin: string;
  readonly logKey: KeyObject;
  readonly witnessKey: KeyObject;
  readonly store: Store;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** What went wrong while publishing a log; the next tick tries again. */
  report(log: string, error: CausewayError): void;
}

interface Thread {
  readonly log: string;
  readonly publisher: Publisher;
  readonly entangler?: Entangler;
  broken: boolean;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #threads: readonly Thread[];
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#threads = [...options.links.map((kept) => this.#linkThread(kept)), this.#localThread()];
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
  }

  /** False once a peer has shown that a log of ours was restored or forked. */
  get intact(): boolean {
    return this.#threads.every((thread) => !thread.broken);
  }

  /** Whether the log of one link is still the one that its peer cosigned: where it is not, no exchange may begin. */
  intactOn(link: string): boolean {
    return this.#threads.every((thread) => thread.log !== link || !thread.broken);
  }

  /** Publishes what is due. Overlapping calls join the one that runs; failures are reported, never thrown. */
  tick(): Promise<void> {
    this.#running ??= this.#tickAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Our witness for one peer's log. */
  async witness(linkId: string, body: string): Promise<WitnessAnswer> {
    const { links, store, clock, witnessKey } = this.#options;
    const kept = links.find(({ link }) => link.id === linkId);
    if (kept === undefined) return { status: 404, contentType: 'text/plain; charset=utf-8', body: 'unknown origin\n' };
    const { origin, key } = kept.peer.log;
    return addCheckpoint(body, { origin, log: ed25519Verifier(origin, ed25519FromBase64(key)), cosigner: cosigner(kept.us.witness.name, witnessKey, clock.now()), store });
  }

  /** Publishes what was committed last, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#tickAll();
  }

  async #tickAll(): Promise<void> {
    for (const thread of this.#threads) await this.#tickOne(thread);
  }

  async #tickOne(thread: Thread): Promise<void> {
    // A restored log that grows again would be signed into a fork.
    if (thread.broken) return;
    const now = this.#options.clock.now();
    try {
      await thread.entangler?.tick(now);
      await thread.publisher.tick(now);
    } catch (thrown) {
      const error = asCausewayError(thrown);
      thread.broken ||= error.code === 'trail-broken';
      this.#options.report(thread.log, error);
    }
  }

  #linkThread({ link, us, peer, ask }: KeptLink): Thread {
    const { store, logKey, clockState } = this.#options;
    const witness = { verifier: cosignatureVerifier(peer.witness.name, ed25519FromBase64(peer.witness.key)), ask };
    const publisher = new Publisher({ store, log: link.id, signer: ed25519Signer(us.log.origin, logKey), verifier: ed25519Verifier(us.log.origin, ed25519FromBase64(us.log.key)), witness });
    return { log: link.id, publisher, entangler: new Entangler({ store, log: link.id, link, peerOrigin: peer.log.origin, clockState }), broken: false };
  }

  #localThread(): Thread {
    const { store, localOrigin, logKey } = this.#options;
    const signer = ed25519Signer(localOrigin, logKey);
    return { log: LOCAL_LOG, publisher: new Publisher({ store, log: LOCAL_LOG, signer, verifier: ed25519Verifier(localOrigin, logKey) }), broken: false };
  }
}
