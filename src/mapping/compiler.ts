/** Mappings that were read, compiled for the countries whose services use them. */
import { createHash } from 'node:crypto';
import type { MappingRef } from '../stages.ts';
import type { CodeList } from './codecs/codec.ts';
import type { Watch } from './compiled.ts';
import { compileFace } from './face.ts';
import type { NeutralForm } from './neutral.ts';
import { UNMARKED, type Marks } from './personal.ts';
import type { Problems, SourceFile } from './problems.ts';
import type { MappingFile } from './rules.ts';
import { operationText, type ServiceEntry } from './services.ts';
import type { TranslationParts } from './translation.ts';

/** Everything of a mappings folder that one country needs, read and not yet compiled. */
export interface Sources {
  readonly problems: Problems;
  /** By file: `ee/company`, `ee/company@4` (load.ts). */
  readonly mappings: ReadonlyMap<string, { readonly source: SourceFile; readonly file: MappingFile }>;
  readonly codelists: ReadonlyMap<string, { readonly text: string; readonly list: CodeList }>;
  readonly neutral: ReadonlyMap<string, NeutralForm>;
  /** What is marked in them, by the same names. */
  readonly marks: ReadonlyMap<string, Marks>;
}

/** A mapping as its services use it: compiled for their country. */
export interface CompiledMapping {
  readonly file: MappingFile;
  /** What `$country` stands for. */
  readonly country: string;
  readonly parts: TranslationParts;
}

/** One compilation per mapping and country of the service, whatever the number of services. */
export class Compiler {
  readonly sources: Sources;
  readonly #made = new Map<string, CompiledMapping | undefined>();
  readonly #checked = new Set<ServiceEntry>();

  constructor(sources: Sources) {
    this.sources = sources;
  }

  /** Undefined, with its problems reported, when there is no such mapping or nothing can be made of it. */
  mappingFor(name: string, country: string): CompiledMapping | undefined {
    const file = this.sources.mappings.get(name)?.file;
    const key = `${name} ${country}`;
    if (file !== undefined && !this.#made.has(key)) {
      const parts = compile(this.sources, name, file, country);
      this.#made.set(key, parts === undefined ? undefined : { file, country, parts });
    }
    return this.#made.get(key);
  }

  /** All revisions of a service's mapping, in the order in which they are in force; that service and mapping go together is checked once. None where its messages cross unmapped. */
  revisionsOf(entry: ServiceEntry): CompiledMapping[] {
    if (entry.home.passthrough === true) return [];
    const files = [...this.sources.mappings].filter(([, { file }]) => file.id === entry.mapping).sort(([, a], [, b]) => a.file.effective - b.file.effective);
    if (!this.#checked.has(entry)) checkEntry(entry, files.map(([, { file }]) => file), this.sources);
    this.#checked.add(entry);
    return files.flatMap(([name]) => this.mappingFor(name, entry.country) ?? []);
  }

  compiled(): CompiledMapping[] {
    return [...this.#made.values()].filter((one) => one !== undefined);
  }
}

/** A service and its mapping are of one dialect and operation. */
function checkEntry(entry: ServiceEntry, files: readonly MappingFile[], { mappings }: Sources): void {
  if (files.length === 0) return entry.fields.report(`no mapping "${entry.mapping}"`, `known: ${[...new Set([...mappings.values()].map(({ file }) => file.id))].join(', ')}`, 'mapping');
  for (const file of files) {
    if (file.dialect !== entry.home.dialect) entry.fields.report(`mapping ${file.id} is for ${file.dialect}`, undefined, 'mapping');
    if (file.operation !== operationText(entry.home.operation)) entry.fields.report(`mapping ${file.id} is for "${file.operation}"`, undefined, 'mapping');
  }
}

/** Undefined, with its problem reported, when its neutral form is not there. `watch` looks at the rules while they work. */
export function compile(sources: Sources, name: string, file: MappingFile, country: string, watch?: Watch): TranslationParts | undefined {
  const form = `${file.neutral.subject}/${file.neutral.version}`;
  const neutral = sources.neutral.get(form);
  if (neutral === undefined) {
    file.fields.report(`no neutral schema "${form}"`, `known: ${[...sources.neutral.keys()].join(', ')}`, 'neutral');
    return undefined;
  }
  const used = new Set<string>();
  const codelist = (name: string): CodeList | undefined => (used.add(name), sources.codelists.get(name)?.list);
  const face = compileFace(file, neutral, { codecs: { codelist, checks: file.checks }, country, ...(watch === undefined ? {} : { watch }) });
  return { ref: mappingRef(sources, name, file, used), neutral, face, subjects: (sources.marks.get(form) ?? UNMARKED).subjects };
}

/** The hash that `sha256sum ee/person.yaml codelists/….yaml | sha256sum` gives in the mappings folder: the mapping first, its code lists by name. */
function mappingRef(sources: Sources, stem: string, file: MappingFile, codelists: ReadonlySet<string>): MappingRef {
  const files = [[`${stem}.yaml`, sources.mappings.get(stem)?.source.text ?? ''], ...[...codelists].sort().map((name) => [`codelists/${name}.yaml`, sources.codelists.get(name)?.text ?? ''])];
  const manifest = files.map(([name = '', text = '']) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`).join('');
  return { id: file.id, revision: file.revision, sha256: createHash('sha256').update(manifest).digest('base64url') };
}
