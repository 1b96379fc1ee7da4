/** The trail of one gateway as its configuration says: stores and logs opened, keys read, and the keeper that publishes, mirrors and recovers. */
import type { GatewayConfig } from '../config/config.ts';
import type { KeyStore } from '../crypto/key-store.ts';
import type { Ed25519Signer } from '../crypto/keys.ts';
import type { CausewayError } from '../errors.ts';
import { post } from '../platform/download.ts';
import { parseWitnessKey } from '../trail/cosignature.ts';
import { PublicWitness } from '../trail/public-witness.ts';
import type { WitnessReply } from '../trail/publisher.ts';
import { countingVersions } from '../federation/link.ts';
import type { Link, LinkVersion } from '../federation/link.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Entry } from '../trail/entry.ts';
import { HeadFile, holdsKnown } from '../trail/head-file.ts';
import { Keeper } from '../trail/keeper.ts';
import type { KeptLink } from '../trail/keeper.ts';
import { logVerifiers, readTrailKeys, writeTrailKeys } from '../trail/keys.ts';
import type { TrailKeys } from '../trail/keys.ts';
import type { Mirror } from '../trail/mirror.ts';
import { rawEd25519 } from '../trail/note.ts';
import type { PeerClocks } from '../trail/peer-offset.ts';
import { PeerTrail } from '../trail/peer-trail.ts';
import { firstOrigin } from '../trail/shards.ts';
import { openSqliteMirror } from '../trail/sqlite/mirror.ts';
import { openSqliteStore } from '../trail/sqlite/store.ts';
import type { ObserveTrail } from '../trail/steps.ts';
import type { LogName, Store } from '../trail/store.ts';
import type { Erasing } from './erasing.ts';
import type { Peer } from './flow.ts';
import type { InboundParts, OutboundParts } from './parts.ts';
import { recover } from './recovery.ts';

const LOCAL_LOG = 'local';
/** Nothing is older than this. */
const FIRST_LOCAL_SHARD = '2026h1';
/** How long an exchange waits for a link whose trail is being compared, as right after a start. */
const PATIENCE_MS = 3000;

export interface TrailStores {
  readonly store: Store;
  readonly mirror: Mirror;
}

/** Throws `config-invalid` for a folder of another layout, or that another gateway has open; `trail-broken` for one that is damaged. */
export async function openStores(config: GatewayConfig, peers: readonly Peer[], now: number): Promise<TrailStores> {
  const store = await openSqliteStore({ folder: config.data, logs: firstOrigins(config, peers, now) });
  return { store, mirror: await openSqliteMirror(config.data) };
}

export interface TrailParts {
  readonly keys: KeyStore;
  readonly peers: readonly Peer[];
  readonly outbound: OutboundParts;
  readonly inbound: InboundParts;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  readonly log: Logger;
  readonly peerClocks: PeerClocks;
  readonly onStep: ObserveTrail | undefined;
  readonly erasing: Pick<Erasing, 'again'>;
}

export interface OurTrail {
  readonly trail: Keeper;
  /**
   * Resolves where our log of a link holds all that was ever published of it, as far as can be known here: it was not behind the head file at the start, or was compared with the peer
   * since. Waits as `Keeper.admit` does, and throws what it throws.
   */
  whole(link: string): Promise<void>;
}

/** From now on logs are compared, published and mirrored; open exchanges go on as soon as the trail of their link is known to be whole. Throws as `KeyStore.ed25519`. */
export async function keepTrail(config: GatewayConfig, { store, mirror }: TrailStores, { keys, peers, outbound, inbound, clock, clockState, peerClocks, log, onStep, erasing }: TrailParts): Promise<OurTrail> {
  const links = peers.map((peer) => keptLink(peer, config.limits.peerEntriesPerMinute));
  const [logKeys, witnessKeys] = [await heldKeys('log', config, keys), await heldKeys('witness', config, keys)];
  const publicly = publicWitnessOf(config, { store, mirror, clock, log, onStep });
  writeTrailKeys(config.data, trailKeysOf(config, peers, { log: logKeys, witness: witnessKeys }, publicly, clock.now()));
  const known = readTrailKeys(config.data);
  const heads = new HeadFile(config.heads);
  const whole = await wholeLogs(links, heads, mirror);
  const trail = new Keeper({
    links,
    logKeys,
    witnessKeys,
    earlier: (origin) => logVerifiers(known, origin),
    ...(config.keys.witnessMldsa44 === undefined ? {} : { witnessMldsa44: keys.files.mldsa44(config.keys.witnessMldsa44) }),
    store,
    mirror,
    heads,
    ...(publicly === undefined ? {} : { publicWitness: publicly.witness }),
    clock,
    clockState,
    patience: PATIENCE_MS,
    peerClocks,
    report: (name, error) => report(log, name, error),
    observe: (step, facts) => {
      log.debug({ step, ...facts }, 'trail');
      onStep?.(step, facts);
    },
    opened: async (link) => {
      // What came back from the peer's mirror may say that something was erased.
      await erasing.again(link);
      const recovered = await recover(link, { store, mirror }, peers, outbound, inbound);
      if (recovered.inbound + recovered.outbound > 0) log.info({ link, ...recovered }, 'exchanges that were open at the last stop go on');
    },
  });
  return { trail, whole: async (link) => (whole.has(link) ? undefined : trail.admit(link)) };
}

/** Links whose logs are not behind the head file. Asked before anything comes back from a peer: what a log lacks may be that something was erased. */
async function wholeLogs(links: readonly KeptLink[], heads: HeadFile, mirror: Mirror): Promise<ReadonlySet<string>> {
  const names = await Promise.all(links.map(async ({ link: { id } }) => (holdsKnown(heads.get(id), await mirror.shards('ours', id)) ? [id] : [])));
  return new Set(names.flat());
}

type Held = readonly Ed25519Signer[];

/** Public keys with which both logs of each link, and the local one, can be verified: those that the agreements name, and our own. */
function trailKeysOf(config: GatewayConfig, peers: readonly Peer[], held: { readonly log: Held; readonly witness: Held }, publicly: ReturnType<typeof publicWitnessOf>, now: number): TrailKeys {
  const named = (name: string, keys: Held) => keys.map(({ key }) => ({ name, key: Buffer.from(rawEd25519(key)).toString('base64') }));
  const parties = peers.flatMap(({ link }) => link.versions.toReversed().flatMap(({ us, peer }) => [us, peer]));
  const ours = peers.map(({ link }) => latest(link).us);
  return {
    v: 1,
    logs: once([...parties.map(({ log: { origin, key } }) => ({ name: origin, key })), ...ours.flatMap(({ log }) => named(log.origin, held.log)), ...named(firstOrigins(config, [], now)[LOCAL_LOG] ?? '', held.log)]),
    witnesses: once([...parties.flatMap(({ witness: { name, key, mldsa44 } }) => [key, ...(mldsa44 === undefined ? [] : [mldsa44])].map((one) => ({ name, key: one }))), ...ours.flatMap(({ witness }) => named(witness.name, held.witness)), ...(publicly === undefined ? [] : [{ name: publicly.witness.name, key: publicly.key }])]),
  };
}

function once<T extends { readonly name: string; readonly key: string }>(keys: readonly T[]): T[] {
  return [...new Map(keys.map((one) => [`${one.name} ${one.key}`, one])).values()];
}

/** The key in use, and the one that takes its place by the next version of an agreement. */
async function heldKeys(role: 'log' | 'witness', { keys: places }: GatewayConfig, keys: KeyStore): Promise<[Ed25519Signer, ...Ed25519Signer[]]> {
  const next = places[`${role}Next`];
  return [await keys.ed25519(places[role], role), ...(next === undefined ? [] : [await keys.ed25519(next, role)])];
}

/** The most that a witness's answer may have. */
const COSIGNATURES_BYTES = 64 * 1024;

/** The public witness that gateway.yaml names, and its key. */
function publicWitnessOf({ publicWitness: settings }: GatewayConfig, { store, mirror, clock, log, onStep }: TrailStores & Pick<TrailParts, 'clock' | 'log' | 'onStep'>): { readonly witness: PublicWitness; readonly key: string } | undefined {
  if (settings === undefined) return undefined;
  const { url, every, timeout } = settings;
  const { verifier, key } = parseWitnessKey(settings.key);
  const ask = async (body: string): Promise<WitnessReply> => {
    const answer = await post(`${url.replace(/\/$/, '')}/add-checkpoint`, 'text/plain; charset=utf-8', Buffer.from(body), { maxBytes: COSIGNATURES_BYTES, timeout });
    return { status: answer.status, body: Buffer.from(answer.body).toString() };
  };
  const tell = (error: CausewayError | undefined): void => {
    if (error === undefined) log.info({ witness: verifier.name }, 'the public witness cosigns again');
    else if (error.code === 'trail-broken') log.error({ witness: verifier.name, err: error }, 'a public witness says that our log is another one than it cosigned');
    else log.warn({ witness: verifier.name, err: error }, 'no cosignature of the public witness; it is asked again');
  };
  return { key, witness: new PublicWitness({ verifier, ask, every, store, reader: mirror, clock, report: tell, ...(onStep === undefined ? {} : { observe: onStep }) }) };
}

/** Origins in which our logs begin where they are not there yet: one a link, as the link names it, and the local one. */
function firstOrigins({ gateway }: GatewayConfig, peers: readonly Peer[], now: number): Record<LogName, string> {
  const named = { [LOCAL_LOG]: `${new URL(gateway.entity).host}/trail/local/${FIRST_LOCAL_SHARD}`, ...Object.fromEntries(peers.map(({ link }) => [link.id, latest(link).us.log.origin])) };
  return Object.fromEntries(Object.entries(named).map(([log, origin]) => [log, firstOrigin(origin, now)]));
}

function keptLink({ link, connection }: Peer, entriesPerMinute: number): KeptLink {
  const { agreement, us, peer } = latest(link);
  const terms = { link: link.id, versions: link.versions.map((version) => version.agreement.version), us: us.country, peer: peer.country, entriesPerMinute };
  return { link: { id: agreement.id, version: agreement.version }, us, peer, peersAt: (now) => countingVersions(link, now).map((version) => version.peer), terms, peerTrail: new PeerTrail(connection) };
}

function latest(link: Link): LinkVersion {
  return link.versions.at(-1) ?? link.versions[0];
}

function report(log: Logger, name: string, error: CausewayError): void {
  if (error.code === 'trail-broken') log.error({ log: name, err: error }, 'what we hold of a log and what the peer shows of it differ');
  else log.warn({ log: name, err: error }, 'a log could not be compared or published; the next tick tries again');
}
