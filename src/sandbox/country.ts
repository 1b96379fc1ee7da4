/** One pretend country, running on loopback: its platform, its registers and its asking systems. What differs from country to country is its kit. */
import type { Clock } from '../platform/clock.ts';
import type { Answer } from './desk.ts';
import { operateHub } from './hub/operate.ts';
import { operate } from './operate.ts';
import type { OperateOptions, Operation } from './operate.ts';
import { prepareCountry } from './pki/prepare.ts';
import type { CountryKeys } from './pki/prepare.ts';
import { readPack } from './pack.ts';
import { planBetween } from './plan.ts';
import type { CountryCode, CountryPlan, Home, HomePlan, ServiceId } from './plan.ts';
import { startTimeStamping } from './time-stamping.ts';
import type { FaultSpelling } from './security-server/fault.ts';

export interface CountryOptions {
  /** Folder of the repository that holds the mappings. */
  readonly root: string;
  /** What lies beyond the border. */
  readonly peer: HomePlan;
  /** Data folder: keys and certificates are kept in `<folder>/<country>/`, made once. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of the security server; 0 or absent: any free port. Registers always take a free one. */
  readonly port?: number;
  /** Base URL of the gateway's domestic listener; may be told later with `connectGateway`. */
  readonly gatewayUrl?: string;
  /** PEM of the TLS certificate that is registered for the gateway; default: one that the country makes for it. */
  readonly gatewayCertificate?: string;
  readonly spelling?: FaultSpelling;
  /** Of registers that can read signed questions; default `required`. */
  readonly signatures?: SignaturePolicy;
  /** Milliseconds that the platform waits for a service; default 60000. */
  readonly serviceTimeout?: number;
  /** Connections of each asking system to its security server; default 64. */
  readonly connections?: number;
}

/** `required`: unsigned questions are refused. `accepted`: they are answered, and a signature that is there must be good. */
export type SignaturePolicy = 'required' | 'accepted';

/** What a kit makes its parts of. */
export interface KitParts {
  readonly plan: CountryPlan;
  readonly keys: CountryKeys;
  readonly clock: Clock;
  readonly signatures: SignaturePolicy;
  /** Country beyond the border. */
  readonly peer: CountryCode;
  /** The service of that code which stands here for one of the peer's. Throws where the peer has none. */
  readonly foreign: (code: string) => ServiceId;
}

/** What an asking system made of an answer, whatever its form. */
export interface Seen {
  readonly answer: Answer;
  /** Absent when the answer has not the agreed form. */
  readonly found?: boolean;
  /** Of the person or company. */
  readonly name?: string;
}

/** What a service of ours knows, for questions from abroad. */
export interface Known {
  readonly number: string;
  readonly name: string;
  /** Well-formed, and in no register. */
  readonly missing: string;
}

/** A country of the sandbox: its plan, its registers by the names of their systems, and what asks, under names of its own. */
export interface CountryKit<A = unknown> {
  readonly home: HomePlan;
  /** By code of the service. */
  readonly known: Readonly<Record<string, Known>>;
  /** Asks a foreign service that has one of our codes about a number. */
  ask(agencies: A, code: string, number: string): Promise<Seen>;
  registers(parts: KitParts): OperateOptions['registers'];
  agencies(operation: Pick<Operation, 'desk' | 'faults'>, parts: KitParts): A;
}

/** `log`: what the platform handed to which service. `faults`: what goes wrong on demand. */
export interface Country<A = unknown> extends Pick<Operation, 'securityServerUrl' | 'configurationAnchor' | 'log' | 'faults' | 'urlOf' | 'connectGateway' | 'close'> {
  readonly home: Home;
  readonly plan: CountryPlan;
  readonly keys: CountryKeys;
  /** URL of the country's time-stamping authority. */
  readonly timeStamping: string;
  readonly agencies: A;
}

/** Starts a country; its keys are made first where they are missing. Rejects with Node's error when `port` is taken. */
export async function startCountry<A>(kit: CountryKit<A>, options: CountryOptions): Promise<Country<A>> {
  const { root, peer, folder, clock } = options;
  const [home, abroad] = await Promise.all([withPack(root, kit.home), withPack(root, peer)]);
  const plan = planBetween(home, abroad);
  const keys = registered(await prepareCountry(folder, plan, clock), options.gatewayCertificate);
  const parts: KitParts = { plan, peer: peer.country, keys, clock, signatures: options.signatures ?? 'required', foreign: (code) => plan.foreign.get(code) ?? notOffered(peer, code) };
  const start = plan.software === 'api-hub' ? operateHub : operate;
  const operation = await start({
    plan,
    keys,
    clock,
    port: options.port ?? 0,
    spelling: options.spelling ?? 'current',
    serviceTimeout: options.serviceTimeout ?? 60_000,
    connections: options.connections ?? 64,
    registers: kit.registers(parts),
    ...(options.gatewayUrl === undefined ? {} : { gatewayUrl: options.gatewayUrl }),
  });
  const { securityServerUrl, configurationAnchor, log, faults, urlOf, connectGateway } = operation;
  const timeStamping = await startTimeStamping({ identity: keys.timeStamping.signer, clock });
  const close = async (): Promise<void> => {
    await Promise.all([operation.close(), timeStamping.close()]);
  };
  return { home, plan, keys, securityServerUrl, ...(configurationAnchor === undefined ? {} : { configurationAnchor }), timeStamping: timeStamping.url, log, faults, urlOf, connectGateway, close, agencies: kit.agencies(operation, parts) };
}

/** A country with its services.yaml. */
export async function withPack(root: string, plan: HomePlan): Promise<Home> {
  return { plan, pack: await readPack(root, plan.country) };
}

function notOffered({ country }: HomePlan, code: string): never {
  throw new Error(`sandbox: ${country} has no service that stands here as ${code}`);
}

function registered(keys: CountryKeys, certificate: string | undefined): CountryKeys {
  if (certificate === undefined) return keys;
  return { ...keys, gateway: { ...keys.gateway, tls: { ...keys.gateway.tls, certificate } } };
}
