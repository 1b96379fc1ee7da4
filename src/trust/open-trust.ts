/** The trust of a running gateway: from files or by chains, as gateway.yaml says; chains are kept current until it closes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '../config/config.ts';
import { asCausewayError } from '../errors.ts';
import type { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openFiles } from './file-trust.ts';
import { FederationTrust } from './federation-trust.ts';
import type { Rehearsal, TrustEvent } from './federation-trust.ts';
import type { ExpectedPeer } from './gateway-metadata.ts';
import { pinnedAnchor } from './own-configuration.ts';
import type { PeerTrust } from './peer-trust.ts';
import { placesOf } from './sources.ts';
import type { Places } from './sources.ts';
import { STATE_FILE } from './trust-state.ts';

export interface Verdict {
  readonly by: 'chains' | 'files';
  /** In the order of the keys. */
  readonly accepted: readonly boolean[];
  /** Why a configuration is refused as a whole. */
  readonly refused?: CausewayError;
}

export interface Trust {
  of(peer: Pick<ExpectedPeer, 'entity' | 'country'>): PeerTrust;
  /** Which keys of a peer are believed, or would be (federation-trust.ts); by files, those that the peer's file holds. */
  rehearse(peer: string, rehearsal: Rehearsal, now: number): Promise<Verdict>;
  /** Begins to fetch; before, only what was kept from the last run is believed. Resolves when every peer is believed, at most after five seconds. */
  start(): Promise<void>;
  /** Whether any peer is believed, and what operators should look at. */
  state(now: number): { readonly usable: boolean; readonly warnings: readonly string[] };
  close(): Promise<void>;
}

/** A peer, and where it answers, which is where its configuration is looked for unless `federation.sources` names another place. */
export type LinkedPeer = ExpectedPeer & { readonly url: string };

interface Options {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The chain of a peer cannot be renewed, or, with undefined, has been. */
  readonly chain: (peer: string, lost: { readonly why: string; readonly since: number } | undefined) => void;
}

/** Throws `config-invalid` for files that are not what they must be. */
export async function openTrust(config: GatewayConfig, peers: readonly LinkedPeer[], options: Options): Promise<Trust> {
  const { federation, data } = config;
  const { clock, log } = options;
  if (federation === undefined) return fromFiles(config.trust, log);
  const { withoutNotices, noticesEvery } = federation;
  const trust = await FederationTrust.open({ anchor: pinnedAnchor(federation), places: placesFor(federation, peers), peers, withoutNotices, stateFile: join(data, STATE_FILE), clock, tell: (event) => tell(event, options) });
  measure(trust, options);
  return byChains(trust, noticesEvery, options);
}

/** Where documents are looked for: the sources of gateway.yaml, and for a peer that is not named there the URL of its link. */
export function placesFor({ sources }: Pick<NonNullable<GatewayConfig['federation']>, 'sources'>, peers: readonly LinkedPeer[]): Places {
  const own = Object.fromEntries(peers.map(({ entity, url }) => [entity, [url]]));
  return placesOf({ ...own, ...Object.fromEntries(sources.map(({ entity, at }) => [entity, at])) });
}

/** Milliseconds between two looks at the files: what was imported acts without a restart. */
const FILES_MS = 1000;

function fromFiles(folder: string, log: Logger): Trust {
  const files = openFiles(folder);
  const look = (): void => {
    for (const { entity, error } of files.look()) {
      if (error === undefined) log.info({ peer: entity }, 'the keys of a peer were replaced');
      else log.error({ peer: entity, err: error }, 'the file with the keys of a peer cannot be taken; the last one goes on');
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    of: (peer) => files.of(peer),
    rehearse: async (peer, { keys }, now) => ({ by: 'files', accepted: keys.map(({ role, kid }) => role !== 'entity' && files.peer(peer).holds(role, kid, now)) }),
    async start() {
      timer = setInterval(look, FILES_MS);
    },
    state: () => ({ usable: true, warnings: [] }),
    async close() {
      clearInterval(timer);
    },
  };
}

/** While a peer has no chain it is looked for again this soon, and then half as often each time: two gateways that start together need each other. */
const FIRST_PAUSE_MS = 250;
const PATIENCE_MS = 5000;

function byChains(trust: FederationTrust, every: number, { clock, log }: Options): Trust {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let closed = false;
  const believed = Promise.withResolvers<void>();
  const look = (pause: number): void => {
    running = lookOnce(pause);
  };
  const lookOnce = async (pause: number): Promise<void> => {
    try {
      await trust.refresh();
    } catch (thrown) {
      log.error({ err: asCausewayError(thrown) }, 'what was verified of peers cannot be kept');
    }
    const waiting = trust.status(clock.now()).some(({ usable }) => !usable);
    if (!waiting) believed.resolve();
    if (!closed) timer = setTimeout(() => look(Math.min(every, pause * 2)), waiting ? Math.min(every, pause) : every);
  };
  return {
    of: ({ entity }) => trust.peer(entity),
    async rehearse(peer, rehearsal, now) {
      try {
        return { by: 'chains', accepted: await trust.rehearse(peer, rehearsal, now) };
      } catch (thrown) {
        return { by: 'chains', accepted: rehearsal.keys.map(() => false), refused: asCausewayError(thrown) };
      }
    },
    async start() {
      look(FIRST_PAUSE_MS);
      await Promise.race([believed.promise, sleep(PATIENCE_MS, undefined, { ref: false })]);
    },
    state(now) {
      const peers = trust.status(now);
      const warnings = peers.flatMap(({ peer, usable, noticesInTime }) => [...(usable ? [] : [`no trust in ${peer}: see the log`]), ...(usable && !noticesInTime ? [`notice lists about ${peer} are late`] : [])]);
      return { usable: peers.some(({ usable }) => usable), warnings };
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function measure(trust: FederationTrust, { clock, metrics }: Options): void {
  const count = (holds: (status: ReturnType<FederationTrust['status']>[number]) => boolean) => () => trust.status(clock.now()).filter(holds).length;
  metrics.gauge('peers_untrusted', 'Peers of whom nothing is believed at the moment.', count(({ usable }) => !usable));
  metrics.gauge('notices_late', 'Peers about whom the notice list of an anchor is late: blocked, or not signed in time.', count(({ noticesInTime }) => !noticesInTime));
  metrics.gauge('trust_expires_seconds', 'Until the first chain of trust expires, unless it is renewed.', () => Math.min(...trust.status(clock.now()).map(({ expires }) => (expires - clock.now()) / 1000)));
}

function tell(event: TrustEvent, { log, chain }: Options): void {
  logEvent(log, event);
  if (event.kind === 'chain-refused') chain(event.peer, { why: event.error.message, since: event.due });
  else if (event.kind === 'chain-verified') chain(event.peer, undefined);
}

function logEvent(log: Logger, event: TrustEvent): void {
  if (event.kind === 'chain-refused') log.warn({ peer: event.peer, err: event.error }, 'the chain of trust of a peer is refused; the last good one goes on while it is valid');
  else if (event.kind === 'notices-refused') log.warn({ anchor: event.anchor, err: event.error }, 'the notice list of an anchor is not taken');
  else if (event.kind === 'chain-verified') log.info({ peer: event.peer, until: new Date(event.expires).toISOString() }, 'the chain of trust of a peer is verified');
  else log.debug({ anchor: event.anchor, number: event.number, notices: event.notices }, 'notice list');
}
