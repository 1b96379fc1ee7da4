/** Which offer a request at an edge means: there the message itself names the service, not the URL. */
import type { Dialect } from '../ecosystems/ecosystem.ts';
import { sameMember, sameService } from '../ecosystems/xroad-identifiers.ts';
import { CausewayError } from '../errors.ts';
import type { DomesticService } from '../stages.ts';
import type { Offer } from './flow.ts';

/** Throws `unknown-service` (with the rule `service-type` where another dialect has the service), and `unknown-member` for a provider that offers nothing here. */
export function offerOf(service: DomesticService, dialect: Dialect, offers: readonly Offer[]): Offer {
  const found = offers.find((offer) => offer.dialect.name === dialect.name && offer.homes.some((home) => sameService(home.service, service)));
  if (found !== undefined) return found;
  const homes = offers.flatMap((offer) => offer.homes).filter((home) => sameMember(home.service, service));
  // Not every dialect names versions.
  if (homes.some((home) => home.service.service === service.service && home.dialect !== dialect.name)) throw new CausewayError('unknown-service', `not a service of ${dialect.name}`, { facts: { rule: 'service-type', hint: 'It is called in another protocol.' } });
  if (homes.length > 0) throw new CausewayError('unknown-service', 'the provider has no such service');
  throw new CausewayError('unknown-member', 'no foreign service has this provider', { facts: { hint: 'It is the provider of the service that is not known here.' } });
}
