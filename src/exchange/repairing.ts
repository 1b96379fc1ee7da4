/**
 * Statements that only one of the two logs holds (trail/reconcile/settling.ts), as the gateway knows them: ours that the peer lacks are shown to it, and the peer's that we lack are verified and recorded. Nothing
 * is recorded as a statement that was not verified; of a request that we never took we say so.
 */
import { parseJws, signingInputOf, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { readEvidence } from '../evidence/keep.ts';
import { authenticate } from '../federation/statement.ts';
import type { Clock } from '../platform/clock.ts';
import type { StatementType } from '../stages.ts';
import { coreOf } from '../trail/entry.ts';
import type { Entry, Step } from '../trail/entry.ts';
import { recordedStep } from '../trail/reconcile/set.ts';
import type { Missing } from '../trail/reconcile/settling.ts';
import type { Store } from '../trail/store.ts';
import type { Peer } from './flow.ts';
import type { Journal } from './journal.ts';

export interface RepairingOptions {
  readonly peers: readonly Peer[];
  readonly store: Pick<Store, 'commit' | 'evidence' | 'findExchange'>;
  readonly journal: Pick<Journal, 'recordKey' | 'storedOutcome'>;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** UTC milliseconds: what was recorded before may have been lost with a disk (keeper.ts). */
  notBefore(link: string): number;
}

const TYPES: Readonly<Partial<Record<Step, StatementType>>> = { 'request': 'causeway-request+jwt', 'response': 'causeway-response+jwt', 'refusal': 'causeway-refusal+jwt', 'outcome-unknown': 'causeway-refusal+jwt' };

export class Repairing {
  readonly #options: RepairingOptions;

  constructor(options: RepairingOptions) {
    this.#options = options;
  }

  /** The statement that an entry of ours records; undefined once it is erased, or no longer kept. */
  async statement(entry: Entry): Promise<string | undefined> {
    const compact = await this.#kept(entry.xid ?? '', recordedStep(entry));
    return compact !== undefined && isOf(compact, entry) ? compact : undefined;
  }

  /**
   * Records what only the peer's log holds: `reconciled` for a statement that verifies, `not-received` for a request of the peer that we never took. False where neither can be said. Throws what the store
   * throws, and `statement-…` and `wrong-audience` for a statement that the peer shows and that is none.
   */
  async repair(missing: Missing): Promise<boolean> {
    const { link, entry, origin, index, leaf, statement } = missing;
    const peer = this.#options.peers.find((one) => one.link.id === link);
    const step = recordedStep(entry);
    if (peer === undefined || step === undefined || entry.xid === undefined) return false;
    const target = { origin, index, leaf, step };
    if (step === 'request' && entry.from === peer.link.peerCountry && !(await this.#mayHaveTaken(link, entry))) {
      await this.#record(peer, { ...aboutOf(entry), step: 'not-received', target });
      return true;
    }
    if (statement === undefined) return false;
    const verified = await this.#verified(statement, entry, step, peer);
    await this.#record(peer, { ...aboutOf(entry), step: 'reconciled', target, ...verified });
    return true;
  }

  async #kept(xid: string, step: Step | undefined): Promise<string | undefined> {
    const { store, journal } = this.#options;
    if (step === 'request' || step === 'response') {
      const [row, key] = [await store.evidence(`${xid}.${step}`), await journal.recordKey(xid)];
      return row === undefined || key === undefined ? undefined : readEvidence(row, key).statement;
    }
    const row = await store.findExchange('inbound', xid);
    return row && (await journal.storedOutcome(row))?.statement;
  }

  /** What is known of it, or was lost with a disk, was not "never received". */
  async #mayHaveTaken(link: string, { xid = '', window = 0 }: Entry): Promise<boolean> {
    const { store, notBefore } = this.#options;
    return (window + 1) * 60_000 < notBefore(link) || (await store.findExchange('inbound', xid)) !== undefined;
  }

  /** Under the key of the side that the entry names as its sender: our own may be among what we lost. */
  async #verified(compact: string, entry: Entry, step: Step, { side, link }: Peer): Promise<Pick<Entry, 'kid' | 'chain'>> {
    const type = TYPES[step];
    if (type === undefined || !isOf(compact, entry)) throw new CausewayError('statement-invalid', 'the peer shows another statement than the one that its log records');
    if (entry.from !== link.peerCountry) {
      const jws = parseJws(compact, side.maxStatementBytes);
      verifyJws(jws, side.statementKey);
      return { kid: jws.kid };
    }
    const { kid, claims } = await authenticate(compact, [type], { audience: link.versions[0].us.entity, trust: side.trust, maxBytes: side.maxStatementBytes }, this.#options.clock.now());
    if (claims.jti !== entry.xid || claims.link.id !== link.id) throw new CausewayError('wrong-audience', 'the peer shows a statement of another exchange, or of another link');
    return { kid, chain: side.trust.chain };
  }

  async #record({ link }: Peer, about: Omit<Entry, 'v' | 't' | 'link'>): Promise<void> {
    const { store, clock, clockState } = this.#options;
    const { agreement } = link.versions.at(-1) ?? link.versions[0];
    await store.commit({ entries: [{ log: link.id, entry: { v: 1, ...about, link: { id: link.id, version: agreement.version }, t: { ms: clock.now(), clock: clockState() } } }] });
  }
}

/** What the peer's entry says of the exchange and of the statement. */
function aboutOf({ xid, from, to, client, service, purpose, window, core }: Entry): Omit<Entry, 'v' | 't' | 'link' | 'step'> {
  const about = { xid, from, to, client, service, purpose, window, core };
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}

function isOf(compact: string, { core }: Entry): boolean {
  return coreOf(signingInputOf(compact)) === core;
}
