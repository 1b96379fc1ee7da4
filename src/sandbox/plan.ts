/**
 * Who and what there is in a pretend country: members, their systems, services and who may call them. A country knows no other:
 * `planBetween` says what two of them have registered for each other, by their services.yaml.
 */

import type { ExportedService, ImportedService, Pack } from './pack.ts';

/** ISO 3166-1 alpha-2. */
export type CountryCode = string;

/** `<instance>/<class>/<code>/<subsystem>` */
export type SubsystemId = string;

/** `<instance>/<class>/<code>/<subsystem>/<service>[/<version>]` */
export type ServiceId = string;

export type SigningAlgorithm = 'rsa-2048' | 'p-256';

/** What the country's platform is made of. */
export type Software = 'xroad' | 'uxp' | 'api-hub';

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

/** A country by itself. Services are named by their codes there: which of them there are, and how they are called, its services.yaml says. */
export interface HomePlan {
  readonly country: CountryCode;
  /** Name of its ecosystem profile. */
  readonly ecosystem: string;
  readonly software: Software;
  /** Of requests, in answers over SOAP. */
  readonly requestHash: 'sha512' | 'gost34311';
  readonly instance: string;
  readonly serverCode: string;
  readonly platform: string;
  readonly gateway: Member & { readonly signing: SigningAlgorithm };
  readonly systems: readonly SystemPlan[];
  /** Services of ours, by code: the system that serves it, the path there, and the systems at home that may call it too. */
  readonly serves: Readonly<Record<string, { readonly system: string; readonly path: string; readonly allowed?: readonly string[] }>>;
  /** Foreign services in our own form, by code: the system that asks. */
  readonly asks: Readonly<Record<string, string>>;
}

export interface ServicePlan {
  readonly id: ServiceId;
  readonly protocol: 'soap' | 'rest';
  /** The system that serves it, or the path on the gateway's domestic listener. */
  readonly at: { readonly system: string; readonly path: string } | { readonly gateway: string };
  readonly allowed: readonly SubsystemId[];
}

/** A country with what its platform has registered for its gateway to one peer. */
export interface CountryPlan extends Pick<HomePlan, 'country' | 'ecosystem' | 'software' | 'requestHash' | 'instance' | 'serverCode' | 'platform' | 'systems'> {
  readonly gateway: HomePlan['gateway'] & {
    /** Subsystems under which foreign members ask here. */
    readonly clients: readonly SubsystemId[];
    /** Subsystems under which foreign services are offered here, and the gateway's own, under which it asks and answers echoes. */
    readonly providers: readonly SubsystemId[];
  };
  readonly services: readonly ServicePlan[];
  /** The services that the gateway offers here for the peer's, by code. */
  readonly foreign: ReadonlyMap<string, ServiceId>;
}

/** A country with its services.yaml. */
export interface Home {
  readonly plan: HomePlan;
  readonly pack: Pack;
}

/** A question that one country's systems can ask and the other's answer. */
export interface Crossing {
  readonly system: SystemPlan;
  /** Federated identifier of the member that asks. */
  readonly client: string;
  readonly imported: ImportedService;
  readonly exported: ExportedService;
}

/** What `asking` can ask of `answering`. */
export function crossings(asking: Home, answering: Home): Crossing[] {
  const answered = answering.pack.exported.filter(({ service }) => Object.hasOwn(answering.plan.serves, codeOf(service)));
  return asking.pack.imported.flatMap((imported) => {
    const name = asking.plan.asks[codeOf(imported.id)];
    const exported = answered.find(({ service }) => service === imported.service);
    if (name === undefined || exported === undefined) return [];
    const system = systemOf(asking.plan, name);
    return [{ system, imported, exported, client: [asking.plan.country, ...system.subsystem.split('/').slice(1)].join('/') }];
  });
}

/** Subsystem of a gateway's own member: as which it asks echoes, and under which it answers them. */
const GATEWAY_SUBSYSTEM = 'causeway';
/** What echoes are answered at, on the gateway's domestic listener. */
export const ECHO_PATH = '/echo';
const ECHO = 'echo';

/** The echo that one country's gateway asks of the other's, through both platforms; undefined where one of them is at a hub, which has none. */
export function echoBetween(asking: Home, answering: Home): Pick<Crossing, 'client' | 'imported' | 'exported'> | undefined {
  const exported = echoOf(answering);
  const imported = asking.pack.imported.find(({ service }) => service === exported?.service);
  const { country, gateway } = asking.plan;
  return exported === undefined || imported === undefined ? undefined : { client: [country, gateway.memberClass, gateway.memberCode, GATEWAY_SUBSYSTEM].join('/'), imported, exported };
}

/** The echo that a country's gateway answers. */
export function echoOf({ pack }: Home): ExportedService | undefined {
  return pack.exported.find(({ subject }) => subject === ECHO);
}

/** Subsystem of the gateway's member, as its platform writes it. */
export function gatewaySubsystem({ instance, gateway }: Pick<HomePlan, 'instance' | 'gateway'>): SubsystemId {
  return [instance, gateway.memberClass, gateway.memberCode, GATEWAY_SUBSYSTEM].join('/');
}

/** `home` as it is set up for a link with `peer`. */
export function planBetween(home: Home, peer: Home): CountryPlan {
  const { country, ecosystem, software, requestHash, instance, serverCode, platform, systems, gateway } = home.plan;
  const member = `${instance}/${gateway.memberClass}/${gateway.memberCode}`;
  const inbound = crossings(peer, home).map(({ client, imported }) => ({ service: imported.service, client: `${member}/${subsystemFor(client, home.pack)}` }));
  const outbound = crossings(home, peer).map(({ system, imported }) => ({ system, imported, id: `${member}/${imported.id}` }));
  const foreign = outbound.map(({ system, imported, id }): ServicePlan => ({ id, protocol: protocolOf(imported), at: { gateway: imported.path }, allowed: [system.subsystem] }));
  const echo = echoPlan(home, peer, member);
  return {
    country, ecosystem, software, requestHash, instance, serverCode, platform, systems,
    gateway: { ...gateway, clients: unique([...inbound.map(({ client }) => client), ...echo.clients]), providers: unique([...outbound.map(({ imported }) => `${member}/${imported.id.split('/')[0]}`), ...echo.providers]) },
    services: [...home.pack.exported.flatMap((service) => ownService(home.plan, service, inbound)), ...foreign, ...echo.services],
    foreign: new Map(outbound.map(({ imported, id }) => [codeOf(imported.id), id])),
  };
}

/** What the platform has registered for the echoes of both gateways: ours asks as an information system of its own, and answers as a provider. */
function echoPlan(home: Home, peer: Home, member: string): Pick<CountryPlan['gateway'], 'clients' | 'providers'> & Pick<CountryPlan, 'services'> {
  const own = gatewaySubsystem(home.plan);
  const [asks, asked] = [echoBetween(home, peer), echoBetween(peer, home)];
  const client = asked && `${member}/${subsystemFor(asked.client, home.pack)}`;
  const foreign: ServicePlan[] = asks === undefined ? [] : [{ id: `${member}/${asks.imported.id}`, protocol: protocolOf(asks.imported), at: { gateway: asks.imported.path }, allowed: [own] }];
  const ours: ServicePlan[] = asked === undefined || client === undefined ? [] : [{ id: domesticId(home.plan, asked.exported), protocol: protocolOf(asked.exported), at: { gateway: ECHO_PATH }, allowed: [client] }];
  return {
    clients: client === undefined ? [] : [client],
    providers: asks === undefined ? [] : [own, `${member}/${asks.imported.id.split('/')[0]}`],
    services: [...ours, ...foreign],
  };
}

function domesticId({ instance }: HomePlan, { service }: ExportedService): ServiceId {
  return [instance, ...service.split('/').slice(1)].join('/');
}

/** A service of ours, where the sandbox has a system that serves it. */
function ownService(plan: HomePlan, exported: ExportedService, inbound: readonly { readonly service: string; readonly client: SubsystemId }[]): ServicePlan[] {
  const served = plan.serves[codeOf(exported.service)];
  if (served === undefined) return [];
  const foreign = inbound.filter(({ service }) => service === exported.service).map(({ client }) => client);
  const own = (served.allowed ?? []).map((name) => systemOf(plan, name).subsystem);
  return [{ id: domesticId(plan, exported), protocol: protocolOf(exported), at: { system: served.system, path: served.path }, allowed: unique([...foreign, ...own]) }];
}

/** The rule of identifiers.yaml, and its exceptions. */
function subsystemFor(client: string, { clients }: Pack): string {
  return clients.get(client) ?? client.replaceAll('/', '-');
}

/** Code of a service: of a federated or domestic identifier the fifth part, of `<subsystem>/<code>[/<version>]` the second. */
export function codeOf(id: string): string {
  const parts = id.split('/');
  return parts[parts.length > 3 ? 4 : 1] ?? '';
}

function protocolOf({ dialect }: { readonly dialect: string }): ServicePlan['protocol'] {
  return dialect.endsWith('-soap') ? 'soap' : 'rest';
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

/** Throws for a system that the plan does not hold: a mistake in this folder. */
export function systemOf(home: Pick<HomePlan, 'country' | 'systems'>, name: string): SystemPlan {
  const found = home.systems.find((system) => system.name === name);
  if (found === undefined) throw new Error(`sandbox: ${home.country} has no system ${name}`);
  return found;
}
