/** Reads a country's mappings, checks everything, and compiles what the services use. */
import { setImmediate as breathe } from 'node:timers/promises';
import { CausewayError } from '../errors.ts';
import { readCodeList } from './codelists.ts';
import type { CodeList } from './codecs/codec.ts';
import type { Watch } from './compiled.ts';
import { readFields } from './fields.ts';
import { compile, Compiler, type CompiledMapping, type Sources } from './compiler.ts';
import { countryFolders, hashOf, namesIn, readFiles, rootsOf, type MappingFiles } from './folder.ts';
import { readIdentifiers, type Identifiers } from './identifiers.ts';
import type { DialectForms, LoadMappings, MappingSet, MappingSource, Revision, Translation } from './mappings.ts';
import { neutralCompiler, type NeutralForm, type Schema } from './neutral.ts';
import { readPersonal, type Marks } from './personal.ts';
import { passthrough } from './passthrough.ts';
import { Problems, type SourceFile } from './problems.ts';
import { readMappingFile } from './rule-reader.ts';
import type { MappingFile } from './rules.ts';
import { readServices, type ServiceEntry, type Services } from './services.ts';
import { makeTranslation, type TranslationParts } from './translation.ts';

/**
 * One mapping on its own, compiled for services of `country`: what `mappings try` and the golden cases run. `id` as `ee/person`.
 * Throws `config-invalid` like loadMappings.
 */
export async function loadTranslation(folder: string, id: string, country: string, forms: DialectForms): Promise<Translation> {
  return makeTranslation((await loadMapping(folder, id, country, forms)).parts);
}

/** A mapping with what it was made of. */
export interface LoadedMapping {
  readonly parts: TranslationParts;
  readonly file: MappingFile;
}

/** As loadTranslation, for what works on bare data; `watch` looks at the rules of that file while they work. */
export async function loadMapping(folder: string, id: string, country: string, forms: DialectForms, watch?: (source: SourceFile) => Watch): Promise<LoadedMapping> {
  const problems = new Problems();
  const home = id.split('/')[0] ?? '';
  const sources = await readSources(await readFiles(folder, rootsOf(home)), home, forms, problems);
  const found = sources.mappings.get(id);
  const parts = found === undefined ? undefined : compile(sources, id, found.file, country, watch?.(found.source));
  problems.throwIfAny();
  if (parts === undefined || found === undefined) throw new CausewayError('config-invalid', `no mapping ${id}; known: ${[...sources.mappings.keys()].join(', ')}`);
  return { parts, file: found.file };
}

/** All of a country's mappings, whether they may run or not: `problems` says. */
export interface Country {
  readonly problems: Problems;
  readonly identifiers: Identifiers | undefined;
  readonly services: Services;
  readonly compiler: Compiler;
  /** identifiers.yaml */
  readonly source: SourceFile | undefined;
}

/** What is marked in a neutral form (personal.ts). Throws `config-invalid` with every problem in its marks. */
export async function loadPersonal(folder: string, form: NeutralForm): Promise<Marks> {
  const problems = new Problems();
  const marks = readMarks(await readFiles(folder, ['neutral']), form, problems);
  problems.throwIfAny();
  return marks;
}

/** As loadPersonal; what is wrong with the marks is reported. */
export function readMarks(files: MappingFiles, form: NeutralForm, problems: Problems): Marks {
  const path = `neutral/${form.ref.schema}/${form.ref.version}`;
  const marks = `${path}/personal.yaml`;
  return readPersonal(files.has(marks) ? readSource(files, marks, problems) : undefined, form);
}

/** What services.yaml of each country holds, unchecked: to find the mapping of a service by (explain/find-mapping.ts). */
export async function loadServiceLists(folder: string): Promise<readonly unknown[]> {
  const lists = (await countryFolders(folder)).map((country) => `${country}/services.yaml`);
  const files = await readFiles(folder, lists);
  return lists.map((list) => readSource(files, list, new Problems())?.value);
}

/** See LoadMappings. `country` is ISO 3166-1 alpha-2, upper case; its folder is the same in small letters. */
export const loadMappings: LoadMappings = async (folder, country, forms) => compileMappings(await readFiles(folder, rootsOf(country)), country, forms);

/** As loadMappings, of files that were read. Lets others run between two files: other exchanges are on their way. */
export async function compileMappings(files: MappingFiles, country: string, forms: DialectForms): Promise<MappingSet> {
  const { problems, identifiers, services, compiler } = await readCountry(files, country, forms);
  problems.throwIfAny();
  if (identifiers === undefined) throw new CausewayError('config-invalid', `${country}: no identifiers`);
  const made = new Map<CompiledMapping, Translation>();
  const translated = (entry: ServiceEntry): { readonly neutral: Translation['neutral']; readonly revisions: readonly Revision[] } => {
    if (entry.home.passthrough === true) return { neutral: passthrough.neutral, revisions: [{ translation: passthrough, from: 0, to: Number.POSITIVE_INFINITY }] };
    const revisions = compiler.revisionsOf(entry).map((mapping, at, all) => {
      const translation = made.get(mapping) ?? makeTranslation(mapping.parts);
      made.set(mapping, translation);
      return { translation, from: mapping.file.effective, to: all[at + 1]?.file.effective ?? Number.POSITIVE_INFINITY };
    });
    const [first] = revisions;
    if (first === undefined) throw new CausewayError('internal', `${entry.service} was checked and has no mapping`);
    return { neutral: first.translation.neutral, revisions };
  };
  const imported = services.imported.map((entry) => ({ ...publicPart(entry), path: entry.path, ...translated(entry) }));
  const exported = services.exported.map((entry) => ({ ...publicPart(entry), ...translated(entry) }));
  return { sources: sourcesOf(files, country.toLowerCase(), compiler), identifiers, imported, exported };
}

function sourcesOf(files: MappingFiles, home: string, { sources }: Compiler): MappingSource[] {
  const mappings = [...sources.mappings].map(([name, { file: { id, revision } }]) => ({ path: `${name}.yaml`, mapping: { id, revision } }));
  const named = ['identifiers', 'services'].map((name) => ({ path: `${home}/${name}.yaml` }));
  return [...mappings, ...named].map((source) => ({ ...source, sha256: hashOf(files, source.path) }));
}

/** Reads, compiles and checks all that can be judged from the files of the folder alone. Never throws for what an operator wrote. */
export async function readCountry(files: MappingFiles, country: string, forms: DialectForms): Promise<Country> {
  const problems = new Problems();
  const home = country.toLowerCase();
  const [identifierSource, serviceSource] = ['identifiers.yaml', 'services.yaml'].map((name) => readSource(files, `${home}/${name}`, problems));
  const identifiers = identifierSource === undefined ? undefined : readIdentifiers(identifierSource, country);
  const sources = await readSources(files, home, forms, problems);
  const services = identifiers === undefined || serviceSource === undefined ? { imported: [], exported: [] } : readServices(serviceSource, identifiers, forms);
  const compiler = new Compiler(sources);
  const entries = [...services.imported, ...services.exported];
  for (const entry of entries) {
    await breathe();
    compiler.revisionsOf(entry);
  }
  for (const [name, { file }] of sources.mappings) if (!entries.some(({ mapping }) => mapping === file.id)) compiler.mappingFor(name, country);
  return { problems, identifiers, services, compiler, source: identifierSource };
}

async function readSources(files: MappingFiles, home: string, forms: DialectForms, problems: Problems): Promise<Sources> {
  const mappings = await readMappings(files, home, forms, problems);
  checkRevisions([...mappings.values()].map(({ file }) => file));
  const neutral = await readNeutral(files, problems);
  const marks = new Map([...neutral].map(([id, form]) => [id, readMarks(files, form, problems)]));
  return { problems, mappings, codelists: await readCodeLists(files, problems), neutral, marks };
}

function publicPart({ service, operation, home, purposes }: ServiceEntry): Pick<ServiceEntry, 'service' | 'operation' | 'home' | 'purposes'> {
  return { service, operation, home, purposes };
}

function readSource(files: MappingFiles, file: string, problems: Problems): SourceFile | undefined {
  const content = files.get(file);
  if (content instanceof Uint8Array) return problems.source(file, new TextDecoder().decode(content));
  problems.add(file, { line: 1, column: 1 }, 'cannot be read', content?.code ?? 'ENOENT');
  return undefined;
}

const FILE_KEYS = ['mapping', 'revision', 'effective', 'neutral', 'domestic', 'checks', 'request', 'response'];

/** By file, without its ending: `ee/company`, and `ee/company@4` for the revision that stands beside it. */
async function readMappings(files: MappingFiles, home: string, forms: DialectForms, problems: Problems): Promise<Sources['mappings']> {
  const mappings = new Map<string, { source: SourceFile; file: MappingFile }>();
  for (const name of namesIn(files, home, '.yaml')) {
    // A description of a service may lie beside its mapping.
    if (name === 'identifiers.yaml' || name === 'services.yaml' || name.endsWith('.openapi.yaml')) continue;
    await breathe();
    const source = readSource(files, `${home}/${name}`, problems);
    const fields = source === undefined ? undefined : readFields(source, [], source.value, FILE_KEYS);
    const file = fields === undefined ? undefined : readMappingFile(fields, forms);
    if (source === undefined || file === undefined) continue;
    const [stem = '', revision] = name.slice(0, -'.yaml'.length).split('@');
    if (file.id !== `${home}/${stem}`) file.fields.report(`the mapping must name itself "${home}/${stem}", as its file does`, undefined, 'mapping');
    if (revision !== undefined && revision !== String(file.revision)) file.fields.report(`the file's name says revision ${revision}`, undefined, 'revision');
    mappings.set(revision === undefined ? `${home}/${stem}` : `${home}/${stem}@${revision}`, { source, file });
  }
  return mappings;
}

/** Revisions of one mapping follow each other in time, and translate to one neutral form: the links pin it. */
function checkRevisions(files: readonly MappingFile[]): void {
  for (const revisions of Map.groupBy(files, ({ id }) => id).values()) {
    const sorted = revisions.toSorted((a, b) => a.revision - b.revision);
    for (const [at, file] of sorted.entries()) {
      const before = sorted[at - 1];
      if (before === undefined) continue;
      if (file.revision === before.revision) file.fields.report(`there are two files of revision ${file.revision}`, undefined, 'revision');
      else if (file.effective <= before.effective) file.fields.report(`revision ${file.revision} must be in force from a later time than revision ${before.revision}`, 'effective: "2026-01-31T06:00:00Z"', 'effective');
      if (file.neutral.subject !== before.neutral.subject || file.neutral.version !== before.neutral.version) file.fields.report(`revision ${before.revision} translates to ${before.neutral.subject}/${before.neutral.version}`, 'another neutral form is another mapping', 'neutral');
    }
  }
}

async function readCodeLists(files: MappingFiles, problems: Problems): Promise<Sources['codelists']> {
  const lists = new Map<string, { text: string; list: CodeList }>();
  for (const name of namesIn(files, 'codelists', '.yaml')) {
    await breathe();
    const source = readSource(files, `codelists/${name}`, problems);
    const id = name.slice(0, -'.yaml'.length);
    const list = source === undefined ? undefined : readCodeList(id, source);
    if (source !== undefined && list !== undefined) lists.set(id, { text: source.text, list });
  }
  return lists;
}

async function readNeutral(files: MappingFiles, problems: Problems): Promise<Sources['neutral']> {
  const forms = new Map<string, NeutralForm>();
  const compileNeutral = neutralCompiler();
  for (const subject of namesIn(files, 'neutral', '')) {
    for (const version of namesIn(files, `neutral/${subject}`, '')) {
      await breathe();
      const path = `neutral/${subject}/${version}`;
      const [request, response] = ['request', 'response'].map((kind) => readSchema(files, `${path}/${kind}.schema.json`, problems));
      if (request === undefined || response === undefined) continue;
      try {
        forms.set(`${subject}/${version}`, compileNeutral(subject, version, request, response));
      } catch (error) {
        problems.add(path, { line: 1, column: 1 }, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return forms;
}

function readSchema(files: MappingFiles, file: string, problems: Problems): Schema | undefined {
  const content = files.get(file);
  try {
    if (content instanceof Uint8Array) return JSON.parse(new TextDecoder().decode(content)) as Schema;
    problems.add(file, { line: 1, column: 1 }, 'cannot be read as JSON', content?.code ?? 'ENOENT');
  } catch (error) {
    problems.add(file, { line: 1, column: 1 }, 'cannot be read as JSON', error instanceof Error ? error.message : undefined);
  }
  return undefined;
}

/** A golden case, with the mapping that it is of. */
export interface SampleFile {
  readonly mapping: string;
  readonly source: SourceFile;
}

/** `<country>/samples/<mapping>/*.yaml`; what is not YAML is reported. */
export function readSamples(files: MappingFiles, country: string, problems: Problems): SampleFile[] {
  const base = `${country.toLowerCase()}/samples`;
  const samples: SampleFile[] = [];
  for (const mapping of namesIn(files, base, '')) {
    for (const name of namesIn(files, `${base}/${mapping}`, '.yaml')) {
      const source = readSource(files, `${base}/${mapping}/${name}`, problems);
      if (source !== undefined) samples.push({ mapping: `${country.toLowerCase()}/${mapping}`, source });
    }
  }
  return samples;
}

/** Countries that have a folder of their own. */
export async function countriesOf(folder: string): Promise<string[]> {
  return (await countryFolders(folder)).map((name) => name.toUpperCase());
}
