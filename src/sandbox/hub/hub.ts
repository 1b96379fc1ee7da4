/** A pretend API hub on loopback: authorisation server, a register behind it, and an agency that asks abroad. */
import type { Clock } from '../../platform/clock.ts';
import { Faults } from '../faults.ts';
import { pinOf } from '../pki/credentials.ts';
import { HubAgency } from './agency.ts';
import { startAuthorisationServer } from './authorisation-server.ts';
import type { AuthorisationServer } from './authorisation-server.ts';
import { prepareHub } from './keys.ts';
import type { HubKeys } from './keys.ts';
import { REGISTER_AUDIENCE, startHubRegister } from './register.ts';
import type { HubRegister, RegisteredCompany } from './register.ts';

export interface HubOptions {
  readonly country: string;
  /** Data folder of its keys. */
  readonly folder: string;
  readonly clock: Clock;
  readonly companies: readonly RegisteredCompany[];
  /** Seconds that a token lives; default 300. */
  readonly tokenLifetime?: number;
}

/** Who is who at the hub: what an operator enters in gateway.yaml. */
export const GATEWAY_CLIENT = 'causeway';
export const AGENCY_CLIENT = 'agency';
/** Claim `aud` of the tokens that clients show to the gateway. */
export const GATEWAY_AUDIENCE = 'https://gateway.hub.sandbox';
export const ISSUER = 'https://hub.sandbox';
export const READ_REGISTER = 'register.read';
export const ASK_ABROAD = 'gateway.ask';

export interface Hub {
  readonly keys: HubKeys;
  readonly authorisation: AuthorisationServer;
  readonly register: HubRegister;
  readonly agency: HubAgency;
  readonly faults: Faults;
  /** Seconds that tokens live from now on. */
  setTokenLifetime(seconds: number): void;
  close(): Promise<void>;
}

/** Starts all of it on free ports; keys are made first where they are missing. */
export async function startHub({ country, folder, clock, companies, tokenLifetime = 300 }: HubOptions): Promise<Hub> {
  const keys = await prepareHub(folder, country, clock);
  const faults = new Faults();
  let lifetime = tokenLifetime;
  const authorisation = await startAuthorisationServer({
    keys,
    clock,
    faults,
    issuer: ISSUER,
    clients: { [GATEWAY_CLIENT]: { certificate: keys.gateway.certificate, scope: READ_REGISTER }, [AGENCY_CLIENT]: { certificate: keys.agency.certificate, scope: ASK_ABROAD } },
    audiences: { [READ_REGISTER]: REGISTER_AUDIENCE, [ASK_ABROAD]: GATEWAY_AUDIENCE },
    lifetime: () => lifetime,
  });
  const register = await startHubRegister({ keys, clock, faults, companies, authorisation });
  const agency = new HubAgency({ clientId: AGENCY_CLIENT, scope: ASK_ABROAD, tls: keys.agencyTls, key: keys.agency.key, certificate: keys.agency.certificate, clock, tokenEndpoint: authorisation.tokenEndpoint, pins: [pinOf(keys.serverTls), pinOf(keys.gatewayTls)] });
  return {
    keys, authorisation, register, agency, faults,
    setTokenLifetime: (seconds) => void (lifetime = seconds),
    close: async () => void (await Promise.all([authorisation.close(), register.close(), agency.close()])),
  };
}
