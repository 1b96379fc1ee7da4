/** Reads a country's mappings from disk, checks everything, and compiles what the services use. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import { readCodeList } from './codelists.ts';
import type { CodeList } from './codecs/codec.ts';
import type { Watch } from './compiled.ts';
import { readFields } from './fields.ts';
import { compile, Compiler, type CompiledMapping, type Sources } from './compiler.ts';
import { readIdentifiers, type Identifiers } from './identifiers.ts';
import type { DialectForms, LoadMappings, Translation } from './mappings.ts';
import { neutralCompiler, type NeutralForm, type Schema } from './neutral.ts';
import { readPersonal, type IsPersonal } from './personal.ts';
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
  const sources = await readSources(folder, id.split('/')[0] ?? '', forms, problems);
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

/** Which fields of a neutral form are personal (personal.ts). Throws `config-invalid` with every problem in its marks. */
export async function loadPersonal(folder: string, form: NeutralForm): Promise<IsPersonal> {
  const problems = new Problems();
  const isPersonal = await readMarks(folder, form, problems);
  problems.throwIfAny();
  return isPersonal;
}

/** As loadPersonal; what is wrong with the marks is reported. */
export async function readMarks(folder: string, form: NeutralForm, problems: Problems): Promise<IsPersonal> {
  const path = `neutral/${form.ref.schema}/${form.ref.version}`;
  const marked = (await names(join(folder, path), 'personal.yaml')).length > 0;
  return readPersonal(marked ? await readSource(folder, `${path}/personal.yaml`, problems) : undefined, form);
}

/** What services.yaml of each country holds, unchecked: to find the mapping of a service by (explain/find-mapping.ts). */
export async function loadServiceLists(folder: string): Promise<readonly unknown[]> {
  const countries = (await names(folder, '')).filter((name) => /^[a-z]{2}$/.test(name));
  const sources = await Promise.all(countries.map((country) => readSource(folder, `${country}/services.yaml`, new Problems())));
  return sources.map((source) => source?.value);
}

/** See LoadMappings. `country` is ISO 3166-1 alpha-2, upper case; its folder is the same in small letters. */
export const loadMappings: LoadMappings = async (folder, country, forms) => {
  const { problems, identifiers, services, compiler } = await readCountry(folder, country, forms);
  problems.throwIfAny();
  if (identifiers === undefined) throw new CausewayError('config-invalid', `${country}: no identifiers`);
  const made = new Map<CompiledMapping, Translation>();
  const translation = (entry: ServiceEntry): Translation | undefined => {
    const mapping = compiler.mappingOf(entry);
    if (mapping !== undefined && !made.has(mapping)) made.set(mapping, makeTranslation(mapping.parts));
    return mapping === undefined ? undefined : made.get(mapping);
  };
  const imported = services.imported.map((entry) => ({ ...publicPart(entry), path: entry.path, translation: translation(entry) }));
  const exported = services.exported.map((entry) => ({ ...publicPart(entry), translation: translation(entry) }));
  return { identifiers, imported: imported.flatMap(complete), exported: exported.flatMap(complete) };
};

/** Reads, compiles and checks all that can be judged from the files of the folder alone. Never throws for what an operator wrote. */
export async function readCountry(folder: string, country: string, forms: DialectForms): Promise<Country> {
  const problems = new Problems();
  const home = country.toLowerCase();
  const [identifierSource, serviceSource] = await Promise.all(['identifiers.yaml', 'services.yaml'].map((name) => readSource(folder, `${home}/${name}`, problems)));
  const identifiers = identifierSource === undefined ? undefined : readIdentifiers(identifierSource, country);
  const sources = await readSources(folder, home, forms, problems);
  const services = identifiers === undefined || serviceSource === undefined ? { imported: [], exported: [] } : readServices(serviceSource, identifiers, forms);
  const compiler = new Compiler(sources);
  const entries = [...services.imported, ...services.exported];
  for (const entry of entries) compiler.mappingOf(entry);
  for (const id of sources.mappings.keys()) if (!entries.some(({ mapping }) => mapping === id)) compiler.mappingFor(id, country);
  return { problems, identifiers, services, compiler, source: identifierSource };
}

async function readSources(folder: string, home: string, forms: DialectForms, problems: Problems): Promise<Sources> {
  const [mappings, codelists, neutral] = await Promise.all([readMappings(folder, home, forms, problems), readCodeLists(folder, problems), readNeutral(folder, problems)]);
  return { problems, mappings, codelists, neutral };
}

function publicPart({ service, operation, home, purposes }: ServiceEntry): Pick<ServiceEntry, 'service' | 'operation' | 'home' | 'purposes'> {
  return { service, operation, home, purposes };
}

function complete<E extends { translation: Translation | undefined }>(entry: E): (E & { translation: Translation })[] {
  const { translation } = entry;
  return translation === undefined ? [] : [{ ...entry, translation }];
}

async function readSource(folder: string, file: string, problems: Problems): Promise<SourceFile | undefined> {
  try {
    return problems.source(file, await readFile(join(folder, file), 'utf8'));
  } catch (error) {
    problems.add(file, { line: 1, column: 1 }, 'cannot be read', error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined);
    return undefined;
  }
}

async function names(folder: string, ending: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  } catch {
    return [];
  }
}

async function readMappings(folder: string, home: string, forms: DialectForms, problems: Problems): Promise<Sources['mappings']> {
  const mappings = new Map<string, { source: SourceFile; file: MappingFile }>();
  for (const name of await names(join(folder, home), '.yaml')) {
    // A description of a service may lie beside its mapping.
    if (name === 'identifiers.yaml' || name === 'services.yaml' || name.endsWith('.openapi.yaml')) continue;
    const source = await readSource(folder, `${home}/${name}`, problems);
    const fields = source === undefined ? undefined : readFields(source, [], source.value, ['mapping', 'revision', 'neutral', 'domestic', 'checks', 'request', 'response']);
    const file = fields === undefined ? undefined : readMappingFile(fields, forms);
    const id = `${home}/${name.slice(0, -'.yaml'.length)}`;
    if (source === undefined || file === undefined) continue;
    if (file.id !== id) file.fields.report(`the mapping must name itself "${id}", as its file does`, undefined, 'mapping');
    mappings.set(id, { source, file });
  }
  return mappings;
}

async function readCodeLists(folder: string, problems: Problems): Promise<Sources['codelists']> {
  const lists = new Map<string, { text: string; list: CodeList }>();
  for (const name of await names(join(folder, 'codelists'), '.yaml')) {
    const source = await readSource(folder, `codelists/${name}`, problems);
    const id = name.slice(0, -'.yaml'.length);
    const list = source === undefined ? undefined : readCodeList(id, source);
    if (source !== undefined && list !== undefined) lists.set(id, { text: source.text, list });
  }
  return lists;
}

async function readNeutral(folder: string, problems: Problems): Promise<Sources['neutral']> {
  const forms = new Map<string, NeutralForm>();
  const compileNeutral = neutralCompiler();
  for (const subject of await names(join(folder, 'neutral'), '')) {
    for (const version of await names(join(folder, 'neutral', subject), '')) {
      const path = `neutral/${subject}/${version}`;
      const [request, response] = await Promise.all(['request', 'response'].map((kind) => readSchema(folder, `${path}/${kind}.schema.json`, problems)));
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

async function readSchema(folder: string, file: string, problems: Problems): Promise<Schema | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8')) as Schema;
  } catch (error) {
    problems.add(file, { line: 1, column: 1 }, 'cannot be read as JSON', error instanceof Error ? error.message : undefined);
    return undefined;
  }
}

/** A golden case, with the mapping that it is of. */
export interface SampleFile {
  readonly mapping: string;
  readonly source: SourceFile;
}

/** `<country>/samples/<mapping>/*.yaml`; what is not YAML is reported. */
export async function readSamples(folder: string, country: string, problems: Problems): Promise<SampleFile[]> {
  const base = `${country.toLowerCase()}/samples`;
  const files: SampleFile[] = [];
  for (const mapping of await names(join(folder, base), '')) {
    for (const name of await names(join(folder, base, mapping), '.yaml')) {
      const source = await readSource(folder, `${base}/${mapping}/${name}`, problems);
      if (source !== undefined) files.push({ mapping: `${country.toLowerCase()}/${mapping}`, source });
    }
  }
  return files;
}

/** Countries that have a folder of their own. */
export async function countriesOf(folder: string): Promise<string[]> {
  return (await names(folder, '')).filter((name) => /^[a-z]{2}$/.test(name)).map((name) => name.toUpperCase());
}
