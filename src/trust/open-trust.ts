/** The trust of a running gateway: from files or by chains, as gateway.yaml says; chains are kept current until it closes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '../config/config.ts';
import { readTrustFile } from '../config/config.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { FederationTrust } from './federation-trust.ts';
import type { TrustEvent } from './federation-trust.ts';
import type { ExpectedPeer } from './gateway-metadata.ts';
import { pinnedAnchor } from './own-configuration.ts';
import type { PeerTrust } from './peer-trust.ts';
import { placesOf } from './sources.ts';
import { staticTrust } from './static-trust.ts';
import { STATE_FILE } from './trust-state.ts';

export interface Trust {
  of(peer: Pick<ExpectedPeer, 'entity' | 'country'>): PeerTrust;
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
  if (federation === undefined) return fromFiles(config.trust);
  const { clock } = options;
  const own = Object.fromEntries(peers.map(({ entity, url }) => [entity, [url]]));
  const named = Object.fromEntries(federation.sources.map(({ entity, at }) => [entity, at]));
  const { withoutNotices, noticesEvery } = federation;
  const trust = await FederationTrust.open({ anchor: pinnedAnchor(federation), places: placesOf({ ...own, ...named }), peers, withoutNotices, stateFile: join(data, STATE_FILE), clock, tell: (event) => tell(event, options) });
  measure(trust, options);
  return byChains(trust, noticesEvery, options);
}

function fromFiles(folder: string): Trust {
  return {
    of({ entity, country }) {
      const file = join(folder, `${country}.json`);
      const trust = staticTrust(readTrustFile(file), readFileSync(file));
      if (trust.entity !== entity) throw new CausewayError('config-invalid', `${file} is of ${trust.entity}, the peer of the link is ${entity}`);
      return trust;
    },
    start: async () => {},
    state: () => ({ usable: true, warnings: [] }),
    close: async () => {},
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
