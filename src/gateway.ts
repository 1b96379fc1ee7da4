/** The composition root: the only file that knows every part. Reads keys and mappings, opens the store, recovers, and returns what listens and closes. */
import type { GatewayConfig } from './config/config.ts';
import { dialectSettings, openDialects } from './ecosystems/dialects.ts';
import { callingHome, homeReached, pinsOf } from './ecosystems/calling-home.ts';
import { openHub } from './ecosystems/openapi/open-hub.ts';
import type { OpenHub } from './ecosystems/openapi/open-hub.ts';
import { parseMemberPath } from './ecosystems/xroad-identifiers.ts';
import { CausewayError, asCausewayError } from './errors.ts';
import { openKeks } from './evidence/kek-file.ts';
import { evidenceRequests } from './evidence/requests.ts';
import { Quotas, sealedLimit } from './exchange/authorise.ts';
import { Dependencies } from './exchange/dependencies.ts';
import { CitizenView } from './exchange/citizen-view.ts';
import type { CitizenViewOptions } from './exchange/citizen-view.ts';
import { toldByPeer } from './exchange/containers/notices.ts';
import { openContainers } from './exchange/containers/open-containers.ts';
import { Echoing } from './exchange/echoing.ts';
import { echoServices, openEchoes } from './exchange/open-echoes.ts';
import type { Echoes } from './exchange/open-echoes.ts';
import { Erasing } from './exchange/erasing.ts';
import type { ErasingOptions } from './exchange/erasing.ts';
import { HorizonWatch } from './exchange/horizon-watch.ts';
import { horizon } from './exchange/horizon.ts';
import { readinessOf } from './exchange/readiness.ts';
import { InFlight } from './exchange/in-flight.ts';
import { LinkChanges, linkChangeFolders, requireSigned } from './exchange/link-changes.ts';
import { Journal } from './exchange/journal.ts';
import { KeyWatch } from './exchange/key-watch.ts';
import type { LiveMappings } from './exchange/mappings/live-mappings.ts';
import { openPolicies } from './exchange/open-policies.ts';
import { openMappings } from './exchange/mappings/open-mappings.ts';
import { measure } from './exchange/measuring.ts';
import type { Observe } from './exchange/flow.ts';
import { escrowOf, linkOf, linkedPeer, openPeer } from './exchange/open-peers.ts';
import { observing } from './exchange/observing.ts';
import { openReconciling } from './exchange/our-reconciling.ts';
import { OurTime } from './exchange/our-time.ts';
import { keepTrail, openStores } from './exchange/our-trail.ts';
import type { InboundParts, OutboundParts } from './exchange/parts.ts';
import { Suspended } from './exchange/suspended.ts';
import { Suspending } from './exchange/suspending.ts';
import { EvidenceRotation } from './exchange/rotating-evidence.ts';
import type { SuspendingOptions } from './exchange/suspending.ts';
import { suspensionFolders } from './federation/suspension-orders.ts';
import type { Grant } from './federation/link.ts';
import { Admission } from './http/admission.ts';
import { citizens } from './http/citizens.ts';
import { domesticApp } from './http/domestic.ts';
import type { DomesticOptions } from './http/domestic.ts';
import { echoes } from './http/echo.ts';
import { edgeApp } from './http/edge.ts';
import type { EdgeOptions } from './http/edge.ts';
import { federationApp } from './http/federation.ts';
import type { listen } from './http/listener.ts';
import { listenAll, renewAll } from './http/listeners.ts';
import { operationsApp } from './http/operations.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/log.ts';
import { Spool, spoolFolder } from './platform/spool.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Keeper } from './trail/keeper.ts';
import type { ObserveTrail } from './trail/steps.ts';
import type { Store } from './trail/store.ts';
import type { ObserveKeys } from './trust/own/key-steps.ts';
import { OwnKeys } from './trust/own/own-keys.ts';
import { openTrust } from './trust/open-trust.ts';
import { Publisher } from './trust/publisher.ts';

export interface GatewayOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Called at every named step, after log and metrics. */
  readonly onStep?: Observe;
  /** Called at every named step of checkpoints, mirrored entries and restores. */
  readonly onTrailStep?: ObserveTrail;
  /** Called at every named step of a change of a key. */
  readonly onKeyStep?: ObserveKeys;
}

export interface Gateway {
  readonly country: string;
  readonly ports: { readonly domestic: number; readonly federation: number; readonly operations: number };
  /** Judges the mappings folder at once, and takes it if it is good. */
  reloadMappings(): Promise<void>;
  /** No new exchanges; ends when the running ones have their outcome on disk, at most after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Throws `config-invalid` for anything an operator can mend: keys, mappings, links, ports, a store that another process holds. */
export async function openGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { clock, log, metrics } = options;
  const observe = observing({ ...options, echoes: echoServices(config) });
  const suspended = new Suspended();
  const unsigned = requireSigned(config, log);
  const dependencies = new Dependencies({ links: () => links, clock, log });
  const links = config.links.map((file) => linkOf(file, config.gateway.entity, suspended, dependencies));
  const keyWatch = new KeyWatch(config, await OwnKeys.open(config));
  const trust = await openTrust(config, links.map(linkedPeer), { ...options, chain: (peer, lost) => dependencies.report('peerMetadata', lost, links.find((link) => link.peer === peer)?.id) });
  const peers = links.map((link) => openPeer(link, trust, keyWatch.keys, config, clock));
  const publisher = new Publisher(config, keyWatch.keys, clock);
  const mappings = await openMappings({ config, peers, clock, log, at: () => ({ dialect, policy, home }), clients: edgeClients(config).map(({ member }) => member), record: (changes, logsOf, now) => journal.mappingsChanged(changes, logsOf, now) });
  const { hub, dialect } = await openHomeSide(config, mappings, clock);
  const { policy, revocation } = openPolicies(config, keyWatch.keys.files, hub, clock, dependencies);
  const home = callingHome(config, keyWatch.identities, (server, reachable, cause) => (reachable ? log.info({ server }, 'a security server is reached again') : log.warn({ server, err: cause }, 'a security server is not reached and left out')));
  await mappings.begin();
  const stores = await openStores(config, peers, clock.now());
  const { store, mirror } = stores;
  const spool = await openSpool(config, store, log);
  const time = new OurTime(config, stores, { peers, dependencies, clock, log, metrics, onStep: options.onTrailStep });
  const clockState = () => time.state;
  const { file: kekFile, keks } = await openKeks(config.keys, keyWatch.keys.store);
  const containers = openContainers(config, { store, keks, peers, clock, clockState, log, home, dialect, dependencies, ...escrowOf(peers) });
  const journal = new Journal({ store, keks, observe, clockState, refusalsPerMinute: config.limits.refusalsPerMinute, spool, ...escrowOf(peers), ...(containers === undefined ? {} : { awaits: containers.awaits }) });
  const shared = { country: config.gateway.country, entity: config.gateway.entity, clock, journal, spool, identifiers: mappings.identifiers, observe, limits: { xml: config.limits.xml, answerBytes: (grant: Grant) => sealedLimit(grant.maxBytes) } };
  const stop = new AbortController();
  const outbound: OutboundParts = {
    ...shared,
    inFlight: new InFlight(),
    asking: new InFlight(),
    stop: stop.signal,
    pseudonymKey: () => keks.content.pseudonyms,
    offerAt: (path) => mappings.offers.find((offer) => offer.path === path) ?? unknownService(path),
  };
  const inbound: InboundParts = {
    ...shared,
    inFlight: new InFlight(),
    quotas: new Quotas(),
    tolerance: config.clock,
    notBefore: (link) => trail.notBefore(link),
    namesRepresentedParty: config.ecosystem.representedParty === 'header',
    handover: home.of,
    policy: (form, { name }) => policy(form, name),
    dialect,
    exportedService: (service, operation) => mappings.exportedService(service, operation) ?? unknownService(service),
  };
  const ourEchoes = openEchoes(config, { ...shared, imported: () => mappings.imported, exported: () => mappings.exported, dialect, policy, handover: home.of, xml: config.limits.xml, scope: () => spool.scope() });
  const erasing = await openErasing({ store, spool, requests: evidenceRequests(config.data), peers, clock, clockState, admit: (link) => trail.admit(link), whole: (link) => whole(link) }, log);
  const { trail, whole } = await keepTrail(config, stores, { keys: keyWatch.keys.store, peers, outbound, inbound, clock, clockState, peerClocks: time, log, onStep: options.onTrailStep, erasing });
  const admission = new Admission(config.limits.exchangesInFlight, (link) => admit(link, { time, trail, dependencies }));
  time.start((link) => trail.mayAppend(link));
  const reconciling = await openReconciling(config, stores, { keys: keyWatch.keys.store, peers, journal, clock, clockState, log, metrics, trail, onStep: options.onTrailStep });
  const watches = await openWatches(config, { suspended, mappings, log, peers, store, clock, clockState, mayAppend: (link) => trail.mayAppend(link), admit: (link) => admit(link, { time, trail, dependencies }), echoes: ourEchoes });
  measure(metrics, { admission, mappings, trail, peers, suspended, dependencies, containers, ...watches });
  const listeners = await listenAll(config, keyWatch.shown, log, {
    domestic: domesticSide(config, hub, { offers: () => mappings.offers, parts: outbound, admission, maxBodyBytes: config.limits.bodyBytes, ...citizensSide(config, { store, keks, identifiers: mappings.identifiers, links, clock, clockState, log, whole }), ...echoSide(config, ourEchoes, clock) }, mappings),
    federation: federationApp({ peers, parts: inbound, admission, maxCheckpointBytes: config.limits.checkpointBytes, published: (path) => publisher.get(path), maxPublicReadsPerMinute: config.limits.publicReadsPerMinute, witness: ({ link }, body) => trail.witness(link.id, body), trail: ({ link }, path) => trail.serve(link.id, path), reconcile: ({ link }, path, body) => reconciling.answer(link.id, path, body), maxReconcileBytes: config.limits.reconcileBytes, suspension: (peer, notice) => watches.suspending.told(peer, notice), erase: (peer, request) => erasing.answer(peer, request), echo: (peer, question) => watches.echoing.answer(peer, question), rehearse: ({ link }, rehearsal) => trust.rehearse(link.peer, rehearsal, clock.now()), domesticEvidence: (peer, notice) => toldByPeer(peer, notice, { store, clock, clockState, log, admit: (link) => trail.admit(link) }) }),
    operations: operationsApp({ readiness: async () => readinessOf({ store, trail, time, trust, admission, mappings, dependencies, keyWatch, reconciling, echoing: watches.echoing, unsigned }, clock.now()), metrics: () => metrics.text(), mappings: () => mappings.status(), dependencies: () => dependencies.status() }),
  });
  keyWatch.start(config, { peers, evidence: new EvidenceRotation({ keks, file: kekFile, store, rotation: config.rotation, clock, clockState, log }), store, clock, clockState, log, observe: (step, facts) => options.onKeyStep?.(step, facts), mayAppend: (link) => trail.mayAppend(link) }, (shown) => renewAll(listeners, shown));
  // What is fetched first may be what our own listener hands out.
  await trust.start();
  const timers = lookAgain(config.mappingsPoll, { ...watches, erasing, containers, revocation, mappings, reconciling, dependencies: { look: () => lookAtDependencies(dependencies, store, keyWatch) }, housekeeping: { look: () => housekeep(store, spool, journal, erasing, options) } });
  return {
    country: config.gateway.country,
    ports: { domestic: listeners.domestic.port, federation: listeners.federation.port, operations: listeners.operations.port },
    reloadMappings: () => mappings.look(true),
    async close(graceMs) {
      admission.drain();
      for (const timer of timers) clearInterval(timer);
      await Promise.all([mappings.close(), trust.close(), watches.suspending.close(), watches.linkChanges.close(), watches.echoing.close(), erasing.close(), keyWatch.close(), containers?.close(), revocation?.close(), reconciling.stop()]);
      await Promise.all([listeners.domestic.close(graceMs), inbound.inFlight.drained(graceMs), outbound.asking.drained(graceMs)]);
      stop.abort();
      await time.close();
      // The peer fetches the last entries before it cosigns them: its listener closes after that.
      await trail.close();
      await listeners.federation.close(graceMs);
      await Promise.all([listeners.operations.close(0), home.close(), hub?.close(), reconciling.close(), ...peers.map((peer) => peer.connection.close())]);
      for (const part of [mirror, store, keyWatch.keys]) await part.close();
    },
  };
}

type WatchParts = Omit<SuspendingOptions, 'folders' | 'operators'> & { readonly mappings: LiveMappings; readonly echoes: Echoes; admit(link: string): Promise<void> };

/** What looks again and again: for orders of operators and changes of a link, over the link and at what will expire. Before any exchange: what was suspended at the last stop stays so. */
async function openWatches(config: GatewayConfig, { mappings, admit: mayBegin, ...parts }: WatchParts) {
  const suspending = new Suspending({ folders: suspensionFolders(config.data), operators: config.operators, ...parts });
  // Files are replaced while the gateway runs: they are read again every hour.
  const horizonWatch = new HorizonWatch({ ...parts, read: (now) => horizon(config, mappings, now) });
  await Promise.all([suspending.look(), horizonWatch.look()]);
  const linkChanges = new LinkChanges({ folders: linkChangeFolders(config.data), files: config.links, ...parts });
  return { suspending, linkChanges, horizonWatch, echoing: new Echoing({ ...parts, home: () => homeReached(config, HOME_MS), admit: mayBegin }) };
}

/** Before anything is served that a restored key store would open. */
async function openErasing(parts: Omit<ErasingOptions, 'report' | 'again'>, log: Logger): Promise<Erasing> {
  const erasing = new Erasing({
    ...parts,
    report: (request, error) => log.warn({ request, err: error }, 'a request about evidence waits; it is tried again'),
    again: (name, exchanges) => log.warn({ log: name, exchanges }, 'a backup brought back keys of erased evidence; they were destroyed again'),
  });
  await erasing.allAgain();
  return erasing;
}

/** Throws where an exchange may not begin on a link: its time cannot be shown, something that it needs has been gone for too long, or its trail is not known to be whole. */
async function admit(link: string, { time, trail, dependencies }: { readonly time: OurTime; readonly trail: Keeper; readonly dependencies: Dependencies }): Promise<void> {
  time.admit(link);
  dependencies.admit(link);
  await trail.admit(link);
}

/** Milliseconds for a connection to a server at home. */
const HOME_MS = 5000;

/** Milliseconds between two looks. An operator's order acts within a second. */
const LOOKS = { suspending: 250, linkChanges: 1000, erasing: 1000, containers: 1000, revocation: 1000, dependencies: 1000, reconciling: 10_000, echoing: 30_000, housekeeping: 60_000, horizonWatch: 3_600_000 };

type Looking = { look(): unknown } | undefined;

function lookAgain(mappingsPoll: number, parts: Readonly<Record<keyof typeof LOOKS | 'mappings', Looking>>): NodeJS.Timeout[] {
  return Object.entries({ ...LOOKS, mappings: mappingsPoll }).map(([name, every]) => setInterval(() => void parts[name as keyof typeof parts]?.look(), every));
}

async function housekeep(store: Store, spool: Spool, journal: Journal, erasing: Erasing, { clock, log }: GatewayOptions): Promise<void> {
  try {
    await spool.remove(await store.forget(clock.now()));
    await journal.countRefusals(clock.now());
    await erasing.allAgain();
    await erasing.expire(clock.now());
  } catch (thrown) {
    log.error({ err: asCausewayError(thrown) }, 'housekeeping failed');
  }
}

/** A store that failed stays so until the process is started anew. */
function lookAtDependencies(dependencies: Dependencies, store: Store, { keys }: KeyWatch): void {
  dependencies.report('hsm', keys.loss === undefined ? undefined : { why: keys.loss });
  dependencies.report('evidenceStore', store.healthy() ? undefined : { why: 'the store failed: it is opened again when the gateway is started anew' });
  dependencies.look();
}

/** The dialects of home as this gateway speaks them, and the hub where it stands at one. */
async function openHomeSide(config: GatewayConfig, mappings: LiveMappings, clock: Clock) {
  const hub = config.gateway.home === 'hub' ? openHub(config, mappings, clock) : undefined;
  return { hub, dialect: await openDialects({ ...dialectSettings(config), ...(hub === undefined ? {} : { hub: hub.settings }) }) };
}

/** Whatever no row names is what the last run left. */
async function openSpool({ data, limits }: GatewayConfig, store: Store, log: Logger): Promise<Spool> {
  const spool = new Spool({ folder: spoolFolder(data), maxBytes: limits.temporaryBytes, memoryBytes: limits.memoryBytes });
  const files = await spool.clear(new Set(await store.files()));
  if (files > 0) log.info({ files }, 'temporary files of the last run are removed');
  return spool;
}

/** Service URLs for the security server or the clients of a hub, or, at an edge, the entry points of the dialects for information systems. */
function domesticSide(config: GatewayConfig, hub: OpenHub | undefined, options: Omit<DomesticOptions, 'callers'>, mappings: LiveMappings): Parameters<typeof listen>[0] {
  if (hub !== undefined) return domesticApp({ ...options, callers: hub });
  if (config.gateway.home === 'provider') return domesticApp({ ...options, callers: { pins: pinsOf(config.listeners.domestic.tls.clients) } });
  const dialects = [...new Set(mappings.offers.map((offer) => offer.dialect))];
  return edgeApp({ ...options, clients: edgeClients(config), dialects, catalogue: () => mappings.catalogue });
}

/** Who may look up citizens; nobody where gateway.yaml does not say. */
function citizensSide({ gateway, citizens: settings, listeners }: GatewayConfig, { log, ...parts }: Omit<CitizenViewOptions, 'country' | 'perMinute'> & Pick<GatewayOptions, 'log'>): Pick<DomesticOptions, 'citizens'> {
  if (settings === undefined) return {};
  const view = new CitizenView({ ...parts, country: gateway.country, perMinute: settings.lookUpsPerMinute });
  const authorities = settings.authorities.map(({ client, certificates }) => ({ member: parseMemberPath(client, 'citizens.authorities'), pins: pinsOf(certificates) }));
  return { citizens: citizens({ view, authorities, securityServers: pinsOf(listeners.domestic.tls.clients), clock: parts.clock, log }) };
}

/** Where our security server asks our echo; nowhere where gateway.yaml does not say. */
function echoSide({ echo, listeners, limits }: GatewayConfig, { service }: Echoes, clock: Clock): Pick<DomesticOptions, 'echoes'> {
  return echo === undefined || service === undefined ? {} : { echoes: echoes({ service, path: echo.path, pins: pinsOf(listeners.domestic.tls.clients), clock, maxBytes: limits.xml.maxBytes }) };
}

function edgeClients({ home }: GatewayConfig): EdgeOptions['clients'] {
  return home.clients.map(({ client, certificates }) => ({ member: parseMemberPath(client, 'home.clients'), pins: pinsOf(certificates) }));
}

function unknownService(what: string): never {
  throw new CausewayError('unknown-service', `${what} is not offered here`);
}
