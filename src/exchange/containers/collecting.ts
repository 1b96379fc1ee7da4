/**
 * Fetching, judging and binding signed containers, behind the exchanges (trail.md, "domestic-evidence"). The queue is in the store: a row is made in the commit in
 * which the message crosses, and goes in the commit that binds its outcome, so that no crash loses one or binds it twice.
 */
import { sha256Base64url } from '../../crypto/digest.ts';
import type { LoggedMessageOf } from '../../ecosystems/logged.ts';
import type { ContainerQuestion } from '../../ecosystems/signed-documents/fetch.ts';
import { verifySignedDocument } from '../../ecosystems/signed-documents/verify.ts';
import type { DocumentProof } from '../../ecosystems/signed-documents/verify.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import { keepEvidence, readEvidence } from '../../evidence/keep.ts';
import type { Escrow } from '../../evidence/escrow.ts';
import type { KekRing } from '../../evidence/kek-ring.ts';
import { degradedPolicy } from '../../federation/degraded.ts';
import type { Clock } from '../../platform/clock.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { Logger } from '../../platform/log.ts';
import type { Entry } from '../../trail/entry.ts';
import type { AwaitedContainer, EvidenceRow, Store } from '../../trail/store.ts';
import type { Peer } from '../flow.ts';
import { judgeContainers } from './judge.ts';
import type { Judged } from './judge.ts';
import type { ConfigurationSource, HeldConfiguration } from './live-configuration.ts';
import { tellPeer } from './notices.ts';

const LOCAL_LOG = 'local';
/** A container that holds what crossed, with a signature that nothing here verifies. */
const UNVERIFIED = 'unverified';
/** Rows that one look takes, all at once. */
const AT_ONCE = 16;

export interface CollectingOptions {
  readonly store: Store;
  readonly keks: KekRing;
  readonly escrow?: Escrow;
  readonly peers: readonly Peer[];
  readonly configuration: ConfigurationSource;
  readonly settings: { readonly retryAfter: number; readonly retryAtMost: number; readonly retryFor: number; readonly maxWaiting: number };
  readonly limits: XmlLimits;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  readonly log: Logger;
  logged(dialect: string): LoggedMessageOf | undefined;
  /** Of each of our security servers. Throws where one cannot be asked. */
  fetch(asked: Pick<ContainerQuestion, 'messageId' | 'step'>): Promise<readonly Uint8Array[]>;
}

export class Collecting {
  readonly #options: CollectingOptions;
  readonly #counts = { proven: 0, unverified: 0, failed: 0 };
  #waiting = 0;
  #full = false;
  #looking: Promise<void> | undefined;

  constructor(options: CollectingOptions) {
    this.#options = options;
  }

  /** Of this run, and in the queue. */
  get counts(): Readonly<Record<'proven' | 'unverified' | 'failed' | 'waiting', number>> {
    return { ...this.#counts, waiting: this.#waiting };
  }

  /** False once as many containers are awaited as may be; what crosses then is not looked at again, and the log says so. */
  hasRoom = (): boolean => {
    const full = this.#waiting >= this.#options.settings.maxWaiting;
    if (full && !this.#full) this.#options.log.error({ waiting: this.#waiting }, 'as many containers are awaited as may be: those of further messages are not fetched');
    this.#full = full;
    if (!full) this.#waiting += 1;
    return !full;
  };

  /** To be called every second. Overlapping calls join the one that runs. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll()
      .catch((thrown: unknown) => this.#options.log.error({ err: asCausewayError(thrown) }, 'awaited containers cannot be read'))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
    await this.#options.configuration.close();
  }

  async #lookAtAll(): Promise<void> {
    const { store, clock, configuration } = this.#options;
    await configuration.look();
    const due = await store.awaited(clock.now(), AT_ONCE);
    await Promise.all(due.map((row) => this.#attempt(row).catch((thrown: unknown) => this.#postpone(row, asCausewayError(thrown).message))));
    this.#waiting = await store.awaitedCount();
  }

  async #attempt(row: AwaitedContainer): Promise<void> {
    if (row.failed !== undefined) return this.#tell(row, row.failed);
    const key = await this.#recordKey(row.xid);
    // The exchange was erased: nothing of it is fetched any more.
    if (key === undefined) return this.#remove(row);
    const held = this.#held(row);
    const judged = await this.#judge(row, held.configuration);
    if (judged.kind === 'proven') return this.#bind(row, judged.container, { result: 'verified', ...factsOf(judged.proof), configuration: held.sha256 }, key);
    if (judged.kind === 'unverifiable') return this.#unverified(row, judged, key);
    if (judged.kind === 'failed') return this.#fail(row, judged.code, judged.because, judged.container);
    return this.#postpone(row, judged.because);
  }

  /** Throws `signature-expired` while the configuration is past the time for which the link goes on without a new one. */
  #held({ link }: AwaitedContainer): HeldConfiguration {
    const { configuration, clock, peers } = this.#options;
    const { held } = configuration;
    const agreement = peers.find((peer) => peer.link.id === link)?.link.versions.at(-1)?.agreement;
    const { continueFor } = degradedPolicy(agreement ?? {}, 'globalConfiguration');
    if (held === undefined || held.expires + continueFor <= clock.now()) throw new CausewayError('signature-expired', `no current global configuration of ${configuration.instance}`);
    return held;
  }

  async #judge(row: AwaitedContainer, trusted: HeldConfiguration['configuration']): Promise<Judged> {
    const { fetch, logged, limits } = this.#options;
    const loggedOf = logged(row.dialect);
    if (loggedOf === undefined) throw new CausewayError('internal', `a container of ${row.dialect}, which no security server logs`);
    const verify = (container: Uint8Array): Promise<DocumentProof> => verifySignedDocument(container, new Map([[trusted.instance, trusted]]), limits);
    return judgeContainers(await fetch(row), { crossed: row, unmapped: row.unmapped, logged: loggedOf, verify });
  }

  /** The container as evidence of the exchange, its entry, and no longer awaited: one commit. */
  async #bind(row: AwaitedContainer, container: Uint8Array, facts: Readonly<Record<string, string>>, key: Uint8Array, code?: typeof UNVERIFIED): Promise<void> {
    const { store, log } = this.#options;
    const evidence = await this.#evidence(row, container, facts, key);
    const entry: Entry = { v: 1, xid: row.xid, step: 'domestic-evidence', ...(code === undefined ? {} : { code }), digest: sha256Base64url(container), evidence: evidence.id, t: this.#time() };
    await store.commit({ entries: [{ log: LOCAL_LOG, entry }], evidence, awaited: { kind: 'remove', xid: row.xid, step: row.step } });
    this.#counts[code ?? 'proven'] += 1;
    log.debug({ xid: row.xid, link: row.link, step: row.step, ...facts }, 'a signed container is bound to the message');
  }

  /** By the link: recorded as what it is, or as much as a failure. */
  async #unverified(row: AwaitedContainer, { container, because }: Extract<Judged, { kind: 'unverifiable' }>, key: Uint8Array): Promise<void> {
    const link = this.#options.peers.find((peer) => peer.link.id === row.link)?.link;
    if (link?.settings.unverifiableContainers !== 'record') return this.#fail(row, 'signature-weak', because, container);
    return this.#bind(row, container, { result: UNVERIFIED, because }, key, UNVERIFIED);
  }

  async #fail(row: AwaitedContainer, code: string, because: string, container?: Uint8Array): Promise<void> {
    const { store, log, clock } = this.#options;
    const failed = { code, ...(container === undefined ? {} : { container: sha256Base64url(container) }) };
    const digest = failed.container ?? sha256Base64url(canonicalJson({ xid: row.xid, step: row.step, code }));
    const entry: Entry = { v: 1, xid: row.xid, step: 'domestic-evidence', code, digest, t: this.#time() };
    const told = { ...row, failed, since: clock.now(), due: clock.now(), tries: 0 };
    await store.commit({ entries: [{ log: LOCAL_LOG, entry }], awaited: { kind: 'put', row: told } });
    this.#counts.failed += 1;
    log.error({ xid: row.xid, link: row.link, step: row.step, code, because }, 'what the security server signed does not prove a message that crossed; the peer is told');
    await this.#attempt(told).catch((thrown: unknown) => this.#postpone(told, asCausewayError(thrown).message));
  }

  async #tell(row: AwaitedContainer, failed: NonNullable<AwaitedContainer['failed']>): Promise<void> {
    const { peers, clock } = this.#options;
    const peer = peers.find(({ link }) => link.id === row.link);
    // A link that has ended has no peer to tell.
    if (peer !== undefined) await tellPeer(peer, { xid: row.xid, step: row.step, ...failed }, clock.now());
    await this.#remove(row);
  }

  /** Each attempt waits twice as long as the one before; past `retryFor` there is no container, or the peer was not told. */
  async #postpone(row: AwaitedContainer, because: string): Promise<void> {
    const { store, clock, settings, log } = this.#options;
    const now = clock.now();
    if (now - row.since >= settings.retryFor) {
      if (row.failed === undefined) return this.#fail(row, 'container-missing', because);
      log.error({ xid: row.xid, link: row.link, because }, 'the peer was not told that a message is not proven: no further attempt');
      return this.#remove(row);
    }
    const wait = Math.min(settings.retryAfter * 2 ** Math.min(row.tries, 20), settings.retryAtMost);
    await store.commit({ entries: [], awaited: { kind: 'put', row: { ...row, due: now + wait, tries: row.tries + 1 } } });
    log.debug({ xid: row.xid, link: row.link, step: row.step, tries: row.tries + 1, because }, 'a container is awaited');
  }

  async #remove({ xid, step }: AwaitedContainer): Promise<void> {
    await this.#options.store.commit({ entries: [], awaited: { kind: 'remove', xid, step } });
  }

  /** Under the exchange's own key and in the way of its leg: whoever may read the message may read its container, and both are erased together. */
  async #evidence({ xid, link, step, minimised }: AwaitedContainer, container: Uint8Array, facts: Readonly<Record<string, string>>, recordKey: Uint8Array): Promise<EvidenceRow> {
    const { store, escrow, clock } = this.#options;
    const message = await store.evidence(`${xid}.${step}`);
    if (message === undefined) throw new CausewayError('internal', `no evidence of the ${step} of ${xid}`);
    const { kind, statement } = readEvidence(message, recordKey);
    const context = { messageIds: {}, loss: { dropped: [], defaulted: [], approximated: [], unknown: [] } };
    return keepEvidence({ xid, link, step: `${step}-container`, recordKey, kind, contents: { statement, domestic: container, minimised, neutral: facts, context }, now: clock.now(), ...(escrow === undefined ? {} : { escrow }) });
  }

  async #recordKey(xid: string): Promise<Uint8Array | undefined> {
    const wrapped = await this.#options.store.recordKey(xid);
    return wrapped && this.#options.keks.unwrapRecordKey(xid, wrapped);
  }

  #time(): Entry['t'] {
    return { ms: this.#options.clock.now(), clock: this.#options.clockState() };
  }
}

function factsOf({ signer, certificate, time, timestamper }: DocumentProof): Readonly<Record<string, string>> {
  return { signer: [signer.instance, signer.memberClass, signer.memberCode].join('/'), certificate, time: new Date(time).toISOString(), timestamper };
}
