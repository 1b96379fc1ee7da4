/** Paths into a domestic form, read once at load: XML `p:name/name[key=value]/@attribute`, JSON `name[key=value].name` (docs/mapping-language.md). */

export interface Predicate {
  readonly step: Step;
  /** The text that the child has; undefined: the child is absent. */
  readonly value: string | undefined;
}

export interface Step {
  readonly name: string;
  /** Namespace that is written; for JSON and for attributes without a prefix ''. */
  readonly ns: string;
  /** Namespaces that are read: the written one and its aliases. */
  readonly accepted: readonly string[];
  readonly attribute: boolean;
  readonly predicates: readonly Predicate[];
  /** Zero-based position in a list. */
  readonly index: number | undefined;
  /** As written, for messages. */
  readonly text: string;
}

export interface Namespace {
  readonly uri: string;
  readonly aliases: readonly string[];
}

/** What a path may be made of: the form's separator and, for XML, its prefixes. */
export interface PathForm {
  readonly kind: 'xml' | 'json';
  readonly namespaces: ReadonlyMap<string, Namespace>;
}

const XML_STEP = /^(?<at>@)?(?:(?<prefix>[A-Za-z_][\w-]*):)?(?<name>[\p{L}_][\p{L}\p{N}._-]*)(?<brackets>(?:\[[^\]]*\])*)$/u;
const JSON_STEP = /^(?<name>[^.[\]@]+)(?<brackets>(?:\[[^\]]*\])*)$/u;

/** The steps of a path; `.` is none. Throws SyntaxError with what is wrong, for an operator. */
export function parsePath(text: string, form: PathForm): Step[] {
  if (text === '.') return [];
  const steps = splitOutsideBrackets(text, form.kind === 'xml' ? '/' : '.').map((part) => parseStep(part, form));
  if (steps.slice(0, -1).some((step) => step.attribute)) throw new SyntaxError(`an attribute ends a path: "${text}"`);
  return steps;
}

function splitOutsideBrackets(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    if (character === separator && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}

function parseStep(text: string, form: PathForm): Step {
  const groups = (form.kind === 'xml' ? XML_STEP : JSON_STEP).exec(text)?.groups;
  if (groups === undefined) throw new SyntaxError(`"${text}" is not a step of a path`);
  const { name = '', brackets = '' } = groups;
  const namespace = namespaceOf(groups['prefix'], form);
  const filters = [...brackets.matchAll(/\[([^\]]*)\]/g)].map((match) => (match[1] ?? '').trim());
  const positions = filters.filter((filter) => /^\d+$/.test(filter));
  if (positions.length > 1) throw new SyntaxError(`two positions in "${text}"`);
  return {
    name,
    ns: namespace.uri,
    accepted: [namespace.uri, ...namespace.aliases],
    attribute: groups['at'] !== undefined,
    predicates: filters.filter((filter) => !positions.includes(filter)).map((filter) => parsePredicate(filter, form)),
    index: positions[0] === undefined ? undefined : Number(positions[0]),
    text,
  };
}

function namespaceOf(prefix: string | undefined, form: PathForm): Namespace {
  if (prefix === undefined) return { uri: '', aliases: [] };
  const namespace = form.namespaces.get(prefix);
  if (namespace === undefined) throw new SyntaxError(`prefix "${prefix}" is not declared under domestic.namespaces`);
  return namespace;
}

function parsePredicate(filter: string, form: PathForm): Predicate {
  if (filter.startsWith('!')) return { step: parseStep(filter.slice(1), form), value: undefined };
  const at = filter.indexOf('=');
  if (at < 1) throw new SyntaxError(`"[${filter}]" is neither a position nor key=value nor !key`);
  return { step: parseStep(filter.slice(0, at), form), value: filter.slice(at + 1) };
}

/** Steps as one text, in the form's own spelling. */
export function pathText(steps: readonly Step[], kind: 'xml' | 'json'): string {
  return steps.map((step) => step.text).join(kind === 'xml' ? '/' : '.');
}
