/** A running country for one test file: keys made once in a folder of its own, closed and removed after the last test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { systemClock } from '../../../src/platform/clock.ts';
import type { HttpReply } from '../../../src/platform/http-client.ts';
import { startCountry } from '../../../src/sandbox/country.ts';
import type { Country, CountryKit, CountryOptions } from '../../../src/sandbox/country.ts';
import { EE_FI } from '../../../src/sandbox/kits.ts';
import type { AgenciesOf, EeFi } from '../../../src/sandbox/kits.ts';
import { listen } from '../../../src/sandbox/wire.ts';
import type { Incoming, Listener } from '../../../src/sandbox/wire.ts';

export const clock = systemClock();

export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'causeway-sandbox-'));
  after(() => rm(made, { recursive: true, force: true }));
  return made;
}

export async function running<C extends keyof EeFi>(country: C, options: Partial<CountryOptions> = {}): Promise<Country<AgenciesOf<EeFi[C]>>> {
  const kit = EE_FI[country] as CountryKit<AgenciesOf<EeFi[C]>>;
  const started = await startCountry(kit, { root: join(import.meta.dirname, '../../..'), peer: EE_FI[country === 'EE' ? 'FI' : 'EE'].home, folder: await folder(), clock, ...options });
  after(() => started.close());
  return started;
}

/** Something that stands where a gateway would: it shows the gateway's certificate and answers as told. */
export async function inPlaceOfGateway(country: Country, answer: (incoming: Incoming) => HttpReply): Promise<Listener> {
  const { keys } = country;
  const listener = await listen({ port: 0, identity: keys.gateway.tls, authority: keys.tlsAuthority.certificate, maxBytes: 1_000_000, handler: async (incoming) => answer(incoming) });
  after(() => listener.close());
  country.connectGateway(listener.url);
  return listener;
}
