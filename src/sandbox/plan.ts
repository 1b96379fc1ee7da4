/**
 * Who and what there is in a pretend country: members, their systems, services and who may call them. Data only. A country knows no other:
 * `planBetween` says what two of them have registered for each other.
 */

/** ISO 3166-1 alpha-2. */
export type CountryCode = string;

/** `<instance>/<class>/<code>/<subsystem>` */
export type SubsystemId = string;

/** `<instance>/<class>/<code>/<subsystem>/<service>[/<version>]` */
export type ServiceId = string;

export type SigningAlgorithm = 'rsa-2048' | 'p-256';

export interface Member {
  readonly memberClass: string;
  readonly memberCode: string;
  readonly organisation: string;
}

/** A member's information system or register: it has a TLS certificate, and a signing key where its messages are signed. */
export interface SystemPlan extends Member {
  readonly name: string;
  readonly subsystem: SubsystemId;
  readonly signing?: SigningAlgorithm;
}

/** What is asked about. */
export type Subject = 'company' | 'person' | 'employment-income';

/** How a service is called: the same for one of ours, and for a foreign one that is offered in our own form. */
interface Called {
  readonly subject: Subject;
  readonly protocol: 'soap' | 'rest';
  /** `<service>[/<version>]` */
  readonly service: string;
}

/** A service of ours. */
export interface OfferPlan extends Called {
  /** Name of the system that serves it, and the path there. */
  readonly system: string;
  readonly path: string;
  /** Names of the systems at home that may call it too. */
  readonly allowed?: readonly string[];
}

/** A question of one of our systems to whatever country answers it. */
export interface QuestionPlan extends Called {
  /** Name of the system that asks. */
  readonly system: string;
}

/** A country by itself. */
export interface HomePlan {
  readonly country: CountryCode;
  /** Name of its ecosystem profile. */
  readonly ecosystem: string;
  readonly instance: string;
  readonly serverCode: string;
  readonly platform: string;
  readonly gateway: Member & { readonly signing: SigningAlgorithm };
  readonly systems: readonly SystemPlan[];
  readonly offers: readonly OfferPlan[];
  readonly questions: readonly QuestionPlan[];
}

export interface ServicePlan {
  readonly id: ServiceId;
  readonly protocol: 'soap' | 'rest';
  /** The system that serves it, or the path on the gateway's domestic listener. */
  readonly at: { readonly system: string; readonly path: string } | { readonly gateway: string };
  readonly allowed: readonly SubsystemId[];
}

/** A country with what its platform has registered for its gateway to one peer. */
export interface CountryPlan extends Pick<HomePlan, 'country' | 'ecosystem' | 'instance' | 'serverCode' | 'platform' | 'systems'> {
  readonly gateway: HomePlan['gateway'] & {
    /** Subsystems under which foreign members ask here. */
    readonly clients: readonly SubsystemId[];
    /** Subsystems under which foreign services are offered here. */
    readonly providers: readonly SubsystemId[];
  };
  readonly services: readonly ServicePlan[];
  /** The services that the gateway offers here for the peer's, by what is asked about. */
  readonly foreign: ReadonlyMap<Subject, ServiceId>;
}

/** Last part of the path on the gateway's domestic listener. */
const PATHS: Readonly<Record<Subject, string>> = { 'company': 'companies', 'person': 'population', 'employment-income': 'employment-income' };

/** Path of the gateway's domestic listener at which a service of `country` is offered at home. */
export function pathAt(country: CountryCode, subject: Subject): string {
  return `/services/${country.toLowerCase()}-${PATHS[subject]}`;
}

/** What `asking` can ask of `answering`: the question, and the service that answers it. */
export function crossings(asking: HomePlan, answering: HomePlan): { readonly question: QuestionPlan; readonly offer: OfferPlan }[] {
  return asking.questions.flatMap((question) => {
    const offer = answering.offers.find(({ subject }) => subject === question.subject);
    return offer === undefined ? [] : [{ question, offer }];
  });
}

/** `home` as it is set up for a link with `peer`. */
export function planBetween(home: HomePlan, peer: HomePlan): CountryPlan {
  const { country, ecosystem, instance, serverCode, platform, systems } = home;
  const member = `${instance}/${home.gateway.memberClass}/${home.gateway.memberCode}`;
  const inbound = crossings(peer, home).map(({ question, offer }) => ({ offer, client: `${member}/${foreignClient(peer, question.system)}` }));
  const outbound = crossings(home, peer).map(({ question, offer }) => {
    const provider = `${member}/${peer.country}-${systemOf(peer, offer.system).subsystem.split('/')[3]}`;
    return { question, provider, id: `${provider}/${question.service}` };
  });
  const own = home.offers.map((offer): ServicePlan => ({
    id: `${systemOf(home, offer.system).subsystem}/${offer.service}`,
    protocol: offer.protocol,
    at: { system: offer.system, path: offer.path },
    allowed: [...inbound.filter((one) => one.offer === offer).map(({ client }) => client), ...(offer.allowed ?? []).map((name) => systemOf(home, name).subsystem)],
  }));
  const foreign = outbound.map(({ question, id }): ServicePlan => ({
    id,
    protocol: question.protocol,
    at: { gateway: pathAt(peer.country, question.subject) },
    allowed: [systemOf(home, question.system).subsystem],
  }));
  return {
    country, ecosystem, instance, serverCode, platform, systems,
    gateway: { ...home.gateway, clients: [...new Set(inbound.map(({ client }) => client))], providers: [...new Set(outbound.map(({ provider }) => provider))] },
    services: [...own, ...foreign],
    foreign: new Map(outbound.map(({ question, id }) => [question.subject, id])),
  };
}

/** The subsystem of the gateway's member under which a system of `peer` asks here: the rule of identifiers.yaml. */
function foreignClient(peer: HomePlan, system: string): string {
  const [, memberClass, memberCode, subsystem] = systemOf(peer, system).subsystem.split('/');
  return [peer.country, memberClass, memberCode, subsystem].join('-');
}

/** Throws for a system that the plan does not hold: a mistake in this folder. */
export function systemOf(home: Pick<HomePlan, 'country' | 'systems'>, name: string): SystemPlan {
  const found = home.systems.find((system) => system.name === name);
  if (found === undefined) throw new Error(`sandbox: ${home.country} has no system ${name}`);
  return found;
}
