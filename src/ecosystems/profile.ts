/** The mappings of a country against the profile of its platform: what a gateway must not take, offer or call itself there. */
import type { EcosystemProfile } from '../config/ecosystem-file.ts';
import type { MappingSet } from '../mapping/mappings.ts';
import type { DialectName, DomesticMember } from '../stages.ts';

/** Dialects that can carry a message which no mapping reads. */
const CROSS_UNMAPPED: ReadonlySet<DialectName> = new Set(['xroad-soap', 'uxp-soap', 'xroad-rest']);

/** Each contradiction as a line that names the file of the mappings; none when profile, gateway.yaml (`member`) and mappings agree. */
export function contradictions({ identifiers, imported, exported }: MappingSet, profile: EcosystemProfile, member: DomesticMember): string[] {
  const folder = identifiers.country.toLowerCase();
  const says = (file: string, text: string): string => `${folder}/${file}: ${text}`;
  const ours = textOf(identifiers.gateway);
  const wrongMember = ours === textOf(member) ? [] : [says('identifiers.yaml', `the gateway is ${ours}, in gateway.yaml ${textOf(member)}`)];
  const { memberClasses, dialects } = profile;
  const wrongClasses = memberClasses === undefined ? [] : identifiers.classes.filter((one) => !memberClasses.includes(one)).map((one) => says('identifiers.yaml', `${one} is no member class of ${profile.name}; it has ${memberClasses.join(', ')}`));
  const wrongDialects = [...imported, ...exported].filter(({ home }) => !dialects.includes(home.dialect)).map(({ service, home }) => says('services.yaml', `${service} is ${home.dialect}, which is not spoken on ${profile.name}; it speaks ${dialects.join(', ')}`));
  const mustBeMapped = [...imported, ...exported].filter(({ home }) => home.passthrough === true && !CROSS_UNMAPPED.has(home.dialect)).map(({ service, home }) => says('services.yaml', `${service} says passthrough, and messages of ${home.dialect} cross mapped alone`));
  return [...wrongMember, ...wrongClasses, ...wrongDialects, ...mustBeMapped];
}

function textOf({ instance, memberClass, memberCode }: DomesticMember): string {
  return [instance, memberClass, memberCode].join('/');
}
