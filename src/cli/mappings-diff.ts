/** `causeway mappings diff`: which outputs a changed mapping changes, over neutral documents that were recorded. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CausewayError } from '../errors.ts';
import { compareRevisions, type Comparison } from '../mapping/explain/compare.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { loadExplainer, type Explainer } from '../mapping/explain/explain.ts';
import { findMapping } from '../mapping/explain/find-mapping.ts';
import type { Kind } from '../mapping/neutral.ts';
import type { JsonValue, MappingRef } from '../stages.ts';
import { parseJson, readOperatorsFile } from './mappings-message.ts';
import { table, text } from './mappings-render.ts';

export interface DiffOptions {
  /** A file with one neutral document, a list of them or one a line; or a folder of such files. */
  readonly over: string;
  readonly of?: string;
  readonly kind?: Kind;
  readonly showPersonalDataOnThisTerminal?: boolean;
}

export interface MappingDiff {
  readonly old: MappingRef;
  readonly new: MappingRef;
  readonly documents: readonly ({ readonly document: string; readonly kind: Kind } & Comparison)[];
}

/** `old` and `new` are mapping files, each in its own mappings folder (`a/mappings/ee/person.yaml`), with the code lists and schemas that are there. */
export async function diffMappings(old: string, next: string, options: DiffOptions): Promise<MappingDiff> {
  const [before, after] = await Promise.all([old, next].map((file) => explainerOf(file, options)));
  if (before === undefined || after === undefined) throw new CausewayError('internal', 'two mappings are compared');
  const documents = documentsOf(options.over).map(({ name, value }) => {
    const kind = options.kind ?? kindOf(name, value, [after, before]);
    return { document: name, kind, ...compareRevisions(before, after, kind, value) };
  });
  return { old: before.loaded.parts.ref, new: after.loaded.parts.ref, documents };
}

async function explainerOf(file: string, { of: asked, showPersonalDataOnThisTerminal }: DiffOptions): Promise<Explainer> {
  readOperatorsFile(file);
  const country = dirname(resolve(file));
  const id = `${basename(country)}/${basename(file, '.yaml')}`;
  const folder = dirname(country);
  const { of } = await findMapping(folder, { service: id, ...(asked === undefined ? {} : { of: asked }) });
  return loadExplainer(folder, id, of, { forms: DIALECT_FORMS, showPersonal: showPersonalDataOnThisTerminal === true });
}

interface Recorded {
  readonly name: string;
  readonly value: JsonValue;
}

function documentsOf(over: string): Recorded[] {
  const files = statSync(over, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(over).filter((name) => /\.jsonl?$/.test(name)).sort().map((name) => join(over, name)) : [over];
  const documents = files.flatMap(readDocuments);
  if (documents.length === 0) throw new CausewayError('config-invalid', `${over}: no neutral documents (*.json, *.jsonl)`);
  return documents;
}

function readDocuments(file: string): Recorded[] {
  const content = readOperatorsFile(file).toString('utf8');
  if (file.endsWith('.jsonl')) return content.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [{ name: `${file}:${at + 1}`, value: parseJson(line) }]));
  const value = parseJson(content);
  return Array.isArray(value) ? (value as readonly JsonValue[]).map((item, at) => ({ name: `${file}[${at}]`, value: item })) : [{ name: file, value }];
}

function kindOf(name: string, value: JsonValue, explainers: readonly Explainer[]): Kind {
  for (const { loaded } of explainers) for (const kind of ['request', 'response'] as const) if (loaded.parts.neutral.check(kind, value) === undefined) return kind;
  throw new CausewayError('config-invalid', `${name}: fits neither the request nor the response of the neutral form: say --kind`);
}

const TITLES: Record<Comparison['became'], string> = { 'same': 'the same', 'changed': 'changed', 'refused': 'refused by the new', 'accepted': 'refused by the old alone', 'still-refused': 'refused by both' };

/** What changed, document by document, then the counts. */
export function renderDiff({ old, new: next, documents }: MappingDiff): string {
  const counts = Object.entries(TITLES).flatMap(([became, title]) => {
    const count = documents.filter((one) => one.became === became).length;
    return count === 0 ? [] : [`${count} ${title}`];
  });
  return [...documents.filter(({ became }) => became !== 'same').flatMap(renderComparison), `${old.id} revision ${old.revision} to ${next.revision}, over ${documents.length} documents: ${counts.join(', ')}`].join('\n');
}

function renderComparison({ document, became, changes, refused, newlyLost }: MappingDiff['documents'][number]): string[] {
  return [
    `${document}: ${TITLES[became]}${refused === undefined ? '' : `, at ${refused.field}: ${refused.expected}`}`,
    ...table(changes.map((change) => ['', change.path, `${shown(change.old)} → ${shown(change.new)}`])),
    ...newlyLost.map((field) => `  now lost: ${field}`),
    '',
  ];
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '(absent)' : text(value);
}
