/** The forms that the mapping bench translates: their fields, a mappings folder for them, and a document of each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const NS = 'urn:bench';
/** What stands in a field, by turns: a text, a day, a number with its country, an amount, a code. */
export const KINDS = ['text', 'date', 'id', 'amount', 'code'] as const;
export type FieldKind = (typeof KINDS)[number];

export const CODES: Readonly<Record<string, string>> = { M: 'male', N: 'female', X: 'other' };

export interface Form {
  readonly name: string;
  /** Names of the fields of one item; `a0`, `a1` … domestic, `n0`, `n1` … neutral. */
  readonly fields: readonly FieldKind[];
  /** Items of the list; undefined: the fields stand side by side in the root. */
  readonly items: number | undefined;
}

const fields = (count: number): FieldKind[] => Array.from({ length: count }, (_, at) => KINDS[at % KINDS.length] ?? 'text');

export const FORMS: readonly Form[] = [
  { name: '20 fields', fields: fields(20), items: undefined },
  { name: '500 fields in 25 items', fields: fields(20), items: 25 },
  { name: '500 fields side by side', fields: fields(500), items: undefined },
];

const AS: Record<FieldKind, string> = { text: '', date: ', as: date(dd.mm.yyyy)', id: ", as: 'prefixed(\"EE:\")'", amount: ', as: decimal(2)', code: ', as: codelist(bench)' };
const SCHEMA: Record<FieldKind, object> = {
  text: { type: 'string', maxLength: 100 },
  date: { type: 'string', format: 'date' },
  id: { type: 'string', pattern: '^[A-Z]{2}:[^\\s:]{1,64}$' },
  amount: { type: 'string', pattern: '^-?[0-9]+\\.[0-9]{2}$' },
  code: { type: 'string', enum: Object.values(CODES) },
};
const DOMESTIC: Record<FieldKind, string> = { text: 'Pärnu maantee 7–12', date: '09.05.1968', id: '36805280109', amount: '1850.50', code: 'N' };
const NEUTRAL: Record<FieldKind, string> = { text: 'Pärnu maantee 7–12', date: '1968-05-09', id: 'EE:36805280109', amount: '1850.50', code: 'female' };

/** Writes `mappings/` for all forms, each in XML (`xx/x<n>`) and in JSON (`xx/j<n>`). */
export function writeMappings(folder: string): void {
  mkdirSync(join(folder, 'xx'), { recursive: true });
  mkdirSync(join(folder, 'codelists'), { recursive: true });
  writeFileSync(join(folder, 'codelists/bench.yaml'), `codelist: bench\ntitle: for the bench\ncodes: ${JSON.stringify(CODES)}\n`);
  for (const [at, form] of FORMS.entries()) {
    const neutral = join(folder, `neutral/bench-${at}/v1`);
    mkdirSync(neutral, { recursive: true });
    writeFileSync(join(neutral, 'request.schema.json'), '{ "type": "object" }');
    writeFileSync(join(neutral, 'response.schema.json'), JSON.stringify(schemaOf(form)));
    for (const xml of [true, false]) writeFileSync(join(folder, `xx/${xml ? 'x' : 'j'}${at}.yaml`), mappingOf(form, at, xml));
  }
}

function schemaOf({ fields: kinds, items }: Form): object {
  const names = kinds.map((_, at) => `n${at}`);
  const one = { type: 'object', additionalProperties: false, required: names, properties: Object.fromEntries(kinds.map((kind, at) => [`n${at}`, SCHEMA[kind]])) };
  return items === undefined ? one : { type: 'object', additionalProperties: false, required: ['items'], properties: { items: { type: 'array', items: one } } };
}

function mappingOf({ fields: kinds, items }: Form, at: number, xml: boolean): string {
  const prefix = xml ? 'b:' : '';
  const rules = kinds.map((kind, field) => `    - { domestic: "${prefix}a${field}", neutral: n${field}${AS[kind]} }`);
  return [
    `mapping: xx/${xml ? 'x' : 'j'}${at}`,
    'revision: 1',
    `neutral: bench-${at}/v1`,
    `domestic: { dialect: ${xml ? 'xroad-soap' : 'xroad-rest'}, operation: bench, namespaces: { b: { uri: "${NS}" } } }`,
    `request: { ${xml ? 'root: b:question, ' : ''}rules: [] }`,
    'response:',
    ...(xml ? ['  root: b:answer'] : []),
    '  rules:',
    ...(items === undefined ? rules : [`    - each: { domestic: "${prefix}item", neutral: items }`, '      rules:', ...rules.map((rule) => `    ${rule}`)]),
  ].join('\n');
}

/** The neutral document of a form. */
export function neutralOf({ fields: kinds, items }: Form): Record<string, unknown> {
  const one = Object.fromEntries(kinds.map((kind, at) => [`n${at}`, NEUTRAL[kind]]));
  return items === undefined ? one : { items: Array.from({ length: items }, () => ({ ...one })) };
}

export function jsonOf({ fields: kinds, items }: Form): Record<string, unknown> {
  const one = Object.fromEntries(kinds.map((kind, at) => [`a${at}`, DOMESTIC[kind]]));
  return items === undefined ? one : { item: Array.from({ length: items }, () => ({ ...one })) };
}

export function xmlOf({ fields: kinds, items }: Form): string {
  const one = kinds.map((kind, at) => `<b:a${at}>${DOMESTIC[kind]}</b:a${at}>`).join('');
  return `<b:answer xmlns:b="${NS}">${items === undefined ? one : `<b:item>${one}</b:item>`.repeat(items)}</b:answer>`;
}
