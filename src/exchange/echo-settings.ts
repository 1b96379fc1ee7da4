/** What gateway.yaml and the links say of echoes against our mappings: judged by `causeway config check`, by every start, and for every change of the mappings of a running gateway. */
import type { GatewayConfig } from '../config/config.ts';
import { parseMemberPath, sameMember } from '../ecosystems/xroad-identifiers.ts';
import { sameOperation } from '../federation/link.ts';
import { isEcho } from '../mapping/echo.ts';
import { parseFederated } from '../mapping/federated.ts';
import type { ImportedService, MappingSet } from '../mapping/mappings.ts';
import { asCausewayError } from '../errors.ts';

type LinkFile = GatewayConfig['links'][number];

/** A line for each thing that is wrong. */
export function echoProblems(config: Pick<GatewayConfig, 'gateway' | 'home' | 'echo' | 'links'>, set: MappingSet): string[] {
  const { echo, links } = config;
  const exported = set.exported.find(({ service }) => service === echo?.service);
  const ours = echo === undefined || (exported !== undefined && isEcho(exported.neutral)) ? [] : [`gateway.yaml: echo.service: services.yaml exports no echo as ${echo.service}`];
  return [...ours, ...links.flatMap((link) => askProblems(link, config, set).map((text) => `link ${link.agreements[0]?.id ?? ''}: settings.echo${text}`))];
}

function askProblems({ agreements, settings: { echo } }: LinkFile, { gateway, home }: Pick<GatewayConfig, 'gateway' | 'home'>, { imported, identifiers }: MappingSet): string[] {
  if (echo === undefined) return [];
  if (gateway.home !== 'provider') return [': is for gateway.home: provider; here no security server stands between'];
  const peers = agreements.flatMap(({ parties }) => parties.map(({ country }) => country));
  const service = imported.find((one) => one.service === echo.service);
  if (service === undefined || !isEcho(service.neutral) || !peers.includes(parseFederated(service.service)?.country ?? '')) return [`.service: services.yaml imports no echo of the peer as ${echo.service}`];
  const client = parseMemberPath(echo.client, 'client');
  const { subsystem, ...member } = client;
  if (subsystem === undefined || !sameMember(member, home.member)) return ['.client: must be a subsystem of home.member'];
  try {
    const federated = identifiers.toFederated(client);
    return agreements.filter(({ legs }) => !grants(legs, federated, service)).map(({ version }) => `.client: version ${version} of the agreement does not grant it to ${federated} by the proof of the security server`);
  } catch (thrown) {
    return [`.client: ${asCausewayError(thrown).message}`];
  }
}

function grants(legs: LinkFile['agreements'][number]['legs'], client: string, { service, operation }: ImportedService): boolean {
  return legs.some((leg) => leg.grants.some((grant) => grant.client === client && grant.service === service && sameOperation(grant.operation, operation) && grant.proof === 'security-server'));
}
