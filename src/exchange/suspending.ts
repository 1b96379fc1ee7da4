/** Carrying out the orders of operators: in force at once, then an entry, then the peer is told; again after a start, until all of it is done. */
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { SUSPENSIONS_PATH, openSuspension, signSuspension } from '../federation/suspension.ts';
import type { SuspensionNotice } from '../federation/suspension.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Entry } from '../trail/entry.ts';
import type { Store } from '../trail/store.ts';
import type { Peer } from './flow.ts';
import type { Suspended } from './suspended.ts';
import { SIGNERS, isOrdered, signersOf } from '../federation/suspension-orders.ts';
import type { Operator, ResumeOrder, SignedOrder, SuspendOrder, SuspensionFolders, SuspensionOutcome } from '../federation/suspension-orders.ts';

const TELL_TIMEOUT_MS = 5000;
/** Between two attempts to tell the peer, or to record. */
const AGAIN_MS = 10_000;

export interface SuspendingOptions {
  readonly folders: SuspensionFolders;
  readonly suspended: Suspended;
  readonly operators: readonly Operator[];
  readonly peers: readonly Peer[];
  readonly store: Store;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Whether the link's log may grow now (keeper.ts). */
  mayAppend(link: string): boolean;
  readonly log: Logger;
}

type Step = 'suspended' | 'resumed';

export class Suspending {
  readonly #options: SuspendingOptions;
  /** Nothing is left to do about these. */
  readonly #settled = new Set<string>();
  readonly #later = new Map<string, number>();
  readonly #doubted = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  /** What is being recorded and told: a peer that does not answer keeps no other order waiting. */
  readonly #following = new Map<string, Promise<void>>();

  constructor(options: SuspendingOptions) {
    this.#options = options;
  }

  /** To be called several times a second. Resolves when every order that is there is in force; recording and telling go on behind. Never throws. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((thrown: unknown) => this.#options.log.error({ err: asCausewayError(thrown) }, 'orders of operators cannot be read'));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
    await Promise.all(this.#following.values());
  }

  /** The peer tells what it suspended or resumed: an entry of ours, and a line in the log. Its refusals say the rest. Throws as openSuspension. */
  async told(peer: Peer, compact: string): Promise<void> {
    const { clock, store, log, mayAppend } = this.#options;
    const now = clock.now();
    const { identity, kid, id, state, from, to, service, member, reason, until } = openSuspension(compact, peer, now);
    if (!mayAppend(peer.link.id)) throw new CausewayError('trail-unconfirmed', `the log of link "${peer.link.id}" is being compared`);
    await store.commit({ entries: [{ log: peer.link.id, entry: { ...this.#about(peer, state, now), ...legOf(from, to), ...named(service, member), kid, digest: identity, approval: reason } }] });
    log.warn({ link: peer.link.id, suspension: id, from, to, service, member, reason, until }, `the peer has ${state}`);
  }

  async #look(): Promise<void> {
    const { folders } = this.#options;
    for (const id of await folders.suspend.ids()) if (!this.#settled.has(id)) await this.#lookAt(id).catch((thrown: unknown) => this.#doubt(id, asCausewayError(thrown).message));
  }

  async #lookAt(id: string): Promise<void> {
    const { folders, suspended, operators, peers, log } = this.#options;
    const file = await folders.suspend.read(id);
    const { order } = file;
    const peer = peers.find(({ link }) => link.id === order.link);
    if (order.id !== id || peer === undefined) throw new CausewayError('config-invalid', `it is of link "${order.link}", which is not here, or has another name than its id`);
    const outcome = await this.#outcome(id);
    const resume = await this.#resumeOf(file);
    if (resume === undefined && !suspended.has(id)) {
      // What was in force stays so: an operator who has left, and whose key is gone from gateway.yaml, resumes nothing by that.
      if (outcome.suspended === undefined && !isOrdered(file, operators)) throw new CausewayError('config-invalid', 'no operator of gateway.yaml signed it');
      suspended.add(order);
      log.warn({ link: order.link, suspension: id, leg: order.leg, service: order.service, member: order.member, reason: order.reason, until: order.until, by: signersOf(file, operators) }, 'suspended');
    }
    if (resume !== undefined && suspended.has(id)) {
      suspended.remove(id);
      log.warn({ link: order.link, suspension: id, reason: resume.reason }, 'resumed');
    }
    this.#follow(order, resume, outcome, peer);
  }

  async #resumeOf({ order: { id, link } }: SignedOrder<SuspendOrder>): Promise<ResumeOrder | undefined> {
    const { folders, operators } = this.#options;
    const file = await folders.resume.find(id);
    if (file === undefined) return undefined;
    if (file.order.id !== id || file.order.link !== link) throw new CausewayError('config-invalid', 'the order to resume is about another suspension');
    return isOrdered(file, operators) ? file.order : undefined;
  }

  #follow(order: SuspendOrder, resume: ResumeOrder | undefined, outcome: SuspensionOutcome, peer: Peer): void {
    const { id } = order;
    const now = this.#options.clock.now();
    if (this.#following.has(id) || now < (this.#later.get(id) ?? 0)) return;
    const work = this.#finish(order, resume, outcome, peer)
      .catch((thrown: unknown) => {
        this.#later.set(id, now + AGAIN_MS);
        this.#options.log.warn({ suspension: id, err: asCausewayError(thrown) }, 'a suspension is in force, and not yet recorded or told to the peer; it is tried again');
      })
      .finally(() => this.#following.delete(id));
    this.#following.set(id, work);
  }

  /** Each step is written down when it is done. A crash between an entry and that makes the entry once more, with the same digest. */
  async #finish(order: SuspendOrder, resume: ResumeOrder | undefined, outcome: SuspensionOutcome, peer: Peer): Promise<void> {
    let now = await this.#step('suspended', order, order, outcome, peer);
    if (resume === undefined) return;
    now = await this.#step('resumed', order, resume, now, peer);
    if (now.told?.resumed !== undefined) this.#settled.add(order.id);
  }

  async #step(step: Step, order: SuspendOrder, act: SuspendOrder | ResumeOrder, before: SuspensionOutcome, peer: Peer): Promise<SuspensionOutcome> {
    const { folders, clock } = this.#options;
    let outcome = before;
    if (outcome[step] === undefined) {
      outcome = { ...outcome, [step]: await this.#record(step, order, act, peer) };
      await folders.outcome.write(order.id, outcome);
    }
    if (outcome.told?.[step] === undefined) {
      await this.#tell(peer, { id: order.id, state: step, ...countriesOf(order, peer), ...(order.service === undefined ? {} : { service: order.service }), ...(order.member === undefined ? {} : { member: order.member }), reason: act.reason, ...(step === 'suspended' && order.until !== undefined ? { until: order.until } : {}) });
      outcome = { ...outcome, told: { ...outcome.told, [step]: clock.now() } };
      await folders.outcome.write(order.id, outcome);
    }
    return outcome;
  }

  async #record(step: Step, order: SuspendOrder, act: SuspendOrder | ResumeOrder, peer: Peer): Promise<NonNullable<SuspensionOutcome['suspended']>> {
    const { store, clock, mayAppend } = this.#options;
    if (!mayAppend(order.link)) throw new CausewayError('trail-unconfirmed', `the log of link "${order.link}" is being compared`);
    const now = clock.now();
    const { from, to } = countriesOf(order, peer);
    const entry: Entry = { ...this.#about(peer, step, now), ...legOf(from, to), ...named(order.service, order.member), approval: act.reason, digest: sha256Base64url(canonicalJson(act)) };
    const result = await store.commit({ entries: [{ log: order.link, entry }] });
    const appended = result.kind === 'committed' ? result.appended[0] : undefined;
    if (appended === undefined) throw new CausewayError('internal', 'a commit appended no entry');
    return { at: now, origin: appended.origin, index: appended.index };
  }

  async #tell(peer: Peer, notice: SuspensionNotice): Promise<void> {
    const body = Buffer.from(await signSuspension(peer, notice, this.#options.clock.now()));
    const { status } = await peer.connection.send({ method: 'POST', target: SUSPENSIONS_PATH, headers: { 'content-type': 'application/jose' }, body }, { signal: AbortSignal.timeout(TELL_TIMEOUT_MS), maxBytes: 4096 });
    if (status !== 204) throw new CausewayError('peer-refused', `the peer answered ${status} to what it was told about a suspension`);
  }

  #about({ link }: Peer, state: Step, now: number): Pick<Entry, 'v' | 'step' | 'link' | 't'> {
    const { agreement } = link.versions.at(-1) ?? link.versions[0];
    return { v: 1, step: state === 'suspended' ? 'suspend' : 'resume', link: { id: link.id, version: agreement.version }, t: { ms: now, clock: this.#options.clockState() } };
  }

  async #outcome(id: string): Promise<SuspensionOutcome> {
    return (await this.#options.folders.outcome.find(id)) ?? {};
  }

  /** Once a run: a file that is none of ours stays where it is. */
  #doubt(id: string, text: string): void {
    if (this.#doubted.has(id)) return;
    this.#doubted.add(id);
    this.#options.log.error({ suspension: id, needed: SIGNERS, problem: text }, 'an order of operators is not carried out');
  }
}

function countriesOf({ leg }: SuspendOrder, { link }: Peer): { readonly from?: string; readonly to?: string } {
  if (leg === undefined) return {};
  const { us, peer } = link.versions[0];
  return leg === 'outbound' ? { from: us.country, to: peer.country } : { from: peer.country, to: us.country };
}

function legOf(from: string | undefined, to: string | undefined): Pick<Entry, 'from' | 'to'> {
  return from === undefined || to === undefined ? {} : { from, to };
}

function named(service: string | undefined, client: string | undefined): Pick<Entry, 'service' | 'client'> {
  return { ...(service === undefined ? {} : { service }), ...(client === undefined ? {} : { client }) };
}
