/** A country's platform with its registers, running: what startCountry adds asking systems to. */
import type { Clock } from '../platform/clock.ts';
import { Desk } from './desk.ts';
import { Faults, SECURITY_SERVER } from './faults.ts';
import { certificatesOf, fingerprint, pinOf, pinsOf, tlsOf } from './pki/credentials.ts';
import type { CountryKeys } from './pki/prepare.ts';
import type { CountryPlan, ServiceId, ServicePlan } from './plan.ts';
import type { RegisterOptions } from './registers/register.ts';
import { Registry } from './security-server/access.ts';
import type { OfferedService } from './security-server/access.ts';
import type { FaultSpelling } from './security-server/fault.ts';
import { MessageLog } from './security-server/log.ts';
import { Platform } from './security-server/platform.ts';
import { startSecurityServer } from './security-server/server.ts';
import { startUxpServer } from './security-server/uxp.ts';
import { SignedMessages } from './signing/archive.ts';
import { Notary } from './signing/notary.ts';
import { startCentralServer } from './central-server/server.ts';
import { Upstream } from './security-server/upstream.ts';
import type { Listener } from './wire.ts';

export interface OperateOptions {
  readonly plan: CountryPlan;
  readonly keys: CountryKeys;
  readonly clock: Clock;
  readonly port: number;
  readonly gatewayUrl?: string;
  readonly spelling: FaultSpelling;
  readonly serviceTimeout: number;
  readonly connections: number;
  /** Starts the country's registers; the names are those of the plan's systems. */
  readonly registers: (settings: (system: string) => RegisterOptions) => Readonly<Record<string, Promise<Listener>>>;
}

export interface Operation {
  /** At an API hub: of the gateway, to which information systems speak there. */
  readonly securityServerUrl: string;
  /** Under which the platform's global configuration is believed; an API hub has none. */
  readonly configurationAnchor?: string;
  readonly log: MessageLog;
  readonly faults: Faults;
  /** Where the platform forwards requests for a service; undefined for one that is not offered, or has no place yet. */
  readonly urlOf: (service: ServiceId) => string | undefined;
  /** Tells the platform where the gateway's domestic listener is. */
  readonly connectGateway: (url: string) => void;
  /** A connection to the security server with the certificate of `system`. */
  readonly desk: (system: string) => Desk;
  readonly close: () => Promise<void>;
}

/** Milliseconds that an asking system waits for its platform. */
export const PATIENCE = 120_000;

export async function operate(options: OperateOptions): Promise<Operation> {
  const { plan, keys, clock } = options;
  const log = new MessageLog();
  const upstream = new Upstream(keys.securityServer, pinsOf(plan, keys), options.serviceTimeout);
  const faults = new Faults();
  const registers = await startRegisters(options, faults, fingerprint(keys.securityServer));
  let gatewayUrl = options.gatewayUrl;
  const addressOf = ({ at }: ServicePlan): string | undefined => {
    const base = 'gateway' in at ? gatewayUrl : registers.get(at.system)?.url;
    return base === undefined ? undefined : `${base}${'gateway' in at ? at.gateway : at.path}`;
  };
  const registry = new Registry(certificatesOf(plan, keys), plan.services.map((service) => offered(service, addressOf)));
  const platform = new Platform({ instance: plan.instance, registry, faults, log, upstream, clock, notary: new Notary(keys, clock), messages: new SignedMessages() });
  const listening = { platform, identity: keys.securityServer, authority: keys.tlsAuthority.certificate, port: options.port, spelling: options.spelling };
  const server = await (plan.software === 'uxp' ? startUxpServer({ ...listening, requestHash: plan.requestHash }) : startSecurityServer(listening));
  faults.watch(SECURITY_SERVER, () => {
    const identity = faults.has(SECURITY_SERVER, 'expired-certificate') ? keys.securityServerExpired : keys.securityServer;
    if (server.present(identity)) upstream.present(identity);
  });
  const central = await startCentralServer({ instance: plan.instance, keys, clock, faults });
  const securityServerUrl = server.url;
  const listeners = [server, ...registers.values()];
  const desks: Desk[] = [];
  return {
    securityServerUrl,
    configurationAnchor: central.anchor,
    log,
    faults,
    urlOf(id) {
      const service = plan.services.find((one) => one.id === id);
      return service === undefined ? undefined : addressOf(service);
    },
    connectGateway(url) {
      gatewayUrl = url;
    },
    desk(system) {
      const desk = new Desk({ securityServerUrl, pin: pinOf(keys.securityServer), identity: tlsOf(keys, system), connections: options.connections, patience: PATIENCE });
      desks.push(desk);
      return desk;
    },
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await Promise.all([central.close(), upstream.close(), ...desks.map((desk) => desk.close())]);
    },
  };
}

function offered(service: ServicePlan, urlOf: (service: ServicePlan) => string | undefined): OfferedService {
  const provider = service.id.split('/').slice(0, 4).join('/');
  return { id: service.id, protocol: service.protocol, provider, url: () => urlOf(service), allowed: new Set(service.allowed) };
}

/** `caller`: fingerprint of the certificate of whoever may ask the registers. */
export async function startRegisters({ keys, registers }: OperateOptions, faults: Faults, caller: string): Promise<Map<string, Listener>> {
  const settings = (system: string): RegisterOptions => ({ port: 0, identity: tlsOf(keys, system), authority: keys.tlsAuthority.certificate, securityServer: caller, faults });
  return new Map(await Promise.all(Object.entries(registers(settings)).map(async ([name, listener]) => [name, await listener] as const)));
}
