/** All that is proven of a country's mappings before they run (docs/mapping-language.md, "The check"). */
import type { CompiledMapping } from '../compiler.ts';
import { DescriptionError, type Description, type ReadFile } from '../describe/description.ts';
import { readDescription } from '../describe/read.ts';
import type { MappingFiles } from '../folder.ts';
import { readCountry, readSamples, type Country } from '../load.ts';
import type { DialectForms } from '../mappings.ts';
import type { Problem } from '../problems.ts';
import { checkCoverage } from './coverage.ts';
import { checkIdentifiers } from './identifiers.ts';
import { checkLaws } from './laws.ts';
import { checkSample } from './samples.ts';
import { checkShapes } from './shapes.ts';
import { casesOf, type Subject } from './subject.ts';

export interface CheckOptions {
  readonly forms: DialectForms;
  /** Documents made up for each law, outcome and direction. */
  readonly runs: number;
  /** Descriptions by the names that mappings give them. */
  readonly read: ReadFile;
  /** A description that is not there is an error, not a warning. */
  readonly requireSchemas: boolean;
  /** Called after each mapping. */
  readonly progress?: (done: number, of: number) => void;
}

export interface MappingReport {
  readonly id: string;
  /** Country of the services that it was checked for. */
  readonly for: string;
  /** The description that it was compared with. */
  readonly description?: string;
  /** Made-up documents that both laws were tried on; fewer for each further country. */
  readonly documents: number;
}

export interface CountryReport {
  readonly country: string;
  /** No errors; there may be warnings. */
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly mappings: readonly MappingReport[];
  readonly samples: number;
}

/** For the services of a second country a mapping differs by the forms of their numbers alone: so much less is made up. */
const AGAIN = 10;

/** Never throws for what an operator wrote. */
export async function checkCountry(files: MappingFiles, name: string, options: CheckOptions): Promise<CountryReport> {
  const country = await readCountry(files, name, options.forms);
  const { problems, identifiers, source, compiler } = country;
  const sound = problems.list.every(({ severity }) => severity === 'warning');
  if (sound && identifiers !== undefined && source !== undefined) checkIdentifiers(identifiers, source, options.runs * 10);
  const described = new Map<string, Description | undefined>();
  const mappings = compiler.compiled().map((mapping, at, all) => {
    const { id, revision } = mapping.file;
    const file = `${id}@${revision}`;
    const again = described.has(file);
    if (!again) described.set(file, descriptionOf(mapping, options));
    const report = checkMapping(mapping, described.get(file), country, sound ? (again ? Math.ceil(options.runs / AGAIN) : options.runs) : 0);
    options.progress?.(at + 1, all.length);
    return report;
  });
  const samples = readSamples(files, name, problems);
  if (sound) for (const { mapping, source: sample } of samples) checkSample(sample, (of) => compiler.mappingFor(mapping, of));
  const all = problems.sorted();
  return { country: name, ok: all.every(({ severity }) => severity === 'warning'), problems: all, mappings, samples: samples.length };
}

/** `runs` is 0 where the files are not right as they stand, so that no document can go through them. */
function checkMapping(mapping: CompiledMapping, description: Description | undefined, { compiler }: Country, runs: number): MappingReport {
  const { codelists } = compiler.sources;
  const described: Subject = { mapping, codelists, description };
  const subject = compare(described) ? described : { ...described, description: undefined };
  const documents = runs > 0 ? checkLaws(subject, runs) : 0;
  return { id: mapping.file.id, for: mapping.country, ...(subject.description === undefined ? {} : { description: subject.description.source }), documents };
}

function descriptionOf({ file }: CompiledMapping, { read, requireSchemas }: CheckOptions): Description | undefined {
  const severity = requireSchemas ? 'error' : 'warning';
  if (file.schema === undefined) {
    file.fields.report('no description is named: domestic paths, types and cardinalities are not compared with any', 'domestic.schema', 'domestic', { severity });
    return undefined;
  }
  const { request, response } = file;
  const roots = request.root === undefined || response.root === undefined ? undefined : { request: request.root, response: response.root };
  try {
    return readDescription(file.schema, file.operation, roots, read);
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    tellUnusable(file, error, severity);
    return undefined;
  }
}

function tellUnusable(file: CompiledMapping['file'], { reason, message }: DescriptionError, severity: 'error' | 'warning'): void {
  if (reason === 'absent') return file.fields.report(`description not found, skipped: ${message}`, '--schemas names the folder where descriptions are', 'domestic', { severity });
  if (reason === 'incomplete') return file.fields.report(`description incomplete, skipped: ${message}`, 'save the missing files beside it', 'domestic', { severity: 'warning' });
  file.fields.report(`the description cannot be used: ${message}`, undefined, 'domestic');
}

/** False when the description proves incomplete on the way. */
function compare(subject: Subject): boolean {
  const { description, mapping } = subject;
  if (description === undefined) return true;
  try {
    for (const one of casesOf(subject)) checkShapes(subject, one);
    for (const kind of ['request', 'response'] as const) checkCoverage(mapping.file[kind], description[kind], mapping.file.requestForm);
    return true;
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    tellUnusable(mapping.file, error, 'warning');
    return false;
  }
}
