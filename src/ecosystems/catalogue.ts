/** Looking things up in what an edge offers. */
import { CausewayError } from '../errors.ts';
import type { DescribedService } from '../mapping/describe/services.ts';
import type { DomesticMember, DomesticService, Payload } from '../stages.ts';
import type { Catalogue } from './edge.ts';
import { sameMember } from './xroad-identifiers.ts';

/** Services of the provider in one form; with `client`, those that it may call. Throws `unknown-member` for a provider that offers nothing here. */
export function servicesOf(provider: DomesticMember, form: Payload['form'], catalogue: Catalogue, client?: DomesticMember): readonly DescribedService[] {
  const all = catalogue.services.filter(({ home }) => sameMember(home.service, provider));
  if (all.length === 0) throw new CausewayError('unknown-member', 'the provider offers nothing here');
  return all.filter((one) => one.form.kind === form && (client === undefined || catalogue.allows(client, one.home)));
}

/** The service of that code, and of that version where one is named. Throws `unknown-service`. */
export function describedService(wanted: DomesticService, form: Payload['form'], catalogue: Catalogue): DescribedService {
  const found = servicesOf(wanted, form, catalogue).find(({ home: { service } }) => service.service === wanted.service && (wanted.version === undefined || service.version === wanted.version));
  if (found === undefined) throw new CausewayError('unknown-service', 'no description of this service');
  return found;
}

/** One service as the reader of its description sees it. */
export function titleOf({ service }: DescribedService): string {
  return `Foreign service ${service}`;
}
