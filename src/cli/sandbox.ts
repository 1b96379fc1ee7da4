/** `causeway sandbox`: the pretend countries as the home sides of gateways that somebody else sets up and runs. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { stopRequested } from '../platform/signals.ts';
import { startCountry } from '../sandbox/country.ts';
import type { CountryKit } from '../sandbox/country.ts';
import { EE_FI } from '../sandbox/kits.ts';
import type { EeFi } from '../sandbox/kits.ts';

/** How a gateway is registered at the security server of its country. */
export interface Registration {
  /** Of the security server. */
  readonly port: number;
  /** Base URL of the gateway's domestic listener. */
  readonly gatewayUrl: string;
  /** The certificate that the gateway shows there, and as a client. */
  readonly certificateFile: string;
}

/** Runs both countries until a signal; resolves with the exit code. */
export async function sandbox(data: string, registrations: Readonly<Record<keyof EeFi, Registration>>): Promise<number> {
  const stop = stopRequested();
  const start = (country: keyof EeFi, peer: keyof EeFi) => {
    const { port, gatewayUrl, certificateFile } = registrations[country];
    return startCountry(EE_FI[country] as CountryKit, { root: resolve(import.meta.dirname, '../..'), peer: EE_FI[peer].home, folder: data, clock: systemClock(), port, gatewayUrl, gatewayCertificate: readFileSync(certificateFile, 'utf8') });
  };
  const countries = [await start('EE', 'FI'), await start('FI', 'EE')];
  for (const { plan, securityServerUrl, keys } of countries) console.log(`${plan.country}: security server at ${securityServerUrl}, its certificate in ${keys.securityServer.certificateFile}`);
  console.log('Ctrl-C stops both.');
  await stop;
  await Promise.all(countries.map((country) => country.close()));
  return 0;
}
