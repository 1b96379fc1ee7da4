/**
 * `causeway mappings scaffold`: a first mapping out of the description of the domestic form and the neutral schema. It says every field of both, so that what is left to a
 * person is to pair them; a field that nobody decides on is dropped, and a required neutral field that nothing feeds is a problem at load.
 */
import { childrenOf, type Described, type Description } from './describe/description.ts';
import { itemsOf, schemaAt, type Kind, type Schema } from './neutral.ts';

export interface Draft {
  /** Name of the mapping, `ee/company`. */
  readonly id: string;
  /** `company/v1` */
  readonly neutral: string;
  readonly schemas: Readonly<Record<Kind, Schema>>;
  readonly description: Description;
  /** The description as the mapping names it. */
  readonly schema: string;
  readonly operation: string;
}

/** Deeper than any register nests; a type that holds itself ends here. */
const MAX_DEPTH = 12;
const UNDECIDED = 'not decided yet';

/** The text of the mapping file. */
export function draftMapping({ id, neutral, schemas, description, schema, operation }: Draft): string {
  const xml = description.request.kind === 'element';
  const writer = new Writer(xml);
  const sections = [...writer.section('request', description.request, schemas.request), ...writer.section('response', description.response, schemas.response)];
  return [
    `# Drafted from ${schema}. Each domestic field stands here once: give it a neutral field, "neutral: x, as: codec", or the reason why it is dropped.`,
    '# Codecs and rules: docs/mapping-language.md. Then: causeway mappings check.',
    `mapping: ${id}`,
    'revision: 1',
    `neutral: ${neutral}`,
    'domestic:',
    `  dialect: ${xml ? 'xroad-soap' : 'xroad-rest'}`,
    `  operation: ${operation}`,
    `  schema: ${schema}`,
    ...writer.namespaces(),
    'checks: warn',
    ...sections,
    '',
  ].join('\n');
}

interface NeutralField {
  readonly path: string;
  readonly required: boolean;
  readonly list: boolean;
  readonly schema: Schema;
}

class Writer {
  readonly #xml: boolean;
  readonly #prefixes = new Map<string, string>();

  constructor(xml: boolean) {
    this.#xml = xml;
  }

  /** Known once both sections are written. */
  namespaces(): string[] {
    return this.#prefixes.size === 0 ? [] : ['  namespaces:', ...[...this.#prefixes].map(([uri, prefix]) => `    ${prefix}: { uri: ${quoted(uri)} }`)];
  }

  section(kind: Kind, root: Described, schema: Schema): string[] {
    const fields = neutralFields(schema, schema);
    const outcomes = ((schemaAt(schema, ['outcome'])?.['enum'] ?? []) as readonly string[]).map(String);
    const list = fields.find((field) => field.list && itemFields(field).length > 0);
    const repeated = list === undefined ? undefined : this.#firstList(root, '', 0);
    const rules = this.#rules(root, '', repeated, list, fields, 0);
    return [
      `# Neutral fields of the ${kind}: ${fields.map(named).join(', ')}`,
      `${kind}:`,
      ...(this.#xml ? [`  root: ${this.#spell(root)}`] : []),
      ...(outcomes.length === 0 || kind === 'request' ? ['  rules:', ...indent(rules, 4)] : this.#outcomes(outcomes, rules, repeated)),
    ];
  }

  /** Each outcome must have its case. By the first list, where there is one, found is told from not-found; else a person says by what. */
  #outcomes(outcomes: readonly string[], rules: readonly string[], repeated: string | undefined): string[] {
    const known = quoted(repeated ?? '.');
    return ['  # How does the register say each outcome? match: { path: value }, present: [path] or absent: [path].', '  outcomes:', ...outcomes.flatMap((outcome, at) => [
      `    - outcome: ${outcome}`,
      `      ${at === 0 ? 'present' : 'absent'}: [${known}]`,
      ...(at === 0 ? ['      rules:', ...indent(rules, 8)] : []),
    ])];
  }

  /** A rule for each field below `node`; the list `repeated` is paired with the neutral one. */
  #rules(node: Described, base: string, repeated: string | undefined, list: NeutralField | undefined, fields: readonly NeutralField[], depth: number): string[] {
    return this.#childrenOf(node).flatMap(({ child, required }) => {
      const path = this.#join(base, child);
      const inner = child.items?.() ?? child;
      const isList = child.items !== undefined || child.max > 1;
      if (isList && path === repeated && list !== undefined) {
        const items = itemFields(list);
        return [`- each: { domestic: ${quoted(path)}, neutral: ${list.path} }  # of each item: ${items.map(named).join(', ')}`, '  rules:', ...indent(this.#rules(inner, '', undefined, undefined, items, depth + 1), 4)];
      }
      if (isList || depth > MAX_DEPTH || this.#childrenOf(inner).length === 0) return [line(path, child, required && !isList, isList ? undefined : fields)];
      return [...(child.value === undefined ? [] : [line(path, child, required, fields)]), ...this.#rules(inner, path, repeated, list, fields, depth + 1)];
    });
  }

  /** The list that stands first, for the neutral list. */
  #firstList(node: Described, base: string, depth: number): string | undefined {
    if (depth > MAX_DEPTH) return undefined;
    for (const { child } of this.#childrenOf(node)) {
      const path = this.#join(base, child);
      if (child.items !== undefined || child.max > 1) return path;
      const found = this.#firstList(child, path, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #childrenOf(node: Described): { child: Described; required: boolean }[] {
    return [...childrenOf(node).map(({ node: child, required }) => ({ child, required })), ...node.content().attributes.map((child) => ({ child, required: child.min > 0 }))];
  }

  #join(base: string, child: Described): string {
    const step = child.kind === 'attribute' ? `@${this.#spell(child)}` : this.#spell(child);
    return base === '' ? step : `${base}${this.#xml ? '/' : '.'}${step}`;
  }

  #spell({ name, ns }: Described): string {
    if (ns === '') return name;
    const prefix = this.#prefixes.get(ns) ?? `n${this.#prefixes.size + 1}`;
    this.#prefixes.set(ns, prefix);
    return `${prefix}:${name}`;
  }
}

/** The rule of one field: paired where a neutral field has the very name, dropped until somebody decides else. */
function line(path: string, { value, name }: Described, required: boolean, fields: readonly NeutralField[] | undefined): string {
  const same = fields?.filter((field) => !field.list && field.path.split('.').at(-1)?.toLowerCase() === name.toLowerCase()) ?? [];
  const [only] = same;
  const comment = `# ${[value?.name ?? 'fields', required ? 'required' : 'optional'].join(', ')}`;
  if (only === undefined || same.length > 1) return `- { domestic: ${quoted(path)}, drop: ${UNDECIDED} }  ${comment}`;
  const as = value?.base === 'date' ? ', as: date' : '';
  return `- { domestic: ${quoted(path)}, neutral: ${only.path}${as}${required ? '' : ', optional: true'} }  ${comment}`;
}

/** Fields that hold values, and lists; `outcome` is not fed by rules. */
function neutralFields(root: Schema, schema: Schema, base = '', required = true): NeutralField[] {
  const needed = (schema['required'] ?? []) as readonly string[];
  return Object.keys((schema['properties'] as object | undefined) ?? {}).flatMap((name) => {
    const inner = schemaAt(root, [name], schema);
    const path = base === '' ? name : `${base}.${name}`;
    if (inner === undefined || path === 'outcome') return [];
    const here = required && needed.includes(name);
    const items = itemsOf(root, inner);
    if (items !== undefined) return [{ path, required: here, list: true, schema: { ...items, $defs: root['$defs'] } }];
    return inner['properties'] === undefined ? [{ path, required: here, list: false, schema: inner }] : neutralFields(root, inner, path, here);
  });
}

function itemFields({ schema }: NeutralField): NeutralField[] {
  return neutralFields(schema, schema);
}

function named({ path, required, list }: NeutralField): string {
  return `${path}${list ? '[]' : ''}${required ? ' (required)' : ''}`;
}

function indent(lines: readonly string[], by: number): string[] {
  return lines.map((one) => `${' '.repeat(by)}${one}`);
}

/** A YAML scalar: bare where it cannot be mistaken. */
function quoted(text: string): string {
  return /^[\p{L}_][\p{L}\p{N}_/.@-]*(?::[\p{L}\p{N}_/.@-]+)*$/u.test(text) ? text : JSON.stringify(text);
}
