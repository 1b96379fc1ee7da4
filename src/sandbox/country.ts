/** One pretend country, running on loopback: its platform, its registers and its asking systems. What differs from country to country is its kit. */
import type { Clock } from '../platform/clock.ts';
import { operate } from './operate.ts';
import type { OperateOptions, Operation } from './operate.ts';
import { prepareCountry } from './pki/prepare.ts';
import type { CountryKeys } from './pki/prepare.ts';
import { planBetween } from './plan.ts';
import type { CountryPlan, HomePlan, ServiceId, Subject } from './plan.ts';
import type { FaultSpelling } from './security-server/fault.ts';

export interface CountryOptions {
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
  readonly keys: CountryKeys;
  readonly clock: Clock;
  readonly signatures: SignaturePolicy;
  /** The service that stands here for the peer's. Throws where the peer offers none. */
  readonly foreign: (subject: Subject) => ServiceId;
}

/** A country of the sandbox: its plan, its registers by the names of their systems, and what asks, under names of its own. */
export interface CountryKit<A = unknown> {
  readonly home: HomePlan;
  registers(parts: KitParts): OperateOptions['registers'];
  agencies(operation: Pick<Operation, 'desk' | 'faults'>, parts: KitParts): A;
}

/** `log`: what the platform handed to which service. `faults`: what goes wrong on demand. */
export interface Country<A = unknown> extends Pick<Operation, 'securityServerUrl' | 'log' | 'faults' | 'urlOf' | 'connectGateway' | 'close'> {
  readonly plan: CountryPlan;
  readonly keys: CountryKeys;
  readonly agencies: A;
}

/** Starts a country; its keys are made first where they are missing. Rejects with Node's error when `port` is taken. */
export async function startCountry<A>(kit: CountryKit<A>, options: CountryOptions): Promise<Country<A>> {
  const { peer, folder, clock } = options;
  const plan = planBetween(kit.home, peer);
  const keys = registered(await prepareCountry(folder, plan, clock), options.gatewayCertificate);
  const parts: KitParts = { keys, clock, signatures: options.signatures ?? 'required', foreign: (subject) => plan.foreign.get(subject) ?? notOffered(peer, subject) };
  const operation = await operate({
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
  const { securityServerUrl, log, faults, urlOf, connectGateway, close } = operation;
  return { plan, keys, securityServerUrl, log, faults, urlOf, connectGateway, close, agencies: kit.agencies(operation, parts) };
}

function notOffered({ country }: HomePlan, subject: Subject): never {
  throw new Error(`sandbox: ${country} answers no question about ${subject}`);
}

function registered(keys: CountryKeys, certificate: string | undefined): CountryKeys {
  if (certificate === undefined) return keys;
  return { ...keys, gateway: { ...keys.gateway, tls: { ...keys.gateway.tls, certificate } } };
}
