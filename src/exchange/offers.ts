/** Which foreign services stand at which service URL of the domestic listener. */
import type { Dialect } from '../ecosystems/ecosystem.ts';
import { CausewayError } from '../errors.ts';
import { sameOperation } from '../federation/link.ts';
import { parseFederated } from '../mapping/federated.ts';
import type { ImportedService } from '../mapping/mappings.ts';
import type { DialectName, DomesticRequest, DomesticService } from '../stages.ts';
import type { Offer, Peer } from './flow.ts';

/**
 * One offer a service URL, of the countries that a link reaches: a country's pack names the services of many others (docs/packs.md), and what no link grants
 * is not there. Throws `config-invalid` for a URL shared by dialects or countries.
 */
export function offersOf(imported: readonly ImportedService[], peers: readonly Peer[], dialect: (name: DialectName) => Dialect, policy: Offer['policy']): Offer[] {
  return [...Map.groupBy(imported, ({ path }) => path)].flatMap(([path, services]) => offerOf(path, services, peers, dialect, policy) ?? []);
}

function offerOf(path: string, services: readonly ImportedService[], peers: readonly Peer[], dialect: (name: DialectName) => Dialect, policy: Offer['policy']): Offer | undefined {
  const [first] = services;
  const country = first === undefined ? undefined : parseFederated(first.service)?.country;
  const peer = peers.find(({ link }) => link.peerCountry === country);
  if (first === undefined || peer === undefined) return undefined;
  if (services.some((service) => service.home.dialect !== first.home.dialect || parseFederated(service.service)?.country !== country)) {
    throw new CausewayError('config-invalid', `service URL ${path} is shared by services of several dialects or countries`);
  }
  return { path, dialect: dialect(first.home.dialect), peer, homes: services.map(({ home }) => home), serviceOf: (message) => serviceOf(services, message), policy };
}

function serviceOf(services: readonly ImportedService[], { service, operation }: DomesticRequest): ImportedService {
  const found = services.find(({ home }) => sameService(home.service, service) && sameOperation(home.operation, operation));
  if (found === undefined) throw new CausewayError('unknown-service', 'no foreign service has this name at home');
  return found;
}

function sameService(a: DomesticService, b: DomesticService): boolean {
  return a.instance === b.instance && a.memberClass === b.memberClass && a.memberCode === b.memberCode && a.subsystem === b.subsystem && a.service === b.service && a.version === b.version;
}
