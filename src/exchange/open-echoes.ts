/** The echoes of a gateway as its configuration says them: what it answers at home, and what it asks of its peers. */
import type { GatewayConfig } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import type { ExportedService } from '../mapping/mappings.ts';
import { EchoService } from './echo-service.ts';
import { roundTrip } from './round-trip.ts';
import type { RoundTrip, RoundTripParts } from './round-trip.ts';
import type { Link } from '../federation/link.ts';

export interface Echoes {
  /** Undefined where gateway.yaml says that none is answered. */
  readonly service: EchoService | undefined;
  /** Through both security servers; undefined where the link's settings say that none is asked. */
  roundTrip(link: Link, stop: AbortSignal): Promise<RoundTrip | undefined>;
}

export function openEchoes({ echo }: Pick<GatewayConfig, 'echo'>, parts: RoundTripParts & { exported(): readonly ExportedService[] }): Echoes {
  const exported = (id: string): ExportedService => parts.exported().find(({ service }) => service === id) ?? noService(id);
  return {
    service: echo && new EchoService({ ...parts, exported: () => exported(echo.service), perMinute: echo.perMinute }),
    roundTrip: (link, stop) => roundTrip(link, stop, parts),
  };
}

/** Federated identifiers of services whose exchanges are echoes, ours and the peers': they are counted by themselves. */
export function echoServices({ echo, links }: Pick<GatewayConfig, 'echo' | 'links'>): ReadonlySet<string> {
  return new Set([echo, ...links.map(({ settings }) => settings.echo)].flatMap((one) => one?.service ?? []));
}

function noService(id: string): never {
  throw new CausewayError('unknown-service', `services.yaml has no ${id}`);
}
