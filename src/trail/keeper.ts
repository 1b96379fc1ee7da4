/** Keeps the logs of one gateway published, cosigned and entangled, in the shard of the present half-year: every second with exchanges, every minute without (trail.md). */
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ed25519Signer } from '../crypto/keys.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { cosigner } from './cosignature.ts';
import { mldsaCosigner } from './cosignature-mldsa.ts';
import { Entangler } from './entangle.ts';
import type { Entry } from './entry.ts';
import { passFence } from './fence.ts';
import { breakOffLocal, restoredAt } from './fence-local.ts';
import { Findings } from './findings.ts';
import type { HeadFile } from './head-file.ts';
import { logVerifiers } from './keys.ts';
import type { Mirror, PeerTerms } from './mirror.ts';
import { ed25519Signer, ed25519Verifier } from './note.ts';
import type { NoteVerifier } from './note.ts';
import type { PeerTrail } from './peer-trail.ts';
import { APART_INTERVAL_MS, measuringOffset } from './peer-offset.ts';
import type { PeerClocks } from './peer-offset.ts';
import type { PublicWitness } from './public-witness.ts';
import { witnessKeysOf } from './party.ts';
import type { TrailParty } from './party.ts';
import { Publisher } from './publisher.ts';
import type { Published } from './publisher.ts';
import { serveTrail } from './serve.ts';
import type { Served } from './serve.ts';
import { dueOrigin } from './shards.ts';
import type { ObserveTrail } from './steps.ts';
import type { Store } from './store.ts';
import { addCheckpoint } from './witness.ts';
import type { WitnessAnswer } from './witness.ts';

const TICK_MS = 1000;
const LOCAL_LOG = 'local';
const RETRY_MS = 50;
/** Statements that were signed up to this long after a restore may be copies of ones whose outcome was lost: as far as the clocks may differ. */
const FORGOTTEN_MS = 30_000;

/** One link whose log is kept. */
export interface KeptLink {
  readonly link: { readonly id: string; readonly version: number };
  readonly us: TrailParty;
  readonly peer: TrailParty;
  /** The peer as each version of the agreement names it that counts at a time (UTC ms): with two keys of a log or a witness while one takes the place of the other. */
  readonly peersAt: (now: number) => readonly TrailParty[];
  /** What the entries of the peer's log must fit. */
  readonly terms: PeerTerms;
  readonly peerTrail: PeerTrail;
}

export interface KeeperOptions {
  readonly links: readonly KeptLink[];
  /** With two, both sign: who knows either key believes the note, who does not know one of them ignores its line. */
  readonly logKeys: readonly [Ed25519Signer, ...Ed25519Signer[]];
  readonly witnessKeys: readonly [Ed25519Signer, ...Ed25519Signer[]];
  /** Keys that our logs had before, under the name of a shard. */
  readonly earlier?: (origin: string) => readonly NoteVerifier[];
  /** ML-DSA-44, where we have one. */
  readonly witnessMldsa44?: KeyObject;
  readonly store: Store;
  readonly mirror: Mirror;
  readonly heads: HeadFile;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Milliseconds that an exchange waits for the fence of its link. */
  readonly patience: number;
  /** What went wrong while publishing a log; the next tick tries again. */
  report(log: string, error: CausewayError): void;
  /** Called when a link's log was found to be whole, before exchanges may begin on it. */
  opened(link: string): Promise<void>;
  readonly peerClocks: PeerClocks;
  readonly observe: ObserveTrail;
  /** Cosigns the links' logs besides the peers, where the operator wants one. */
  readonly publicWitness?: PublicWitness;
}

/** `fenced`: not compared with the peer yet. `broken`: what we hold, what we know and what the peer shows cannot all be true. */
type State = 'fenced' | 'open' | 'broken';

interface Thread {
  readonly log: string;
  readonly kept?: KeptLink;
  readonly publisher: Publisher;
  readonly entangler?: Entangler;
  state: State;
  /** The fence as it runs now; never rejects. */
  fencing?: Promise<void> | undefined;
  /** Statements of before are refused: what was agreed with them is lost. UTC milliseconds. */
  notBefore: number;
}

export class Keeper {
  readonly findings: Findings;
  readonly #options: KeeperOptions;
  readonly #threads: readonly Thread[];
  readonly #timer: NodeJS.Timeout;
  /** Submissions of one peer, one after the other: each is judged by what the one before left. */
  readonly #witnessing = new Map<string, Promise<unknown>>();
  #running: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.findings = new Findings(options.mirror, options.clock);
    this.#threads = [...options.links.map((kept) => this.#linkThread(kept)), this.#localThread()];
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
    for (const thread of this.#threads) if (thread.state === 'fenced') void this.#fence(thread);
  }

  /** False where a log of ours and what its peer shows of it cannot both be true. */
  get intact(): boolean {
    return this.#threads.every(({ state }) => state !== 'broken');
  }

  /**
   * Resolves when exchanges may begin on a link. Throws `trail-broken`, and `trail-unconfirmed` where the peer did not answer yet; it is waited for
   * a moment, so that a gateway that has just started turns nobody away.
   */
  async admit(link: string): Promise<void> {
    const thread = this.#threads.find(({ log }) => log === link);
    if (thread !== undefined) await this.#waitFor(thread);
    if (thread?.state === 'broken') throw new CausewayError('trail-broken', `the peer has cosigned a history of link "${link}" that our log does not hold`);
    if (thread?.state !== 'open') throw new CausewayError('trail-unconfirmed', `the peer of link "${link}" has not shown what it cosigned of our log`);
  }

  /** What an operator should look at, and what stops nothing. */
  get warnings(): readonly string[] {
    const { publicWitness } = this.#options;
    return publicWitness?.failing === true ? [`no cosignature from ${publicWitness.name}`] : [];
  }

  /** Whether the log of a link may grow now: one that is still being compared must not. */
  mayAppend(link: string): boolean {
    return this.#threads.some(({ log, state }) => log === link && state === 'open');
  }

  /** UTC milliseconds: a statement that was signed before may be one whose outcome was lost with a disk. */
  notBefore(link: string): number {
    return this.#threads.find(({ log }) => log === link)?.notBefore ?? 0;
  }

  /** Publishes what is due. Overlapping calls join the one that runs; failures are reported, never thrown. */
  tick(): Promise<void> {
    this.#running ??= this.#tickAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Our witness for one peer's log. Throws `trail-unconfirmed` while our own is being compared: what it lost and gets back would contradict what the peer says of it. */
  async witness(linkId: string, body: string): Promise<WitnessAnswer> {
    const kept = this.#heard(linkId);
    if (kept === undefined) return { status: 404, contentType: 'text/plain; charset=utf-8', body: 'unknown origin\n' };
    const thread = this.#threads.find(({ log }) => log === linkId);
    if (thread !== undefined) await this.#waitFor(thread);
    if (thread?.state === 'fenced') throw new CausewayError('trail-unconfirmed', `our log of link "${linkId}" is still being compared with what the peer cosigned`);
    const before = this.#witnessing.get(linkId) ?? Promise.resolve();
    const answer = before.then(() => this.#cosign(kept, body));
    this.#witnessing.set(linkId, answer.catch(() => {}));
    return answer;
  }

  /** What the peer of a link may read at `path`: our log, and our mirror of its own. */
  async serve(linkId: string, path: string): Promise<Served | undefined> {
    const kept = this.#heard(linkId);
    return kept && serveTrail(path, { link: linkId, origin: kept.us.log.origin }, this.#options);
  }

  /** Publishes what was committed last, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const { fencing } of this.#threads) await fencing;
    await this.#running;
    await this.#tickAll();
    await Promise.all([...this.#witnessing.values(), this.#options.publicWitness?.tick()]);
  }

  async #cosign({ terms, us, peer, peersAt, peerTrail }: KeptLink, body: string): Promise<WitnessAnswer> {
    const { mirror, clock, witnessKeys, witnessMldsa44, observe } = this.#options;
    const now = clock.now();
    observe('mirror.asked', { log: terms.link });
    const answer = await addCheckpoint(body, {
      terms,
      origin: peer.log.origin,
      log: (origin) => logVerifiers({ logs: peersAt(now).map(({ log: { key } }) => ({ name: origin, key })) }, origin),
      cosigners: [...witnessKeys.map((key) => cosigner(us.witness.name, key, now)), ...(witnessMldsa44 === undefined ? [] : [mldsaCosigner(us.witness.name, witnessMldsa44, now)])],
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
    await this.findings.look().catch((thrown: unknown) => this.#options.report('mirror', asCausewayError(thrown)));
    await Promise.all(this.#threads.map((thread) => this.#tickOne(thread)));
    void this.#options.publicWitness?.tick();
  }

  async #tickOne(thread: Thread): Promise<void> {
    if (thread.state === 'fenced') await this.#fence(thread);
    // A restored log that grows again would be signed into a fork.
    if (thread.state !== 'open') return;
    const now = this.#options.clock.now();
    try {
      await this.#openShard(thread, now);
      await thread.entangler?.tick(now);
      await thread.publisher.tick(now, this.#options.peerClocks.apart(thread.log) ? APART_INTERVAL_MS : undefined);
    } catch (thrown) {
      const error = asCausewayError(thrown);
      // Only a note that our own key signed shows that the peer is right: the fence asks for it.
      if (error.code === 'trail-broken') thread.state = 'fenced';
      this.#options.report(thread.log, error);
    }
  }

  /** A peer that asks is there: the fence need not wait for the next tick. */
  #heard(linkId: string): KeptLink | undefined {
    const thread = this.#threads.find(({ log }) => log === linkId);
    if (thread?.state === 'fenced') void this.#fence(thread);
    return thread?.kept;
  }

  async #waitFor(thread: Thread): Promise<void> {
    const { clock, patience } = this.#options;
    const until = clock.monotonic() + patience;
    for (let now = clock.monotonic(); thread.state === 'fenced' && now < until; now = clock.monotonic()) {
      await Promise.race([this.#fence(thread), sleep(until - now, undefined, { ref: false })]);
      if (thread.state === 'fenced') await sleep(RETRY_MS);
    }
  }

  /** Overlapping calls join the one that runs. */
  #fence(thread: Thread): Promise<void> {
    thread.fencing ??= this.#passFence(thread).finally(() => (thread.fencing = undefined));
    return thread.fencing;
  }

  async #passFence(thread: Thread): Promise<void> {
    const { kept, log } = thread;
    if (kept === undefined) return;
    const { store, mirror, heads, clock, clockState, observe, report, opened } = this.#options;
    const { link, us, peersAt, peerTrail } = kept;
    const now = clock.now();
    try {
      // Whoever was its witness under any version: what it shows may be of long ago.
      const witnesses = Object.values(witnessKeysOf(peersAt(0))).flat();
      const { localHeads } = await passFence({ log, link, origin: us.log.origin, store, mirror, peer: peerTrail, heads, verifier: (shard) => this.#ourVerifiers(shard), witnesses, now, clockState, observe });
      await breakOffLocal(localHeads, { store, mirror, heads, now, clockState, observe });
      thread.notBefore = ((await restoredAt(mirror, log)) ?? -FORGOTTEN_MS) + FORGOTTEN_MS;
      await opened(log);
      thread.state = 'open';
    } catch (thrown) {
      const error = asCausewayError(thrown);
      if (error.code === 'trail-broken') thread.state = 'broken';
      report(log, error);
    }
  }

  /** In a new half-year the log goes on in its shard; exchanges that are on their way go on there too. */
  async #openShard({ log, kept }: Thread, now: number): Promise<void> {
    const { store, clockState, observe } = this.#options;
    const due = dueOrigin((await store.head(log)).origin, now);
    if (due === undefined) return;
    await store.openShard(log, due, { step: 'previous-checkpoint', ...(kept && { link: kept.link }), t: { ms: now, clock: clockState() } });
    observe('shard.opened', { log, origin: due });
  }

  #linkThread(kept: KeptLink): Thread {
    const { link, peersAt, peerTrail } = kept;
    const { store, mirror, clock, clockState, peerClocks } = this.#options;
    const keys = () => witnessKeysOf(peersAt(clock.now()));
    const ask = measuringOffset((body) => peerTrail.addCheckpoint(body), () => keys().verifiers, clock, (offset) => peerClocks.measured(link.id, offset));
    const publisher = new Publisher({ ...this.#publishing(link.id), witness: { keys, ask } });
    return { log: link.id, kept, publisher, entangler: new Entangler({ store, mirror, log: link.id, link, clockState }), state: 'fenced', notBefore: 0 };
  }

  #localThread(): Thread {
    return { log: LOCAL_LOG, publisher: new Publisher(this.#publishing(LOCAL_LOG)), state: 'open', notBefore: 0 };
  }

  #ourVerifiers(origin: string): readonly NoteVerifier[] {
    const { logKeys, earlier } = this.#options;
    return [...logKeys.map(({ key }) => ed25519Verifier(origin, key)), ...(earlier?.(origin) ?? [])];
  }

  #publishing(log: string) {
    const { store, mirror, heads, logKeys, observe } = this.#options;
    const published = async (checkpoint: Published): Promise<void> => {
      const { origin, size, root } = checkpoint.head;
      await heads.set(log, { origin, size, root: Buffer.from(root).toString('base64') });
      if (checkpoint.cosigned) this.#options.publicWitness?.published(log, checkpoint);
    };
    return { store, reader: mirror, log, observe, published, signer: (origin: string) => logKeys.map((key) => ed25519Signer(origin, key)), verifier: (origin: string) => this.#ourVerifiers(origin) };
  }
}
