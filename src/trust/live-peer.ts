/** One peer under the federation: what its chain and the notices of its anchors let us believe at a time. Changes act on the next use. */
import { CausewayError } from '../errors.ts';
import type { EncryptionKey } from '../crypto/jwe.ts';
import type { JwsKey } from '../crypto/jws.ts';
import type { ChainDocuments, Superior, VerifiedChain } from './chain.ts';
import { gatewayKeys } from './gateway-metadata.ts';
import type { ExpectedPeer } from './gateway-metadata.ts';
import type { Notice, NoticeList } from './notices.ts';
import type { KeyRole, PeerTrust } from './peer-trust.ts';
import { staticTrust } from './static-trust.ts';

interface Believed {
  readonly chain: VerifiedChain;
  readonly keys: PeerTrust;
}

export class LivePeer implements PeerTrust {
  readonly entity: string;
  readonly country: string;
  readonly #expected: ExpectedPeer;
  readonly #withoutNotices: number;
  readonly #lists = new Map<string, NoticeList>();
  #believed: Believed | undefined;
  #doubted = false;

  constructor(expected: ExpectedPeer, withoutNotices: number) {
    this.entity = expected.entity;
    this.country = expected.country;
    this.#expected = expected;
    this.#withoutNotices = withoutNotices;
  }

  get trustMarks(): readonly string[] {
    return this.#expected.trustMarks ?? [];
  }

  get chain(): string {
    return this.#believed?.chain.digest ?? '';
  }

  get superiors(): readonly Superior[] {
    return this.#believed?.chain.superiors ?? [];
  }

  /** What was verified last; undefined without a chain. */
  get documents(): ChainDocuments | undefined {
    return this.#believed?.chain.documents;
  }

  /** What would be believed of a chain, without taking it. Throws as `take`. */
  judge(chain: VerifiedChain): PeerTrust {
    return staticTrust(gatewayKeys(chain, this.#expected), Buffer.from(chain.digest));
  }

  /** The chain is to be fetched at the next look: the peer says that it shows something else. */
  doubt(): void {
    this.#doubted = true;
  }

  /** UTC milliseconds; 0 without a chain. */
  get expires(): number {
    return this.#believed?.chain.expires ?? 0;
  }

  /** Takes a verified chain in the place of the last one. Throws `chain-malformed`, `chain-untrusted` for metadata that is not the peer's; then the last one stays. */
  take(chain: VerifiedChain): void {
    this.#believed = { chain, keys: this.judge(chain) };
    this.#doubted = false;
  }

  takeNotices(anchor: string, list: NoticeList): void {
    this.#lists.set(anchor, list);
  }

  hasNotices(anchor: string): boolean {
    return this.#lists.has(anchor);
  }

  /** Whether the chain is to be fetched: there is none, half of its life is over, the peer speaks of keys that it does not hold, or a notice speaks of somebody in it, who may have put it right. */
  due(now: number): boolean {
    const { dueFrom } = this;
    return dueFrom === undefined || this.#doubted || now >= dueFrom || this.#notices().length > 0;
  }

  /** UTC milliseconds at which half of the chain's life is over; undefined without a chain. */
  get dueFrom(): number | undefined {
    if (this.#believed === undefined) return undefined;
    const { issued, expires } = this.#believed.chain;
    return issued + (expires - issued) / 2;
  }

  noticesInTime(now: number): boolean {
    return this.superiors.every(({ entity }) => now < (this.#lists.get(entity)?.exp ?? 0) * 1000);
  }

  /** Why nothing of the peer is believed now; undefined where it is. */
  refusal(now: number): string | undefined {
    if (this.#believed === undefined) return 'no chain of trust has been verified yet';
    const { chain } = this.#believed;
    if (now >= chain.expires) return `its chain of trust expired at ${new Date(chain.expires).toISOString()}`;
    const late = chain.superiors.find(({ entity }) => now >= (this.#lists.get(entity)?.exp ?? Number.NEGATIVE_INFINITY) * 1000 + this.#withoutNotices);
    if (late !== undefined) return `the notices of ${late.entity} have not come for too long`;
    const withdrawn = this.#notices().find(({ entity, key }) => key === undefined || chain.signers.some((signer) => signer.entity === entity && signer.kid === key));
    return withdrawn && `${withdrawn.entity} was withdrawn: ${withdrawn.reason}`;
  }

  statementKey(kid: string, signedAt: number, now: number): JwsKey {
    const refusal = this.refusal(now) ?? (this.#isWithdrawn(kid) ? `its key ${kid} was withdrawn` : undefined);
    if (refusal !== undefined || this.#believed === undefined) throw new CausewayError('statement-untrusted', `${this.entity}: ${refusal ?? ''}`);
    return this.#believed.keys.statementKey(kid, signedAt, now);
  }

  encryptionKey(now: number): EncryptionKey {
    const refusal = this.refusal(now);
    const key = refusal === undefined ? this.#believed?.keys.encryptionKey(now, (kid) => !this.#isWithdrawn(kid)) : undefined;
    if (key === undefined) throw new CausewayError('peer-unreachable', `${this.entity}: ${refusal ?? ''}`, { facts: { delivered: 'no' } });
    return key;
  }

  holds(role: KeyRole, kid: string, now: number): boolean {
    return this.refusal(now) === undefined && !this.#isWithdrawn(kid) && this.#believed?.keys.holds(role, kid, now) === true;
  }

  tlsPins(now: number): readonly string[] {
    if (this.refusal(now) !== undefined) return [];
    return this.#believed?.keys.tlsPins(now).filter((pin) => !this.#isWithdrawn(pin)) ?? [];
  }

  #isWithdrawn(key: string): boolean {
    return this.#notices().some((notice) => notice.entity === this.entity && notice.key === key);
  }

  /** Of the anchors in the chain, about the peer or another of them. */
  #notices(): Notice[] {
    const inChain = new Set([this.entity, ...this.superiors.map(({ entity }) => entity)]);
    return this.superiors.flatMap(({ entity }) => this.#lists.get(entity)?.notices ?? []).filter(({ entity }) => inChain.has(entity));
  }
}
