/** What the profile of its platform says of a gateway's home: instance, member, and where its security server can be. */
import type { EcosystemProfile } from './ecosystem-file.ts';
import type { GatewayFile } from './gateway-file.ts';
import { hasShape } from './member-code.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';

/** Errors keep a gateway from starting: under a wrong instance or class every message would be refused, or worse, belong to another. */
export function checkEcosystem(gateway: GatewayFile, profile: EcosystemProfile, at: Located): Problem[] {
  return [...checkCountry(gateway, profile, at), ...checkMember(gateway, profile, at), ...checkPorts(gateway, profile, at)];
}

function checkCountry({ gateway }: GatewayFile, { name, country }: EcosystemProfile, at: Located): Problem[] {
  return gateway.country === country ? [] : [problemAt(at, ['gateway', 'ecosystem'], `${name} is of ${country}, this gateway of ${gateway.country}`)];
}

function checkMember({ gateway, home: { member } }: GatewayFile, { name, instances, memberClasses, memberCodes }: EcosystemProfile, at: Located): Problem[] {
  const known = instances[gateway.environment];
  const wrongInstance = known === undefined
    ? [problemAt(at, ['gateway', 'environment'], `${name} has no instance in "${gateway.environment}"`, { hint: `known: ${Object.keys(instances).join(', ')}` })]
    : known.includes(member.instance) ? [] : [problemAt(at, ['home', 'member', 'instance'], `is no instance of ${name} in "${gateway.environment}"`, { hint: `${known.join(', ')}, in exactly this spelling` })];
  const wrongClass = memberClasses === undefined || memberClasses.includes(member.memberClass) ? [] : [problemAt(at, ['home', 'member', 'memberClass'], `is no member class of ${name}`, { hint: `known: ${memberClasses.join(', ')}` })];
  const wrongCode = memberCodes === undefined || memberCodes.some((shape) => hasShape(member.memberCode, shape)) ? [] : [problemAt(at, ['home', 'member', 'memberCode'], `has no shape of a member code of ${name}`, { hint: memberCodes.join(', ') })];
  return [...wrongInstance, ...wrongClass, ...wrongCode];
}

/** The port between security servers, or that of their administrators, is what is mistaken for the one of information systems. */
function checkPorts({ home }: GatewayFile, { name, ports }: EcosystemProfile, at: Located): Problem[] {
  if (ports === undefined) return [];
  return home.securityServers.flatMap(({ url }, index) => {
    const { protocol, port } = new URL(url);
    const number = Number(port || (protocol === 'http:' ? 80 : 443));
    const other = ports.securityServers.includes(number) ? 'other security servers' : ports.administration.includes(number) ? 'administrators' : undefined;
    if (other === undefined) return [];
    return [problemAt(at, ['home', 'securityServers', index, 'url'], `port ${number} of a security server of ${name} is for ${other}`, { hint: `information systems use ${ports.informationSystems.join(' or ')}` })];
  });
}
