/** One pretend country, running on loopback: its platform, its registers and its asking systems. */
import type { Clock } from '../platform/clock.ts';
import { Bank } from './agencies/bank.ts';
import { Municipality } from './agencies/municipality.ts';
import { TaxOfficer } from './agencies/officer.ts';
import { TaxAdministration } from './agencies/tax-administration.ts';
import { operate } from './operate.ts';
import type { OperateOptions, Operation } from './operate.ts';
import { signerOf } from './pki/credentials.ts';
import { prepareCountry } from './pki/prepare.ts';
import type { CountryKeys } from './pki/prepare.ts';
import type { CountryCode } from './plan.ts';
import { startCompanyRegister } from './registers/companies.ts';
import { startPopulationRegister } from './registers/population.ts';
import type { SignaturePolicy } from './registers/population.ts';
import { startTaxBoard } from './registers/tax-board.ts';
import type { FaultSpelling } from './security-server/fault.ts';

export interface CountryOptions<C extends CountryCode = CountryCode> {
  readonly country: C;
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
  /** Of the population register; default `required`. */
  readonly signatures?: SignaturePolicy;
  /** Milliseconds that the platform waits for a service; default 60000. */
  readonly serviceTimeout?: number;
  /** Connections of each asking system to its security server; default 64. */
  readonly connections?: number;
}

export interface Agencies {
  readonly EE: { readonly bank: Bank; readonly taxOfficer: TaxOfficer };
  readonly FI: { readonly tax: TaxAdministration; readonly municipality: Municipality };
}

/** `log`: what the platform handed to which service. `faults`: what goes wrong on demand. */
export interface Country<C extends CountryCode = CountryCode> extends Pick<Operation, 'securityServerUrl' | 'log' | 'faults' | 'urlOf' | 'connectGateway' | 'close'> {
  readonly country: C;
  readonly keys: CountryKeys;
  readonly agencies: Agencies[C];
}

export type Countries = { readonly [C in CountryCode]: Country<C> };

interface Parts<C extends CountryCode> {
  registers(options: CountryOptions, keys: CountryKeys): OperateOptions['registers'];
  agencies(operation: Operation, options: CountryOptions, keys: CountryKeys): Agencies[C];
}

const PARTS: { readonly [C in CountryCode]: Parts<C> } = {
  EE: {
    registers: ({ clock, signatures = 'required' }, keys) => (settings) => ({
      emta: startTaxBoard(settings('emta')),
      rr: startPopulationRegister({ ...settings('rr'), signer: signerOf(keys, 'rr'), signingAuthority: keys.signingAuthority.certificate, signatures, clock }),
    }),
    agencies: ({ desk }, { clock }, keys) => ({ bank: new Bank(desk('pank')), taxOfficer: new TaxOfficer(desk('emta'), signerOf(keys, 'emta'), clock) }),
  },
  FI: {
    registers: () => (settings) => ({ prh: startCompanyRegister(settings('prh')) }),
    agencies: ({ desk, faults }, { clock }, keys) => ({
      tax: new TaxAdministration(desk('vero')),
      municipality: new Municipality({ desk: desk('vaestotiedot'), signer: signerOf(keys, 'vaestotiedot'), signingAuthority: keys.signingAuthority.certificate, faults, clock }),
    }),
  },
};

/** Starts a country; its keys are made first where they are missing. Rejects with Node's error when `port` is taken. */
export async function startCountry<C extends CountryCode>(options: CountryOptions<C>): Promise<Country<C>> {
  const { country, folder, clock } = options;
  const keys = registered(await prepareCountry(folder, country, clock), options.gatewayCertificate);
  const parts: Parts<C> = PARTS[country];
  const operation = await operate({
    country,
    keys,
    clock,
    port: options.port ?? 0,
    spelling: options.spelling ?? 'current',
    serviceTimeout: options.serviceTimeout ?? 60_000,
    connections: options.connections ?? 64,
    registers: parts.registers(options, keys),
    ...(options.gatewayUrl === undefined ? {} : { gatewayUrl: options.gatewayUrl }),
  });
  const { securityServerUrl, log, faults, urlOf, connectGateway, close } = operation;
  return { country, keys, securityServerUrl, log, faults, urlOf, connectGateway, close, agencies: parts.agencies(operation, options, keys) };
}

function registered(keys: CountryKeys, certificate: string | undefined): CountryKeys {
  if (certificate === undefined) return keys;
  return { ...keys, gateway: { ...keys.gateway, tls: { ...keys.gateway.tls, certificate } } };
}
