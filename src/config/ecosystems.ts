/** The ecosystem profiles of a folder, by name. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closest } from './closest.ts';
import { ecosystemSchema } from './ecosystem-file.ts';
import type { EcosystemProfile } from './ecosystem-file.ts';
import { deepFreeze } from './freeze.ts';
import { throwIfAny } from './problems.ts';
import { readConfigFile } from './read.ts';
import type { ReadFile } from './read.ts';

/** Those that come with Causeway. */
export const SHIPPED_ECOSYSTEMS = resolve(import.meta.dirname, '../../federation-config/ecosystems');

/** Names of the profiles in `folder`, sorted; none where there is no such folder. */
export function ecosystemNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length)).sort();
  } catch {
    return [];
  }
}

/** One profile as it was read, with its problems. */
export function readEcosystem(folder: string, name: string): ReadFile<EcosystemProfile> {
  const file = readConfigFile(join(folder, `${name}.yaml`), ecosystemSchema());
  const { value, ...rest } = file;
  return value === undefined ? rest : { ...rest, value: deepFreeze({ ...value, name }) };
}

/** All profiles of `folder`. Throws `config-invalid` with every problem and its place. */
export function loadEcosystems(folder: string): readonly EcosystemProfile[] {
  const files = ecosystemNames(folder).map((name) => readEcosystem(folder, name));
  throwIfAny(files.flatMap(({ problems }) => problems));
  return files.flatMap(({ value }) => value ?? []);
}

/** What to say to somebody who named a profile that is not among `names`. */
export function unknownEcosystem(name: string, names: readonly string[]): string {
  const meant = closest(name, names);
  return meant === undefined ? `known: ${names.join(', ')}` : `did you mean "${meant}"?`;
}
