/**
 * Changing the key-encryption key of the evidence while the gateway runs: the next one is on disk beside the old one before anything is under it, then every
 * wrapped key is wrapped anew, some at a time, and the old one goes when nothing is under it any more. Whatever stops in between, both keys are in the
 * file, and the next start goes on from the first row. An erased key is no row to this: it stays erased.
 */
import { randomBytes } from 'node:crypto';
import type { GatewayConfig } from '../config/config.ts';
import type { KekFile } from '../evidence/kek-file.ts';
import { kekId, openedBy, pseudonymsOf } from '../evidence/kek-ring.ts';
import type { KekRing } from '../evidence/kek-ring.ts';
import { unwrapRecordKey, wrapRecordKey } from '../evidence/record.ts';
import { openSubjectKey, sealSubjectKey } from '../evidence/subject.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Entry } from '../trail/entry.ts';
import type { Rewrapped, Store } from '../trail/store.ts';
import type { KeyOrder } from '../trust/own/key-plan.ts';

const LOCAL_LOG = 'local';
/** Rows of one look: some milliseconds. */
const BATCH = 500;

export interface EvidenceRotationOptions {
  readonly keks: KekRing;
  readonly file: Pick<KekFile, 'write'>;
  readonly store: Pick<Store, 'commit' | 'recordKeys' | 'rewrap' | 'subjectKeys'>;
  readonly rotation: GatewayConfig['rotation'];
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  readonly log: Logger;
}

/** One way through all rows. */
interface Pass {
  readonly begun: number;
  /** The last row that was looked at. */
  at: number;
  moved: number;
  /** Under neither key: left of a key store that was restored from before another change. */
  lost: number;
}

export class EvidenceRotation {
  readonly #options: EvidenceRotationOptions;
  #pass: Pass | undefined;
  /** UTC milliseconds: everything was wrapped anew, and the old key is still held. */
  #restUntil = 0;

  constructor(options: EvidenceRotationOptions) {
    this.#options = options;
  }

  /** The next key wraps from now on. After a crash the same order gives the same answer. */
  async begin({ id, reason }: KeyOrder): Promise<{ readonly kid: string } | { readonly refused: string }> {
    const { keks, rotation, clock, log } = this.#options;
    const { keys: [old], pseudonyms, change } = keks.content;
    if (change?.id === id) return { kid: kekId(old) };
    if (change !== undefined) return { refused: 'a change of the evidence key is under way: `causeway keys list`' };
    const next = new Uint8Array(randomBytes(32));
    const kid = kekId(next);
    const now = clock.now();
    await this.#record('added', kid, now);
    if (reason === 'compromised') await this.#record('compromised', kekId(old), now);
    // Whoever has the old key can try out whom a pseudonym means.
    const kept = reason === 'compromised' ? pseudonymsOf(next) : pseudonyms;
    await this.#write({ keys: [next, old], pseudonyms: kept, change: { id, retireFrom: reason === 'compromised' ? now : now + rotation.retireAfter } });
    log.warn({ role: 'evidence', old: kekId(old), next: kid, reason }, 'a change of a key begins');
    return { kid };
  }

  /** To be called a few times a second. Throws what store and file throw; the next call goes on. */
  async look(): Promise<void> {
    const { keks, clock } = this.#options;
    const { change } = keks.content;
    const now = clock.now();
    if (change === undefined || now < this.#restUntil) return;
    const pass = (this.#pass ??= { begun: now, at: 0, moved: 0, lost: 0 });
    if (await this.#rewrapSome(pass)) return;
    this.#pass = undefined;
    if (pass.moved > 0) return;
    // A commit that was under way when the key changed may have come after its row's turn: the last pass is one that found nothing, after the time of both.
    if (pass.begun >= change.retireFrom) await this.#retire(pass.lost, now);
    else this.#restUntil = change.retireFrom;
  }

  /** False where the pass is at its end. */
  async #rewrapSome(pass: Pass): Promise<boolean> {
    const { store } = this.#options;
    const rows = await store.recordKeys(pass.at, BATCH);
    const end = rows.length < BATCH;
    const records = rows.flatMap(({ xid, wrapped }) => this.#moved(pass, (kek) => unwrapRecordKey(kek, xid, wrapped), (kek, key) => ({ xid, from: wrapped, to: wrapRecordKey(kek, xid, key) })));
    const subjects = end ? (await store.subjectKeys()).flatMap(({ year, wrapped }) => this.#moved(pass, (kek) => openSubjectKey(kek, year, wrapped), (kek, key) => ({ year, from: wrapped, to: sealSubjectKey(kek, year, key) }))) : [];
    await this.#rewrap({ records, subjects });
    pass.at = rows.at(-1)?.at ?? pass.at;
    return !end;
  }

  /** What is under the old key, under the next one. */
  #moved<T>(pass: Pass, open: (kek: Uint8Array) => Uint8Array, seal: (kek: Uint8Array, key: Uint8Array) => T): T[] {
    const [next, old] = this.#options.keks.content.keys;
    if (old === undefined || openedBy(next, open) !== undefined) return [];
    const key = openedBy(old, open);
    if (key === undefined) pass.lost += 1;
    else pass.moved += 1;
    return key === undefined ? [] : [seal(next, key)];
  }

  async #rewrap(keys: Rewrapped): Promise<void> {
    if (keys.records.length + keys.subjects.length > 0) await this.#options.store.rewrap(keys);
  }

  async #retire(lost: number, now: number): Promise<void> {
    const { keks, log } = this.#options;
    const { keys: [next, old], pseudonyms } = keks.content;
    if (old !== undefined) await this.#record('removed', kekId(old), now);
    await this.#write({ keys: [next], pseudonyms });
    if (lost > 0) log.warn({ keys: lost }, 'wrapped keys of the evidence open under no key that is here: the key store came from a backup of before another change');
    log.warn({ role: 'evidence', kid: old && kekId(old) }, 'the old key is gone');
  }

  /** On disk, then in force. */
  async #write(content: KekRing['content']): Promise<void> {
    await this.#options.file.write(content);
    this.#options.keks.take(content);
  }

  /** In the local log: no peer has to believe this key. A crash before the file is written records it once more. */
  async #record(action: NonNullable<Entry['key']>['action'], kid: string, now: number): Promise<void> {
    const { store, clockState } = this.#options;
    await store.commit({ entries: [{ log: LOCAL_LOG, entry: { v: 1, step: 'key-event', kid, key: { role: 'evidence', action }, t: { ms: now, clock: clockState() } } }] });
  }
}
