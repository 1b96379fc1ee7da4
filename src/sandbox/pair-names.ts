/** `ee-ua`, `ee-xtee-ua-trembita-2`: two profiles by their names or short names, either order. */
import { closest } from '../config/closest.ts';
import type { EcosystemProfile } from '../config/ecosystem-file.ts';

export type NamedPair = readonly [EcosystemProfile, EcosystemProfile];

/** The two profiles, by country in the order of an agreement, or a line that says what is wrong and what may have been meant. */
export function parsePair(text: string, profiles: readonly EcosystemProfile[]): NamedPair | string {
  const parts = text.toLowerCase().split('-');
  const splits = parts.slice(1).map((_, at) => [parts.slice(0, at + 1).join('-'), parts.slice(at + 1).join('-')] as const);
  const read = splits.map(([a, b]) => ({ names: [a, b], found: [find(a, profiles), find(b, profiles)] as const }));
  const pair = read.find(({ found: [a, b] }) => a !== undefined && b !== undefined)?.found;
  if (pair?.[0] !== undefined && pair[1] !== undefined) return ordered(pair[0], pair[1]);
  const halves = read.flatMap(({ names, found: [a, b] }) => (a === undefined && b === undefined ? [] : [names[a === undefined ? 0 : 1] ?? '']));
  const known = profiles.flatMap(({ short, name }) => [short, name]);
  const wrong = halves.find((half) => closest(half, known) !== undefined) ?? halves[0];
  return unknown(wrong ?? text, closest(wrong ?? text, wrong === undefined ? shortPairs(profiles) : known), profiles);
}

function find(name: string, profiles: readonly EcosystemProfile[]): EcosystemProfile | undefined {
  return profiles.find((profile) => profile.name === name || profile.short === name);
}

function ordered(a: EcosystemProfile, b: EcosystemProfile): NamedPair | string {
  if (a.country === b.country) return `A pair is of two countries; ${a.name} and ${b.name} are of ${a.country}.`;
  return a.country < b.country ? [a, b] : [b, a];
}

function unknown(wrong: string, meant: string | undefined, profiles: readonly EcosystemProfile[]): string {
  const hint = meant === undefined ? '.' : `, did you mean "${meant}"?`;
  return `No pair of profiles: "${wrong}" is not known${hint} A pair is two of ${profiles.map(({ short }) => short).join(', ')} with a hyphen between them, as ee-ua; --list tells more.`;
}

function shortPairs(profiles: readonly EcosystemProfile[]): string[] {
  return profiles.flatMap((a) => profiles.filter((b) => b.country !== a.country).map((b) => `${a.short}-${b.short}`));
}
