/** Two countries by their codes: what a pair is made of, and what it gives back. */
import type { Country, CountryKit } from './country.ts';
import { ESTONIA } from './countries/ee/kit.ts';
import { FINLAND } from './countries/fi/kit.ts';
import type { CountryCode } from './plan.ts';

/** Exactly two kits, in the order of the agreement. */
export type Kits = Readonly<Record<CountryCode, CountryKit>>;

export type AgenciesOf<K> = K extends CountryKit<infer A> ? A : never;

export type Countries<K extends Kits> = { readonly [C in keyof K]: Country<AgenciesOf<K[C]>> };

/** The pair of the demo and of the checked-in configuration. */
export const EE_FI = { EE: ESTONIA, FI: FINLAND };
export type EeFi = typeof EE_FI;
