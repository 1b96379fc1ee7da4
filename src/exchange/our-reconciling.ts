/** Reconciliation of one gateway as its configuration says: the links with their keys, the index of both logs, and what is told of differences. */
import type { GatewayConfig } from '../config/config.ts';
import type { KeyStore } from '../crypto/key-store.ts';
import type { Ed25519Signer } from '../crypto/keys.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { parseEntry } from '../trail/entry.ts';
import type { Keeper } from '../trail/keeper.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier } from '../trail/note.ts';
import { PeerSets } from '../trail/reconcile/peer-sets.ts';
import { Reconciler } from '../trail/reconcile/reconciler.ts';
import type { LinkState, ReconciledLink } from '../trail/reconcile/link-reconciler.ts';
import type { Entities } from '../trail/reconcile/set.ts';
import { recordedStep } from '../trail/reconcile/set.ts';
import type { Found } from '../trail/reconcile/settling.ts';
import { openSqliteSets } from '../trail/sqlite/open-sets.ts';
import type { ObserveTrail } from '../trail/steps.ts';
import type { Agreement, Party } from '../federation/link.ts';
import type { Peer } from './flow.ts';
import type { TrailStores } from './our-trail.ts';
import { Repairing } from './repairing.ts';
import type { RepairingOptions } from './repairing.ts';

export interface ReconcilingParts extends Pick<RepairingOptions, 'peers' | 'journal' | 'clock' | 'clockState'> {
  readonly keys: KeyStore;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly trail: Pick<Keeper, 'mayAppend' | 'notBefore'>;
  readonly onStep: ObserveTrail | undefined;
}

export interface Reconciling extends Pick<Reconciler, 'answer' | 'state'> {
  /** Compares what has been closed since. */
  look(): Promise<void>;
  /** What an operator should look at. */
  readonly warnings: readonly string[];
  /** Ends when what runs has ended: nothing is recorded or asked after that. */
  stop(): Promise<void>;
  /** Nobody asks any more. */
  close(): Promise<void>;
}

/** Throws as `KeyStore.ed25519` for the interval key. */
export async function openReconciling(config: GatewayConfig, { store, mirror }: TrailStores, parts: ReconcilingParts): Promise<Reconciling> {
  const { keys, peers, clock, log, trail, onStep, metrics } = parts;
  const { limits, data } = config;
  const interval = config.keys.interval === undefined ? undefined : await keys.ed25519(config.keys.interval, 'interval');
  const stop = new AbortController();
  const links = peers.map((peer) => reconciledLink(peer, interval, limits, stop.signal));
  const sets = await openSqliteSets(data, Object.fromEntries(links.map(({ id, entities }) => [id, entities])));
  const repairing = new Repairing({ ...parts, store, notBefore: (link) => trail.notBefore(link) });
  const reconciler = new Reconciler({
    links,
    sets,
    mirror,
    folder: data,
    clock,
    perMinute: limits.reconciliationsPerMinute,
    maxAnswerBytes: limits.reconcileAnswerBytes,
    statement: (entry) => repairing.statement(entry),
    repair: (missing) => repairing.repair(missing),
    mayAppend: (link) => trail.mayAppend(link),
    found: (link, found) => log.warn({ link, ...told(found) }, 'the two logs of a link do not both hold a statement'),
    report: (link, err) => log.warn({ link, err }, 'a link could not be reconciled; it is tried again'),
    observe: (step, facts) => {
      log.debug({ step, ...facts }, 'trail');
      onStep?.(step, facts);
    },
  });
  measure(metrics, reconciler, clock);
  return {
    look: () => reconciler.tick(),
    answer: (link, path, body) => reconciler.answer(link, path, body),
    state: () => reconciler.state(),
    get warnings() {
      return warningsOf(reconciler.state());
    },
    async stop() {
      stop.abort();
      await reconciler.close();
    },
    close: () => sets.close(),
  };
}

function reconciledLink(peer: Peer, key: Ed25519Signer | undefined, limits: GatewayConfig['limits'], stop: AbortSignal): ReconciledLink {
  const { agreement, us, peer: them } = peer.link.versions.at(-1) ?? peer.link.versions[0];
  const notes = key === undefined || us.interval === undefined || them.interval === undefined ? {} : { notes: { signer: ed25519Signer(us.interval.name, key), verifier: ed25519Verifier(them.interval.name, ed25519FromBase64(them.interval.key)) } };
  return { id: agreement.id, entities: entitiesOf(agreement), peerOrigin: them.log.origin, keys: trailKeysOf(peer.link.versions.flatMap((version) => version.agreement.parties)), peer: new PeerSets(peer.connection, limits.reconcileAnswerBytes, stop), patience: agreement.retryTime, first: agreement.parties[0].entity === us.entity, ...notes };
}

/** Public keys with which proofs of a link's two logs are judged. */
export function trailKeysOf(parties: readonly Party[]): ReconciledLink['keys'] {
  return { v: 1, logs: parties.map(({ log }) => ({ name: log.origin, key: log.key })), witnesses: parties.map(({ witness: { name, key } }) => ({ name, key })) };
}

export function entitiesOf({ parties }: Agreement): Entities {
  return Object.fromEntries(parties.map(({ country, entity }) => [country, entity]));
}

function measure(metrics: Metrics, reconciler: Reconciler, clock: Clock): void {
  const each = (value: (state: LinkState) => number) => () => reconciler.state().map((state) => [state.link, value(state)] as const);
  metrics.gauges('reconcile_differences', 'Statements that the two logs of a link do not both hold, once nobody asks for their exchange any more.', 'link', each(({ differences }) => differences));
  metrics.gauges('reconcile_compared_seconds', "Age of the last minute in which our log was compared with our mirror of the peer's.", 'link', each(({ comparedUntil }) => (clock.now() - comparedUntil) / 1000));
  metrics.gauges('reconcile_agreed_seconds', 'Age of the last minute about which both sides signed the same; 0 before the first note.', 'link', each(({ agreedUntil }) => (agreedUntil === undefined ? 0 : (clock.now() - agreedUntil) / 1000)));
}

function warningsOf(states: readonly LinkState[]): string[] {
  return states.flatMap(({ link, differences, behind, withoutNotes }) => [
    ...(differences === 0 ? [] : [`link "${link}": ${differences} statements are not in both logs: causeway trail reconcile`]),
    ...(behind ? [`link "${link}": the mirror of the peer's log is behind`] : []),
    ...(withoutNotes ? [`link "${link}": no interval keys, so no notes are exchanged`] : []),
  ]);
}

function told({ kind, window, ours, theirs }: Found): object {
  const held = [...ours, ...theirs];
  const entry = held.find(({ proof }) => proof !== undefined)?.proof?.entry;
  const parsed = entry === undefined ? undefined : parseEntry(entry);
  return { difference: kind, window, entries: held.map(({ origin, index }) => `${origin}/${index}`), ...(parsed === undefined ? {} : { xid: parsed.xid, step: recordedStep(parsed) }) };
}
