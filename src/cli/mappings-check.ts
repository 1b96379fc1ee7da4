/** `causeway mappings check`: everything that is proven of the mappings of all countries in a folder, problems all at once. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CausewayError } from '../errors.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { checkCountry, type CountryReport } from '../mapping/check/country.ts';
import type { ReadFile } from '../mapping/describe/description.ts';
import { readFiles, rootsOf } from '../mapping/folder.ts';
import { countriesOf } from '../mapping/load.ts';
import { renderProblem, type Problem } from '../mapping/problems.ts';

export interface CheckArguments {
  /** Folder of descriptions that are not in the mappings folder. */
  readonly schemas?: string;
  readonly requireSchemas?: true;
  /** Documents made up for each law, outcome and direction. */
  readonly runs: number;
  /** One country alone. */
  readonly country?: string;
}

export interface MappingsReport {
  readonly ok: boolean;
  readonly folder: string;
  readonly countries: readonly CountryReport[];
}

/** Never throws for what an operator wrote; `config-invalid` when there is nothing to check. */
export async function mappingsCheck(folder: string, { schemas, requireSchemas, runs, country }: CheckArguments): Promise<MappingsReport> {
  const found = await countriesOf(folder);
  const chosen = country === undefined ? found : found.filter((one) => one === country.toUpperCase());
  if (chosen.length === 0) throw new CausewayError('config-invalid', `${resolve(folder)}: no mappings${country === undefined ? '' : ` of ${country}`}`);
  const read = reader(schemas === undefined ? [folder] : [folder, schemas]);
  const countries: CountryReport[] = [];
  for (const one of chosen) countries.push(await checkCountry(await readFiles(folder, rootsOf(one)), one, { forms: DIALECT_FORMS, runs, read, requireSchemas: requireSchemas === true }));
  return { ok: countries.every(({ ok }) => ok), folder, countries };
}

/** A file under the first of the folders that has it. */
function reader(folders: readonly string[]): ReadFile {
  const files = new Map<string, Uint8Array | undefined>();
  return (path) => {
    if (!files.has(path)) files.set(path, folders.map((folder) => readIfThere(join(folder, path))).find((bytes) => bytes !== undefined));
    return files.get(path);
  };
}

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** As lines for an operator: problems first, then what was proven. */
export function renderMappingsReport({ countries, folder, ok }: MappingsReport): string {
  const problems = countries.flatMap((one) => one.problems.map(renderWhole));
  const proven = countries.flatMap(({ country, mappings, samples }) => [
    ...mappings.map(({ id, for: of, description, documents }) => `${id} for services of ${of}: ${description === undefined ? 'compared with no description' : `compared with ${description}`}, ${documents} made-up documents`),
    `${country}: ${samples} samples`,
  ]);
  return [...new Set(problems), ...proven, `${resolve(folder)}: ${verdict(countries.flatMap((one) => one.problems), ok)}`].join('\n');
}

function verdict(problems: readonly Problem[], ok: boolean): string {
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const errors = problems.length - warnings;
  if (!ok) return `not valid, ${errors} problem${errors === 1 ? '' : 's'}`;
  return warnings === 0 ? 'the mappings are proven' : `no errors; ${warnings} warning${warnings === 1 ? ' says' : 's say'} what is not proven`;
}

function renderWhole(problem: Problem): string {
  const line = problem.severity === 'warning' ? renderProblem(problem).replace(/^([^:]*:\d+): /, '$1: warning: ') : renderProblem(problem);
  return problem.counterexample === undefined ? line : `${line}\n    made-up counterexample: ${problem.counterexample}`;
}
