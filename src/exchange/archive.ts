/** What the journal made durable of an exchange, read back. */
import { CausewayError } from '../errors.ts';
import type { KekRing } from '../evidence/kek-ring.ts';
import { openRecord, sealRecord } from '../evidence/record.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { HttpReply } from '../platform/http-client.ts';
import type { Spool } from '../platform/spool.ts';
import type { Content } from '../stages.ts';
import type { ExchangeRow, Store } from '../trail/store.ts';
import { unpackReply, unpackSealed } from './kept.ts';
import type { Cipher } from './kept.ts';

export interface ArchiveOptions {
  readonly store: Store;
  readonly keks: KekRing;
  /** Where what does not fit in memory is kept. */
  readonly spool: Spool;
}

export class Archive {
  readonly #options: ArchiveOptions;

  constructor(options: ArchiveOptions) {
    this.#options = options;
  }

  async storedReply(row: ExchangeRow): Promise<HttpReply<Content> | undefined> {
    const key = await this.recordKey(row.xid);
    if (row.outcome === undefined || key === undefined) return undefined;
    return unpackReply(row.outcome, this.decrypt(row.xid, 'reply', key), this.#options.spool.folder);
  }

  async findOutbound(xid: string): Promise<ExchangeRow | undefined> {
    return this.#options.store.findExchange('outbound', xid);
  }

  async findInbound(xid: string): Promise<ExchangeRow | undefined> {
    return this.#options.store.findExchange('inbound', xid);
  }

  /** The sealed answer or refusal of an inbound exchange; undefined when it is no longer kept, or its key was erased. */
  async storedOutcome({ xid, outcome }: ExchangeRow): Promise<SealedBytes | undefined> {
    if (outcome === undefined) return undefined;
    const key = await this.recordKey(xid);
    try {
      return unpackSealed(outcome, key && this.decrypt(xid, 'reply', key), this.#options.spool.folder);
    } catch (thrown) {
      if (thrown instanceof CausewayError && thrown.code === 'outcome-unknown') return undefined;
      throw thrown;
    }
  }

  /** A peer's request that is still open. Throws `outcome-unknown` when its key was erased. */
  async storedRequest(xid: string, request: Uint8Array): Promise<SealedBytes> {
    const key = await this.recordKey(xid);
    return unpackSealed(request, key && this.decrypt(xid, 'question', key), this.#options.spool.folder);
  }

  async recordKey(xid: string): Promise<Uint8Array | undefined> {
    const wrapped = await this.#options.store.recordKey(xid);
    return wrapped === undefined ? undefined : this.#options.keks.unwrapRecordKey(xid, wrapped);
  }

  decrypt(xid: string, part: 'question' | 'reply', key: Uint8Array): Cipher {
    return (bytes) => openRecord(key, { xid, step: part, id: xid }, bytes);
  }

  protected encrypt(xid: string, part: 'question' | 'reply', key: Uint8Array): Cipher {
    return (bytes) => sealRecord(key, { xid, step: part, id: xid }, bytes);
  }
}
