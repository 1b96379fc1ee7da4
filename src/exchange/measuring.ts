/** What the gateway shows of itself as gauges; steps of exchanges are counted where they are told (observing.ts). */
import type { Metrics } from '../platform/metrics.ts';
import type { Keeper } from '../trail/keeper.ts';
import type { Containers } from './containers/open-containers.ts';
import type { Dependencies } from './dependencies.ts';
import type { EchoWay, Echoing } from './echoing.ts';
import type { Peer } from './flow.ts';
import type { HorizonWatch } from './horizon-watch.ts';
import type { LiveMappings } from './mappings/live-mappings.ts';
import type { Suspended } from './suspended.ts';

export interface Measured {
  readonly admission: { readonly running: number };
  readonly mappings: Pick<LiveMappings, 'refused'>;
  readonly trail: Pick<Keeper, 'findings'>;
  readonly horizonWatch: HorizonWatch;
  readonly peers: readonly Peer[];
  readonly suspended: Suspended;
  readonly dependencies: Dependencies;
  readonly echoing: Echoing;
  readonly containers: Containers | undefined;
}

export function measure(metrics: Metrics, { admission, mappings, trail, horizonWatch, peers, suspended, dependencies, containers, echoing }: Measured): void {
  metrics.gauge('exchanges_in_flight', 'Exchanges that are on their way at this moment.', () => admission.running);
  metrics.gauge('mappings_refused', '1 while a change of the mappings folder is not taken, because it fails its check.', () => Number(mappings.refused));
  metrics.gauge('trail_incidents', "Open incidents of the peers' logs.", () => trail.findings.incidents);
  metrics.gauge('trail_breaches', "What peers' logs owe ours and do not show.", () => trail.findings.breaches);
  metrics.gauge('trail_unacknowledged', "Answers of ours that the asker's log never showed.", () => trail.findings.unacknowledged);
  metrics.gauges('suspensions', 'Suspensions that operators ordered and that are in force.', 'link', () => suspended.counts(peers.map(({ link }) => link.id)));
  const echoes = (way: EchoWay) => echoing.results().filter((result) => result.way === way);
  metrics.gauges('echo_ok', '1: the last echo of a link came back, and an exchange would go through; 0: not.', 'link', () => echoes('link').map(({ link, ok }) => [link, Number(ok)] as const));
  metrics.gauges('echo_seconds', 'How long the last echo of a link took.', 'link', () => echoes('link').map(({ link, ms }) => [link, ms / 1000] as const));
  metrics.gauges('echo_round_trip_ok', '1: the last echo through both security servers came back; 0: not.', 'link', () => echoes('round-trip').map(({ link, ok }) => [link, Number(ok)] as const));
  metrics.gauges('echo_round_trip_seconds', 'How long the last echo through both security servers took.', 'link', () => echoes('round-trip').map(({ link, ms }) => [link, ms / 1000] as const));
  metrics.gauges('dependency_lost_seconds', 'For how long something that the gateway depends on has been gone; 0: it is well.', 'dependency', () => dependencies.seconds());
  metrics.gauges('dependency_refusing', 'Links that refuse exchanges since something has been gone for too long.', 'dependency', () => dependencies.refusing());
  if (containers !== undefined) metrics.gauges('containers', 'Signed containers of our security servers: waiting, and proven or failed since the start.', 'state', () => Object.entries(containers.counts));
  metrics.gauges('expiry_days', 'Days until what this gateway relies on ends (causeway horizon).', 'what', () => horizonWatch.days());
}
