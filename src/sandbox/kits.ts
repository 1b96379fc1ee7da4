/** The countries of the sandbox, by the profile of their platform. */
import type { Country, CountryKit } from './country.ts';
import { ESTONIA } from './countries/ee/kit.ts';
import { FINLAND } from './countries/fi/kit.ts';
import type { CountryCode } from './plan.ts';

/** Exactly two kits by country, in the order of the agreement. */
export type Kits = Readonly<Record<CountryCode, CountryKit>>;

export type AgenciesOf<K> = K extends CountryKit<infer A> ? A : never;

export type Countries<K extends Kits> = { readonly [C in keyof K]: Country<AgenciesOf<K[C]>> };

/** The pair of the demo and of the checked-in configuration. */
export const EE_FI = { EE: ESTONIA, FI: FINLAND };
export type EeFi = typeof EE_FI;

/** Loaded when they are asked for: the pair of the demo must not wait for countries that it does not run. */
const KITS: Readonly<Record<string, () => Promise<CountryKit>>> = {
  'ee-xtee': async () => ESTONIA,
  'fi-palveluvayla': async () => FINLAND,
  'kh-camdx': async () => (await import('./countries/kh/kit.ts')).CAMBODIA,
  'ua-trembita-1': async () => (await import('./countries/ua/kit.ts')).UKRAINE_1,
  'ua-trembita-2': async () => (await import('./countries/ua/kit.ts')).UKRAINE,
  'bj-uxp': async () => (await import('./countries/bj/kit.ts')).BENIN,
  'my-mygdx': async () => (await import('./countries/my/kit.ts')).MALAYSIA,
  'gl-pitu': async () => (await import('./countries/gl/kit.ts')).GREENLAND,
};

/** Undefined for a profile that the sandbox cannot be. */
export async function kitOf(ecosystem: string): Promise<CountryKit | undefined> {
  return KITS[ecosystem]?.();
}
