/** Reads a country's mappings from disk, checks everything, and compiles what the services use. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import type { MappingRef } from '../stages.ts';
import { readCodeList } from './codelists.ts';
import type { CodeList } from './codecs/codec.ts';
import type { Watch } from './compiled.ts';
import { compileFace } from './face.ts';
import { readFields } from './fields.ts';
import { readIdentifiers } from './identifiers.ts';
import type { LoadMappings, Translation } from './mappings.ts';
import { neutralCompiler, type NeutralForm, type Schema } from './neutral.ts';
import { Problems, type SourceFile } from './problems.ts';
import { readMappingFile } from './rule-reader.ts';
import type { MappingFile } from './rules.ts';
import { operationText, readServices, type ServiceEntry } from './services.ts';
import { makeTranslation, type TranslationParts } from './translation.ts';

/** Everything of a mappings folder that one country needs, read and not yet compiled. */
interface Sources {
  readonly problems: Problems;
  readonly mappings: ReadonlyMap<string, { readonly source: SourceFile; readonly file: MappingFile }>;
  readonly codelists: ReadonlyMap<string, { readonly text: string; readonly list: CodeList }>;
  readonly neutral: ReadonlyMap<string, NeutralForm>;
}

/**
 * One mapping on its own, compiled for services of `country`: what `mappings try` and the golden cases run. `id` as `ee/person`.
 * Throws `config-invalid` like loadMappings.
 */
export async function loadTranslation(folder: string, id: string, country: string): Promise<Translation> {
  return makeTranslation((await loadMapping(folder, id, country)).parts);
}

/** A mapping with what it was made of. */
export interface LoadedMapping {
  readonly parts: TranslationParts;
  readonly file: MappingFile;
}

/** As loadTranslation, for what works on bare data; `watch` looks at the rules of that file while they work. */
export async function loadMapping(folder: string, id: string, country: string, watch?: (source: SourceFile) => Watch): Promise<LoadedMapping> {
  const problems = new Problems();
  const sources = await readSources(folder, id.split('/')[0] ?? '', problems);
  const found = sources.mappings.get(id);
  const parts = found === undefined ? undefined : compile(sources, id, found.file, country, watch?.(found.source));
  problems.throwIfAny();
  if (parts === undefined || found === undefined) throw new CausewayError('config-invalid', `no mapping ${id}; known: ${[...sources.mappings.keys()].join(', ')}`);
  return { parts, file: found.file };
}

/** See LoadMappings. `country` is ISO 3166-1 alpha-2, upper case; its folder is the same in small letters. */
export const loadMappings: LoadMappings = async (folder, country) => {
  const problems = new Problems();
  const home = country.toLowerCase();
  const [identifierSource, serviceSource] = await Promise.all(['identifiers.yaml', 'services.yaml'].map((name) => readSource(folder, `${home}/${name}`, problems)));
  const identifiers = identifierSource === undefined ? undefined : readIdentifiers(identifierSource, country);
  const sources = await readSources(folder, home, problems);
  if (identifiers === undefined || serviceSource === undefined) {
    problems.throwIfAny();
    throw new CausewayError('config-invalid', `${home}: no identifiers`);
  }
  const services = readServices(serviceSource, identifiers);
  const translate = translator(sources);
  const imported = services.imported.map((entry) => ({ ...publicPart(entry), path: entry.path, translation: translate(entry) }));
  const exported = services.exported.map((entry) => ({ ...publicPart(entry), translation: translate(entry) }));
  for (const [id, { file }] of sources.mappings) if (![...services.imported, ...services.exported].some(({ mapping }) => mapping === id)) compile(sources, id, file, country);
  problems.throwIfAny();
  return { identifiers, imported: imported.flatMap(complete), exported: exported.flatMap(complete) };
};

async function readSources(folder: string, home: string, problems: Problems): Promise<Sources> {
  const [mappings, codelists, neutral] = await Promise.all([readMappings(folder, home, problems), readCodeLists(folder, problems), readNeutral(folder, problems)]);
  return { problems, mappings, codelists, neutral };
}

function publicPart({ service, operation, home }: ServiceEntry): Pick<ServiceEntry, 'service' | 'operation' | 'home'> {
  return { service, operation, home };
}

function complete<E extends { translation: Translation | undefined }>(entry: E): (E & { translation: Translation })[] {
  const { translation } = entry;
  return translation === undefined ? [] : [{ ...entry, translation }];
}

/** One compilation per mapping and country of the service, whatever the number of services. */
function translator(sources: Sources): (entry: ServiceEntry) => Translation | undefined {
  const made = new Map<string, Translation | undefined>();
  return (entry) => {
    const found = sources.mappings.get(entry.mapping);
    if (found === undefined) {
      entry.fields.report(`no mapping "${entry.mapping}"`, `known: ${[...sources.mappings.keys()].join(', ')}`, 'mapping');
      return undefined;
    }
    const { file } = found;
    if (file.dialect !== entry.home.dialect) entry.fields.report(`mapping ${file.id} is for ${file.dialect}`, undefined, 'mapping');
    if (file.operation !== operationText(entry.home.operation)) entry.fields.report(`mapping ${file.id} is for "${file.operation}"`, undefined, 'mapping');
    const key = `${entry.mapping} ${entry.country}`;
    if (!made.has(key)) made.set(key, translationOf(compile(sources, entry.mapping, file, entry.country)));
    return made.get(key);
  };
}

function translationOf(parts: TranslationParts | undefined): Translation | undefined {
  return parts === undefined ? undefined : makeTranslation(parts);
}

function compile(sources: Sources, id: string, file: MappingFile, country: string, watch?: Watch): TranslationParts | undefined {
  const neutral = sources.neutral.get(`${file.neutral.subject}/${file.neutral.version}`);
  if (neutral === undefined) {
    file.fields.report(`no neutral schema "${file.neutral.subject}/${file.neutral.version}"`, `known: ${[...sources.neutral.keys()].join(', ')}`, 'neutral');
    return undefined;
  }
  const used = new Set<string>();
  const codelist = (name: string): CodeList | undefined => (used.add(name), sources.codelists.get(name)?.list);
  const face = compileFace(file, neutral, { codecs: { codelist, checks: file.checks }, country, ...(watch === undefined ? {} : { watch }) });
  return { ref: mappingRef(sources, id, file, used), neutral, face };
}

/** The hash that `sha256sum ee/person.yaml codelists/….yaml | sha256sum` gives in the mappings folder: the mapping first, its code lists by name. */
function mappingRef(sources: Sources, id: string, file: MappingFile, codelists: ReadonlySet<string>): MappingRef {
  const files = [[`${id}.yaml`, sources.mappings.get(id)?.source.text ?? ''], ...[...codelists].sort().map((name) => [`codelists/${name}.yaml`, sources.codelists.get(name)?.text ?? ''])];
  const manifest = files.map(([name = '', text = '']) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`).join('');
  return { id: file.id, revision: file.revision, sha256: createHash('sha256').update(manifest).digest('base64url') };
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

async function readMappings(folder: string, home: string, problems: Problems): Promise<Sources['mappings']> {
  const mappings = new Map<string, { source: SourceFile; file: MappingFile }>();
  for (const name of await names(join(folder, home), '.yaml')) {
    if (name === 'identifiers.yaml' || name === 'services.yaml') continue;
    const source = await readSource(folder, `${home}/${name}`, problems);
    const fields = source === undefined ? undefined : readFields(source, [], source.value, ['mapping', 'revision', 'neutral', 'domestic', 'checks', 'request', 'response']);
    const file = fields === undefined ? undefined : readMappingFile(fields);
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
