/** Keeps the logs of one gateway published, cosigned and entangled, in the shard of the present half-year: every second with exchanges, every minute without (trail.md). */
import type { KeyObject } from 'node:crypto';
import { asCausewayError } from '../errors.ts';
import type { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { cosignatureVerifier, cosigner } from './cosignature.ts';
import { Entangler } from './entangle.ts';
import type { Entry } from './entry.ts';
import type { Mirror, PeerTerms } from './mirror.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier } from './note.ts';
import type { PeerTrail } from './peer-trail.ts';
import { Publisher } from './publisher.ts';
import { serveTrail } from './serve.ts';
import type { Served } from './serve.ts';
import { dueOrigin } from './shards.ts';
import type { ObserveTrail } from './steps.ts';
import type { Store } from './store.ts';
import { addCheckpoint } from './witness.ts';
import type { WitnessAnswer } from './witness.ts';

const TICK_MS = 1000;
const LOCAL_LOG = 'local';

/** Public identities of a party's log and witness, as the link names them: `origin` is that of the log's first shard, keys are base64 Ed25519. */
export interface TrailParty {
  readonly log: { readonly origin: string; readonly key: string };
  readonly witness: { readonly name: string; readonly key: string };
}

/** One link whose log is kept. */
export interface KeptLink {
  readonly link: { readonly id: string; readonly version: number };
  readonly us: TrailParty;
  readonly peer: TrailParty;
  /** What the entries of the peer's log must fit. */
  readonly terms: PeerTerms;
  readonly peerTrail: PeerTrail;
}

export interface KeeperOptions {
  readonly links: readonly KeptLink[];
  readonly logKey: KeyObject;
  readonly witnessKey: KeyObject;
  readonly store: Store;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** What went wrong while publishing a log; the next tick tries again. */
  report(log: string, error: CausewayError): void;
  readonly observe: ObserveTrail;
}

interface Thread {
  readonly log: string;
  readonly link?: KeptLink['link'];
  readonly publisher: Publisher;
  readonly entangler?: Entangler;
  broken: boolean;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #threads: readonly Thread[];
  readonly #timer: NodeJS.Timeout;
  /** Submissions of one peer, one after the other: each is judged by what the one before left. */
  readonly #witnessing = new Map<string, Promise<unknown>>();
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
    const kept = this.#options.links.find(({ link }) => link.id === linkId);
    if (kept === undefined) return { status: 404, contentType: 'text/plain; charset=utf-8', body: 'unknown origin\n' };
    const before = this.#witnessing.get(linkId) ?? Promise.resolve();
    const answer = before.then(() => this.#cosign(kept, body));
    this.#witnessing.set(linkId, answer.catch(() => {}));
    return answer;
  }

  /** What the peer of a link may read at `path`: our log, and our mirror of its own. */
  async serve(linkId: string, path: string): Promise<Served | undefined> {
    const kept = this.#options.links.find(({ link }) => link.id === linkId);
    return kept && serveTrail(path, { link: linkId, origin: kept.us.log.origin }, this.#options);
  }

  /** Publishes what was committed last, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#tickAll();
    await Promise.all(this.#witnessing.values());
  }

  async #cosign({ terms, us, peer, peerTrail }: KeptLink, body: string): Promise<WitnessAnswer> {
    const { mirror, clock, witnessKey, observe } = this.#options;
    const key = ed25519FromBase64(peer.log.key);
    const now = clock.now();
    observe('mirror.asked', { log: terms.link });
    const answer = await addCheckpoint(body, {
      terms,
      origin: peer.log.origin,
      log: (origin) => ed25519Verifier(origin, key),
      cosigners: [cosigner(us.witness.name, witnessKey, now)],
      mirror,
      now,
      fetchEntries: async (origin, from, to) => {
        const entries = await peerTrail.entries(origin, from, to);
        observe('mirror.fetched', { log: terms.link, origin, size: to });
        return entries;
      },
    });
    if (answer.status === 200) observe('mirror.stored', { log: terms.link });
    return answer;
  }

  async #tickAll(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => this.#tickOne(thread)));
  }

  async #tickOne(thread: Thread): Promise<void> {
    // A restored log that grows again would be signed into a fork.
    if (thread.broken) return;
    const now = this.#options.clock.now();
    try {
      await this.#openShard(thread, now);
      await thread.entangler?.tick(now);
      await thread.publisher.tick(now);
    } catch (thrown) {
      const error = asCausewayError(thrown);
      thread.broken ||= error.code === 'trail-broken';
      this.#options.report(thread.log, error);
    }
  }

  /** In a new half-year the log goes on in its shard; exchanges that are on their way go on there too. */
  async #openShard({ log, link }: Thread, now: number): Promise<void> {
    const { store, clockState, observe } = this.#options;
    const due = dueOrigin((await store.head(log)).origin, now);
    if (due === undefined) return;
    await store.openShard(log, due, { step: 'previous-checkpoint', ...(link && { link }), t: { ms: now, clock: clockState() } });
    observe('shard.opened', { log, origin: due });
  }

  #linkThread({ link, us, peer, peerTrail }: KeptLink): Thread {
    const { store, mirror, clockState } = this.#options;
    const witness = { verifiers: [cosignatureVerifier(peer.witness.name, ed25519FromBase64(peer.witness.key))] as const, ask: (body: string) => peerTrail.addCheckpoint(body) };
    const publisher = new Publisher({ ...this.#publishing(link.id, ed25519FromBase64(us.log.key)), witness });
    return { log: link.id, link, publisher, entangler: new Entangler({ store, mirror, log: link.id, link, clockState }), broken: false };
  }

  #localThread(): Thread {
    return { log: LOCAL_LOG, publisher: new Publisher(this.#publishing(LOCAL_LOG, this.#options.logKey)), broken: false };
  }

  #publishing(log: string, publicKey: KeyObject) {
    const { store, mirror, logKey, observe } = this.#options;
    return { store, reader: mirror, log, observe, signer: (origin: string) => ed25519Signer(origin, logKey), verifier: (origin: string) => ed25519Verifier(origin, publicKey) };
  }
}
