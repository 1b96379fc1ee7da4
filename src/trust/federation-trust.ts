/**
 * Trust in peers by chains up to our own country's anchor, kept current while the gateway runs: chains are fetched again at half of their life,
 * notice lists every minute, and what was verified last goes on for as long as it is valid.
 */
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { verifyChain } from './chain.ts';
import type { ChainDocuments, PinnedAnchor, VerifiedChain } from './chain.ts';
import { checkNotReplayed } from './floors.ts';
import type { ExpectedPeer } from './gateway-metadata.ts';
import { checkNumber, verifyNotices } from './notices.ts';
import type { NoticeList } from './notices.ts';
import { LivePeer } from './live-peer.ts';
import type { KeyRole, PeerTrust } from './peer-trust.ts';
import { resolveChain } from './resolve.ts';
import type { Places } from './sources.ts';
import { withTrustMarks } from './trust-marks.ts';
import { keepState, readState } from './trust-state.ts';
import type { TrustState } from './trust-state.ts';

/** What operators have to know: `peer` or `anchor` is the entity. */
export type TrustEvent =
  | { readonly kind: 'chain-verified'; readonly peer: string; readonly expires: number }
  /** `due`: UTC milliseconds since when it should have been renewed. */
  | { readonly kind: 'chain-refused'; readonly peer: string; readonly error: CausewayError; readonly due: number }
  | { readonly kind: 'notices-refused'; readonly anchor: string; readonly error: CausewayError }
  | { readonly kind: 'notices'; readonly anchor: string; readonly number: number; readonly notices: number };

/** Keys of a peer that are asked about: `kid`, or the pin of a TLS key. */
export interface Rehearsal {
  /** The configuration under which they would be shown; an entity key is judged by its signature on it. */
  readonly configuration?: string;
  readonly keys: readonly { readonly role: KeyRole | 'entity'; readonly kid: string }[];
}

export interface FederationTrustOptions {
  readonly anchor: PinnedAnchor;
  readonly places: Places;
  readonly peers: readonly ExpectedPeer[];
  /** Milliseconds for which a peer is still believed after the last notice list of one of its anchors has expired. */
  readonly withoutNotices: number;
  readonly stateFile: string;
  readonly clock: Clock;
  readonly tell: (event: TrustEvent) => void;
}

export class FederationTrust {
  readonly #options: FederationTrustOptions;
  readonly #peers: ReadonlyMap<string, LivePeer>;
  #state: TrustState;
  #running: Promise<void> | undefined;

  private constructor(options: FederationTrustOptions, state: TrustState) {
    this.#options = options;
    this.#state = state;
    this.#peers = new Map(options.peers.map((peer) => [peer.entity, new LivePeer(peer, options.withoutNotices)]));
  }

  /** Starts from what was kept, as far as it still verifies. Nothing is fetched yet. */
  static async open(options: FederationTrustOptions): Promise<FederationTrust> {
    const trust = new FederationTrust(options, readState(options.stateFile));
    await trust.#restore();
    return trust;
  }

  /** Throws a TypeError for an entity that is not among the peers. */
  peer(entity: string): PeerTrust {
    const peer = this.#peers.get(entity);
    if (peer === undefined) throw new TypeError(`${entity} is no peer`);
    return peer;
  }

  /**
   * Which of its keys we would believe under another configuration of the peer, or do believe where none is given; the chain is fetched again
   * soon where we do not. Nothing is taken. Throws `chain-malformed`, `chain-untrusted`, `chain-expired` for a configuration that is refused.
   */
  async rehearse(entity: string, { configuration, keys }: Rehearsal, now: number): Promise<readonly boolean[]> {
    const peer = this.#peers.get(entity);
    if (peer === undefined) throw new TypeError(`${entity} is no peer`);
    if (configuration === undefined) {
      const held = keys.map(({ role, kid }) => role !== 'entity' && peer.holds(role, kid, now));
      if (held.includes(false)) peer.doubt();
      return held;
    }
    const { documents } = peer;
    if (documents === undefined) throw new CausewayError('chain-untrusted', `no chain from ${entity} was verified yet`);
    peer.doubt();
    const chain = await withTrustMarks(await verifyChain({ ...documents, configurations: [configuration, ...documents.configurations.slice(1)] }, this.#options.anchor, now), peer.trustMarks, now);
    checkNotReplayed(chain, this.#state.issued);
    const judged = peer.judge(chain);
    return keys.map(({ role, kid }) => (role === 'entity' ? chain.signers.some((signer) => signer.entity === entity && signer.kid === kid) : judged.holds(role, kid, now)));
  }

  /** Of each peer: until when it is believed (UTC ms) as things stand, and whether its notices come in time. */
  status(now: number): { readonly peer: string; readonly usable: boolean; readonly noticesInTime: boolean; readonly expires: number }[] {
    return [...this.#peers].map(([entity, peer]) => ({ peer: entity, usable: peer.refusal(now) === undefined, noticesInTime: peer.noticesInTime(now), expires: peer.expires }));
  }

  /** Fetches what is due. Overlapping calls join the one that runs. What is refused is told; rejects only where the state cannot be kept. */
  refresh(): Promise<void> {
    this.#running ??= this.#refresh().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #refresh(): Promise<void> {
    const before = this.#state;
    for (const [entity, peer] of this.#peers) {
      await this.#notices(peer);
      if (peer.due(this.#options.clock.now())) await this.#chain(entity, peer);
      // A chain that is new brings anchors whose notices nobody has read.
      await this.#notices(peer, (anchor) => !peer.hasNotices(anchor));
    }
    if (this.#state !== before) await keepState(this.#options.stateFile, this.#state);
  }

  async #chain(entity: string, peer: LivePeer): Promise<void> {
    const { anchor, places, clock, tell } = this.#options;
    try {
      const chain = await withTrustMarks(await resolveChain(entity, anchor, places, clock.now()), peer.trustMarks, clock.now());
      this.#take(entity, peer, chain);
      tell({ kind: 'chain-verified', peer: entity, expires: chain.expires });
    } catch (error) {
      tell({ kind: 'chain-refused', peer: entity, error: asCausewayError(error), due: peer.dueFrom ?? clock.now() });
    }
  }

  /** Floors first: a chain that was played back is not taken, and what is taken raises them. */
  #take(entity: string, peer: LivePeer, chain: VerifiedChain): void {
    const issued = checkNotReplayed(chain, this.#state.issued);
    peer.take(chain);
    this.#state = { ...this.#state, issued, chains: { ...this.#state.chains, [entity]: chain.documents } };
  }

  async #notices(peer: LivePeer, which: (anchor: string) => boolean = () => true): Promise<void> {
    const { places, clock, tell } = this.#options;
    for (const superior of peer.superiors.filter(({ entity }) => which(entity))) {
      try {
        const compact = await places.notices(superior.entity);
        const list = await verifyNotices(compact, superior, clock.now());
        checkNumber(list, this.#state.numbers[superior.entity] ?? 0);
        this.#takeNotices(superior.entity, list, compact);
        tell({ kind: 'notices', anchor: superior.entity, number: list.number, notices: list.notices.length });
      } catch (error) {
        tell({ kind: 'notices-refused', anchor: superior.entity, error: asCausewayError(error) });
      }
    }
  }

  #takeNotices(anchor: string, list: NoticeList, compact: string): void {
    for (const peer of this.#peers.values()) peer.takeNotices(anchor, list);
    const { notices, numbers } = this.#state;
    this.#state = { ...this.#state, notices: { ...notices, [anchor]: compact }, numbers: { ...numbers, [anchor]: list.number } };
  }

  async #restore(): Promise<void> {
    for (const [entity, peer] of this.#peers) {
      const documents = this.#state.chains[entity];
      if (documents === undefined) continue;
      await this.#restorePeer(entity, peer, documents);
    }
  }

  async #restorePeer(entity: string, peer: LivePeer, documents: ChainDocuments): Promise<void> {
    const { anchor, clock, tell } = this.#options;
    try {
      this.#take(entity, peer, await withTrustMarks(await verifyChain(documents, anchor, clock.now()), peer.trustMarks, clock.now()));
      for (const superior of peer.superiors) {
        const compact = this.#state.notices[superior.entity];
        if (compact !== undefined) peer.takeNotices(superior.entity, await verifyNotices(compact, superior, clock.now(), 'expired-too'));
      }
    } catch (error) {
      tell({ kind: 'chain-refused', peer: entity, error: asCausewayError(error), due: clock.now() });
    }
  }
}
