/**
 * What foreign bodies asked about one person (trail.md, "Evidence and erasure"), for the person's own authority. The answer is made of the statements in our evidence, so that
 * what was erased is not in it. Each look-up is an entry of the local log before anything is read.
 */
import { CausewayError } from '../errors.ts';
import { readEvidence } from '../evidence/keep.ts';
import type { Page } from '../evidence/look-up.ts';
import type { KekRing } from '../evidence/kek-ring.ts';
import type { Link } from '../federation/link.ts';
import { recordedRequest } from '../federation/statement.ts';
import type { RequestClaims } from '../federation/statement.ts';
import { parseFederated } from '../mapping/federated.ts';
import type { IdentifierMap } from '../mapping/mappings.ts';
import type { Clock } from '../platform/clock.ts';
import { PerMinute, endOfMinute } from '../platform/per-minute.ts';
import type { DomesticMember } from '../stages.ts';
import type { Entry } from '../trail/entry.ts';
import type { Store } from '../trail/store.ts';
import { SubjectIndex } from './subject-index.ts';

const LOCAL_LOG = 'local';
/** Stands in the entry for the decision: that persons may see this is law, and needs none of its own. */
const APPROVAL = 'citizen-view';

export interface LookUp extends Page {
  /** The authority that asks, as our platform names it. */
  readonly authority: DomesticMember;
}

/** One use of a person's data, in the form of the data tracker's findUsage (v2); `purpose`, `service` and `exchange` are ours. */
export interface Usage {
  /** RFC 3339: when the peer signed its question. */
  readonly logtime: string;
  /** Federated identifier of the organisation that asked. */
  readonly receiverName: string;
  /** Its code, behind its country: it must not read as a code of ours. */
  readonly receiverCode: string;
  readonly receiverSystem: string;
  readonly action: string;
  readonly purpose: string;
  readonly service: string;
  readonly exchange: string;
}

/** `totalUsages`: of all pages. */
export interface UsagePage {
  readonly totalUsages: number;
  readonly usages: readonly Usage[];
}

export interface CitizenViewOptions {
  readonly store: Store;
  readonly keks: KekRing;
  readonly country: string;
  readonly identifiers: Pick<IdentifierMap, 'toFederated' | 'representedParty'>;
  readonly links: readonly Link[];
  readonly perMinute: number;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Resolves where our log of a link is known to hold every erasure (our-trail.ts). */
  whole(link: string): Promise<void>;
}

export class CitizenView {
  readonly #options: CitizenViewOptions;
  readonly #index: SubjectIndex;
  readonly #taken = new PerMinute();

  constructor(options: CitizenViewOptions) {
    this.#options = options;
    this.#index = new SubjectIndex(options.store, options.keks);
  }

  /** The newest first. Throws `malformed` for a person of another country, `quota-exceeded`, `unknown-member`, `store-unavailable`, and `trail-unconfirmed` where what was erased is not known yet. */
  async findUsage({ authority, subject, offset, limit }: LookUp): Promise<UsagePage> {
    const { country, store, identifiers, links, clock, clockState, whole } = this.#options;
    if (subject.country !== country) throw new CausewayError('malformed', 'a look-up about a person of another country', { facts: { field: 'userCode', hint: `This gateway answers about persons of ${country}.` } });
    const now = clock.now();
    this.#take(now);
    const entry: Entry = { v: 1, step: 'evidence-access', approval: APPROVAL, client: identifiers.toFederated(authority), t: { ms: now, clock: clockState() } };
    await store.commit({ entries: [{ log: LOCAL_LOG, entry }] });
    await Promise.all(links.map(({ id }) => whole(id)));
    const xids = await this.#index.exchangesAbout(subject);
    const asked = (await Promise.all(xids.map((xid) => this.#question(xid)))).filter((claims) => claims !== undefined && !this.#isHidden(claims));
    return { totalUsages: asked.length, usages: asked.slice(offset, offset + limit).flatMap((claims) => (claims === undefined ? [] : [this.#usage(claims)])) };
  }

  /** Each is an entry: an authority that floods us must not fill our store. */
  #take(now: number): void {
    const { perMinute } = this.#options;
    if (this.#taken.take('', now) > perMinute) throw new CausewayError('quota-exceeded', `more than ${perMinute} look-ups of citizens a minute`, { facts: { until: endOfMinute(now) } });
  }

  /** What the peer signed; undefined once its key is destroyed. */
  async #question(xid: string): Promise<RequestClaims | undefined> {
    const { store, keks } = this.#options;
    const [row, wrapped] = await Promise.all([store.evidence(`${xid}.request`), store.recordKey(xid)]);
    if (row === undefined || wrapped === undefined) return undefined;
    return recordedRequest(readEvidence(row, keks.unwrapRecordKey(xid, wrapped)).statement);
  }

  /** Hidden since it was asked: what was hidden then is not in the index. */
  #isHidden({ link: { id }, purpose }: RequestClaims): boolean {
    const now = this.#options.clock.now();
    const version = this.#options.links.find((link) => link.id === id)?.versions.findLast(({ effective }) => effective <= now);
    return version?.agreement.hiddenFromSubjects?.includes(purpose) === true;
  }

  #usage({ iat, client, service, purpose, jti }: RequestClaims): Usage {
    const { identifiers } = this.#options;
    return {
      logtime: new Date(iat * 1000).toISOString(),
      receiverName: client.split('/').slice(0, 3).join('/'),
      receiverCode: identifiers.representedParty(client).partyCode,
      receiverSystem: parseFederated(client)?.subsystem ?? '',
      action: `${purpose}: ${service}`,
      purpose,
      service,
      exchange: jti,
    };
  }
}
