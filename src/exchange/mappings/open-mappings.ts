/** The mappings of one gateway, loaded and kept up to date, with what a set of them means there. */
import type { GatewayConfig } from '../../config/config.ts';
import { throwIfAny } from '../../config/problems.ts';
import type { CallingHome } from '../../ecosystems/calling-home.ts';
import { DIALECT_FORMS } from '../../ecosystems/dialects.ts';
import type { Dialect } from '../../ecosystems/ecosystem.ts';
import { contradictions } from '../../ecosystems/profile.ts';
import type { ProofPolicy } from '../../ecosystems/proof-policy.ts';
import { CausewayError } from '../../errors.ts';
import type { Grant } from '../../federation/link.ts';
import type { MappingSet } from '../../mapping/mappings.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { DialectName, DomesticMember } from '../../stages.ts';
import { catalogueOf } from '../catalogue.ts';
import { echoProblems } from '../echo-settings.ts';
import type { Peer } from '../flow.ts';
import { checkGrants } from '../grants.ts';
import { LiveMappings } from './live-mappings.ts';
import type { Prepared } from './live-mappings.ts';
import type { MappingChange } from './mapping-changes.ts';
import { offersOf } from '../offers.ts';
import { RUNS, proofFile } from './proof.ts';

export interface OpenMappingsOptions {
  readonly config: GatewayConfig;
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly log: Logger;
  /** The home side; asked for from LiveMappings.begin() on. */
  at(): { readonly dialect: (name: DialectName) => Dialect; readonly policy: (form: Grant['proof'], connection: string) => ProofPolicy; readonly home: CallingHome };
  /** Who may ask at an edge. */
  readonly clients: readonly DomesticMember[];
  /** Resolves when the changes are on disk. `logsOf`: links that name a service. */
  record(changes: readonly MappingChange[], logsOf: (service: string) => readonly string[], now: number): Promise<void>;
}

/** Throws `config-invalid` with every problem. */
export function openMappings(options: OpenMappingsOptions): Promise<LiveMappings> {
  const { config, peers, clock, log, record } = options;
  const mounted = new Mounted(config.gateway.home);
  return LiveMappings.open({
    folder: config.mappings,
    country: config.gateway.country,
    forms: DIALECT_FORMS,
    runs: RUNS,
    clock,
    log,
    proof: proofFile(config.data),
    prepare: async (set) => {
      mounted.require(set);
      return prepare(set, options);
    },
    record: (changes, now) => record(changes, (service) => linksNaming(service, peers), now),
    keepFor: Math.max(...peers.flatMap(({ link }) => [link.settings.mappingOverlap, ...link.versions.map(({ agreement }) => agreement.retryTime)])),
  });
}

/** What the services of a set will need is looked for now, not when somebody asks. */
async function prepare(set: MappingSet, { config, peers, at, clock, clients }: OpenMappingsOptions): Promise<Prepared> {
  const { dialect, policy, home } = at();
  const { ecosystem, gateway, links, mappings: folder } = config;
  const { member } = config.home;
  // A member, class or dialect that the platform does not have could only come from a mistake, or from somebody's hand.
  const wrong = [...contradictions(set, ecosystem, member), ...echoProblems(config, set)];
  if (wrong.length > 0) throw new CausewayError('config-invalid', wrong.join('\n'));
  throwIfAny(checkGrants(links, gateway.country, set));
  // What is not reached later is a fault; what gateway.yaml forgets is found now.
  for (const exported of set.exported) if (peers.some(({ link }) => link.versions.some(({ in: leg }) => leg.grants.some(({ service }) => service === exported.service)))) home.of(exported);
  const offers = offersOf(set.imported, peers, dialect, (form, { connection }) => policy(form, connection));
  if (gateway.home !== 'edge') return { offers };
  const parts = { country: gateway.country, identifiers: set.identifiers, clock };
  return { offers, catalogue: await catalogueOf({ folder, forms: DIALECT_FORMS, member, clients, imported: set.imported, offers, parts }) };
}

/** What an edge or a hub sets up for its mappings when it starts, and does not change while it runs: the entry points of its dialects, the providers behind it. */
class Mounted {
  readonly #home: GatewayConfig['gateway']['home'];
  #first: string | undefined;

  constructor(home: GatewayConfig['gateway']['home']) {
    this.#home = home;
  }

  require({ imported, exported }: MappingSet): void {
    const services = this.#home === 'hub' ? [...imported, ...exported] : imported;
    const names = [...services.map(({ home }) => home.dialect), ...(this.#home === 'hub' ? exported.map(({ service }) => service) : [])];
    const now = [...new Set(names)].sort().join(' ');
    this.#first ??= now;
    if (this.#home !== 'provider' && now !== this.#first) throw new CausewayError('config-invalid', `services.yaml: other ${this.#home === 'hub' ? 'exported services or dialects' : 'dialects'} than at the start of this ${this.#home} are taken up at its next start`);
  }
}

/** Links in one of whose grants a service stands. */
function linksNaming(service: string, peers: readonly Peer[]): string[] {
  return peers.filter(({ link }) => link.versions.some(({ agreement }) => agreement.legs.some(({ grants }) => grants.some((grant) => grant.service === service)))).map(({ link }) => link.id);
}
