/** Access to evidence and its erasure, as operators ask for them (evidence/requests.ts), as the peer does, and as the link's retention says. */
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { requestDigest } from '../evidence/requests.ts';
import type { EvidenceRequest } from '../evidence/requests.ts';
import { ERASURES_PATH, openErasure, openErasureAnswer, signErasure, signErasureAnswer } from '../federation/erasure.ts';
import { MAX_NOTICE_BYTES } from '../federation/notice.ts';
import type { ErasureAnswer, ErasureRequest } from '../federation/erasure.ts';
import { ConnectionFailed } from '../platform/http-client.ts';
import type { Clock } from '../platform/clock.ts';
import type { RequestFolder } from '../platform/request-folder.ts';
import type { Spool } from '../platform/spool.ts';
import type { Entry } from '../trail/entry.ts';
import type { Appended, Store } from '../trail/store.ts';
import type { Peer } from './flow.ts';

const LOCAL_LOG = 'local';
const ASK_TIMEOUT_MS = 8000;
const DAY_MS = 86_400_000;
/** Counted where the link does not say how long backups are kept. */
const BACKUP_RETENTION_MS = 30 * DAY_MS;
/** Records that one look takes. */
const EXPIRE_AT_ONCE = 1000;

type PeerAnswer = NonNullable<EvidenceRequest['peer']>;

export interface ErasingOptions {
  readonly store: Store;
  readonly spool: Spool;
  readonly requests: RequestFolder<EvidenceRequest>;
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Resolves when the link's log may grow (keeper.ts). */
  admit(link: string): Promise<void>;
  /** Resolves where our log of the link is known to hold every erasure (our-trail.ts). */
  whole(link: string): Promise<void>;
  /** Keys of so many exchanges were brought back by a backup, and were destroyed again. */
  again(log: string, count: number): void;
  /** What went wrong with one request; the next look tries again. */
  report(id: string, error: CausewayError): void;
}

export class Erasing {
  readonly #options: ErasingOptions;
  /** Requests of which nothing is left to do. */
  readonly #settled = new Set<string>();
  /** Keys that a restored backup brought back are destroyed again: each erasure is looked at once in each run. */
  readonly #erasedInThisRun = new Set<string>();
  readonly #expired = new Map<string, number>();
  #running: Promise<void> | undefined;

  constructor(options: ErasingOptions) {
    this.#options = options;
  }

  /** Does what operators asked for. Overlapping calls join the one that runs; failures are reported. */
  look(): Promise<void> {
    this.#running ??= this.#lookAtAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Ends when what runs has ended. */
  async close(): Promise<void> {
    await this.#running;
  }

  /** Destroys again what a log says was erased: before anything of it is served, since keys or log may have come back from a backup, and as it grows. */
  async again(log: string): Promise<void> {
    const { store, spool, again } = this.#options;
    const { erased, dropped } = await store.eraseAgain(log);
    await spool.remove(dropped);
    if (erased.length > 0) again(log, erased.length);
  }

  /** The same of all logs. */
  async allAgain(): Promise<void> {
    for (const log of [LOCAL_LOG, ...this.#options.peers.map(({ link }) => link.id)]) await this.again(log);
  }

  /** The peer asks for an erasure: our signed answer. Throws as openErasure, and `overloaded` while the exchange is under way. */
  async answer(peer: Peer, compact: string): Promise<string> {
    const { clock } = this.#options;
    const asked = openErasure(compact, peer, clock.now());
    await this.#options.admit(peer.link.id);
    return signErasureAnswer(peer, asked, await this.#eraseForPeer(peer, asked, compact), clock.now());
  }

  /** Destroys the keys of records that are older than their link lets them be, and records how many; then those of the subject index that lead to nothing any more. */
  async expire(now: number): Promise<void> {
    const { store, peers, admit } = this.#options;
    for (const { link } of peers) {
      const retention = link.versions.at(-1)?.agreement.evidenceRetention;
      if (retention === undefined) continue;
      await admit(link.id);
      const count = await this.#expireLink(link.id, now - retention);
      if (count > 0) await store.commit({ entries: [{ log: link.id, entry: { v: 1, step: 'erasure', approval: 'retention', count, t: this.#time() } }] });
    }
    await store.dropSubjectKeys(new Date(now).getUTCFullYear());
  }

  async #expireLink(link: string, before: number): Promise<number> {
    const { store, spool } = this.#options;
    let count = 0;
    for (;;) {
      const { erased, dropped, after } = await store.expire(link, before, this.#expired.get(link) ?? 0, EXPIRE_AT_ONCE);
      await spool.remove(dropped);
      count += erased;
      if (after === undefined) return count;
      this.#expired.set(link, after);
    }
  }

  async #lookAtAll(): Promise<void> {
    const { requests, report } = this.#options;
    for (const id of await requests.ids()) {
      if (this.#settled.has(id)) continue;
      try {
        if (await this.#settle(id, await requests.read(id))) this.#settled.add(id);
      } catch (thrown) {
        report(id, asCausewayError(thrown));
      }
    }
  }

  /** True when nothing is left to do. */
  async #settle(id: string, file: EvidenceRequest): Promise<boolean> {
    const { requests } = this.#options;
    const { kind, xid } = file.request;
    if (file.refused !== undefined) return true;
    const link = file.done?.link ?? (await this.#linkOf(xid));
    if (link === undefined) {
      await requests.write(id, { ...file, refused: 'no evidence of this exchange is kept here' });
      return true;
    }
    if (kind === 'access') {
      if (this.#peerOf(link) !== undefined) await this.#options.whole(link);
      if (file.done === undefined) await requests.write(id, { ...file, done: await this.#recorded(LOCAL_LOG, link, this.#entry('evidence-access', file)) });
      return true;
    }
    return this.#eraseHereAndThere(id, file, link);
  }

  async #eraseHereAndThere(id: string, file: EvidenceRequest, link: string): Promise<boolean> {
    const { requests, clock } = this.#options;
    let now = file;
    const peer = this.#peerOf(link);
    // A link that has ended has no log that grows, and no peer to ask.
    if (peer !== undefined) await this.#options.admit(link);
    if (!this.#erasedInThisRun.has(id)) {
      if (await this.#isOpen(now.request.xid)) return false;
      await this.#erase(now.request.xid);
      this.#erasedInThisRun.add(id);
    }
    const backups = peer?.link.versions.at(-1)?.agreement.backupRetention ?? BACKUP_RETENTION_MS;
    if (now.done === undefined) {
      now = { ...now, done: await this.#recorded(peer === undefined ? LOCAL_LOG : link, link, this.#entry('erasure', now)), backupsUntil: clock.now() + backups };
      await requests.write(id, now);
    }
    if (now.peer !== undefined) return true;
    const answer: PeerAnswer = peer === undefined ? { outcome: 'link-ended', at: clock.now() } : await this.#askPeer(peer, now.request);
    // The peer's backups begin to age when it erases.
    const until = answer.outcome === 'erased' ? answer.at + backups : 0;
    await requests.write(id, { ...now, peer: answer, backupsUntil: Math.max(now.backupsUntil ?? 0, until) });
    return true;
  }

  async #askPeer(peer: Peer, { xid, reason }: EvidenceRequest['request']): Promise<PeerAnswer> {
    const { clock } = this.#options;
    const request = await signErasure(peer, { xid, reason }, clock.now());
    const compact = await send(peer, request);
    const { outcome, reason: because } = openErasureAnswer(compact, request, peer, clock.now());
    return { outcome, at: clock.now(), answer: compact, ...(because === undefined ? {} : { reason: because }) };
  }

  async #eraseForPeer({ link }: Peer, { xid, reason }: ErasureRequest, compact: string): Promise<Pick<ErasureAnswer, 'outcome' | 'reason'>> {
    // The peer may ask for what was exchanged with it, and for nothing else: of the rest it does not even learn that it is there.
    if ((await this.#linkOf(xid)) !== link.id) return { outcome: 'not-held' };
    if (await this.#isOpen(xid)) throw new CausewayError('overloaded', 'the exchange that is to be erased is under way');
    const keep = link.settings.keepEvidence;
    const entry: Entry = { v: 1, xid, step: 'erasure', approval: keep ?? reason, digest: sha256Base64url(compact), ...(keep === undefined ? {} : { code: 'kept' }), t: this.#time() };
    if (keep !== undefined) {
      await this.#recorded(link.id, link.id, entry);
      return { outcome: 'kept', reason: keep };
    }
    if (await this.#erase(xid)) await this.#recorded(link.id, link.id, entry);
    return { outcome: 'erased' };
  }

  async #erase(xid: string): Promise<boolean> {
    const { store, spool } = this.#options;
    const { erased, dropped } = await store.erase(xid);
    await spool.remove(dropped);
    return erased;
  }

  async #isOpen(xid: string): Promise<boolean> {
    const rows = await Promise.all((['outbound', 'inbound'] as const).map((direction) => this.#options.store.findExchange(direction, xid)));
    return rows.some((row) => row?.state === 'sent' || row?.state === 'handing-over');
  }

  async #linkOf(xid: string): Promise<string | undefined> {
    return (await this.#options.store.evidence(`${xid}.request`))?.link;
  }

  #peerOf(link: string): Peer | undefined {
    return this.#options.peers.find((peer) => peer.link.id === link);
  }

  #entry(step: 'erasure' | 'evidence-access', file: EvidenceRequest): Entry {
    const { xid, reason } = file.request;
    return { v: 1, xid, step, approval: reason, digest: requestDigest(file), t: this.#time() };
  }

  async #recorded(log: string, link: string, entry: Entry): Promise<NonNullable<EvidenceRequest['done']>> {
    const result = await this.#options.store.commit({ entries: [{ log, entry }] });
    const [appended] = result.kind === 'committed' ? result.appended : ([] as Appended[]);
    if (appended === undefined) throw new CausewayError('internal', 'a commit appended no entry');
    return { at: entry.t.ms, link, entry: { log, origin: appended.origin, index: appended.index } };
  }

  #time(): Entry['t'] {
    return { ms: this.#options.clock.now(), clock: this.#options.clockState() };
  }
}

async function send({ connection }: Peer, request: string): Promise<string> {
  try {
    const { status, body } = await connection.send({ method: 'POST', target: ERASURES_PATH, headers: { 'content-type': 'application/jose' }, body: Buffer.from(request) }, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS), maxBytes: MAX_NOTICE_BYTES });
    if (status !== 200) throw new CausewayError('peer-answer-invalid', `the peer answered ${status} to a request for erasure`);
    return Buffer.from(body).toString();
  } catch (cause) {
    if (!(cause instanceof ConnectionFailed)) throw cause;
    throw new CausewayError('peer-unreachable', cause.message, { cause });
  }
}
