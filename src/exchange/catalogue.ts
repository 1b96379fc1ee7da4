/** What an edge tells about its services: their descriptions, and who may call them by the links in force. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue } from '../ecosystems/edge.ts';
import { memberPath, sameService } from '../ecosystems/xroad-identifiers.ts';
import { CausewayError } from '../errors.ts';
import { sameOperation } from '../federation/link.ts';
import type { DialectForms, HomeService, ImportedService } from '../mapping/mappings.ts';
import type { DomesticMember } from '../stages.ts';
import { authoriseOutbound } from './authorise.ts';
import type { Offer } from './flow.ts';
import type { OutboundParts } from './parts.ts';

interface CatalogueOptions {
  /** Folder of the mappings. */
  readonly folder: string;
  readonly forms: DialectForms;
  /** The gateway's own member. */
  readonly member: DomesticMember;
  /** Who may ask. */
  readonly clients: readonly DomesticMember[];
  readonly imported: readonly ImportedService[];
  readonly offers: readonly Offer[];
  readonly parts: Pick<OutboundParts, 'country' | 'identifiers' | 'clock'>;
}

/** Throws `config-invalid` for a service that cannot be described. */
export async function catalogueOf({ folder, forms, member, clients, imported, offers, parts }: CatalogueOptions): Promise<Catalogue> {
  // Only an edge reads descriptions: behind a security server they were registered there.
  const { describeServices } = await import('../mapping/describe/services.ts');
  const countries = new Set(offers.map(({ peer }) => peer.link.peerCountry));
  const services = await describeServices(folder, parts.country, countries, forms, (path) => readIfThere(join(folder, path)));
  const providers = services.map(({ home: { service: { instance, memberClass, memberCode, subsystem } } }) => ({ instance, memberClass, memberCode, ...(subsystem === undefined ? {} : { subsystem }) }));
  const known = new Map([member, ...providers, ...clients].map((one) => [memberPath(one), one]));
  return { instance: member.instance, clients: [...known.values()], services, allows: (client, home) => allows(client, home, imported, offers, parts) };
}

function allows(client: DomesticMember, home: HomeService, imported: readonly ImportedService[], offers: readonly Offer[], { identifiers, clock }: CatalogueOptions['parts']): boolean {
  const service = imported.find((one) => sameService(one.home.service, home.service) && sameOperation(one.home.operation, home.operation));
  const offer = offers.find(({ path }) => path === service?.path);
  if (service === undefined || offer === undefined) return false;
  try {
    authoriseOutbound(identifiers.toFederated(client), service, [], offer.peer.link, clock.now());
    return true;
  } catch (error) {
    if (error instanceof CausewayError) return false;
    throw error;
  }
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
