/** Reads a mapping file into rules; everything that does not fit is reported with its line. */
import type { Fields } from './fields.ts';
import type { DialectForms } from './mappings.ts';
import { parsePath, type Namespace, type PathForm } from './path.ts';
import type { DomesticPath, Empty, MappingFile, NeutralPath, OutcomeCase, PairRule, Rule, Section } from './rules.ts';

const RULE_KEYS = ['domestic', 'neutral', 'as', 'optional', 'default', 'empty', 'space', 'one-way', 'constant', 'drop', 'echo', 'without', 'compute', 'from', 'each', 'at', 'max', 'rules', 'unlike-schema'];
/** Ends the neutral path of an `at` whose part is the only item of a list. */
const ONLY = '[0]';
const SECTION_KEYS = ['root', 'order', 'empty', 'rules'];
const CASE_KEYS = ['outcome', 'match', 'present', 'absent', 'write', 'rules', 'unlike-schema'];

/** Reads a mapping file; what does not fit is reported, and undefined is the answer when nothing can be made of it. */
export function readMappingFile(fields: Fields, forms: DialectForms): MappingFile | undefined {
  const neutral = /^([a-z][a-z0-9-]*)\/(v\d+)$/.exec(fields.string('neutral') ?? '');
  if (neutral === null) fields.report('"neutral" must name a schema', 'as company/v1', 'neutral');
  const domestic = fields.map('domestic', ['dialect', 'operation', 'namespaces', 'schema']);
  const dialect = domestic?.choice('dialect', Object.keys(forms));
  const kind = dialect === undefined ? undefined : forms[dialect];
  if (domestic === undefined || dialect === undefined || kind === undefined) {
    fields.report('"domestic" must have a dialect', Object.keys(forms).join(' or '), 'domestic');
    return undefined;
  }
  const form: PathForm = { kind, namespaces: readNamespaces(domestic) };
  const request = readSection(fields, 'request', form, false);
  const response = readSection(fields, 'response', form, true);
  if (neutral === null || request === undefined || response === undefined) return undefined;
  return {
    fields,
    id: required(fields, 'mapping'),
    revision: fields.number('revision') ?? missing(fields, 'revision', 0),
    effective: readEffective(fields),
    neutral: { subject: neutral[1] ?? '', version: neutral[2] ?? '' },
    dialect,
    operation: required(domestic, 'operation'),
    schema: readSchemaNames(domestic),
    checks: fields.choice('checks', ['off', 'warn', 'reject'] as const) ?? 'warn',
    requestForm: form,
    request,
    response,
  };
}

function readEffective(fields: Fields): number {
  const text = fields.string('effective');
  const time = text !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (text !== undefined && Number.isNaN(time)) fields.report('"effective" must be a time in UTC', 'as 2026-01-31T06:00:00Z', 'effective');
  return Number.isNaN(time) ? 0 : time;
}

function required(fields: Fields, key: string): string {
  return fields.string(key) ?? missing(fields, key, '');
}

function missing<T>(fields: Fields, key: string, instead: T): T {
  if (!fields.has(key)) fields.report(`"${key}" is missing`);
  return instead;
}

/** A file for both messages, or one for each. */
function readSchemaNames(domestic: Fields): MappingFile['schema'] {
  if (!domestic.isMap('schema')) return domestic.string('schema');
  const names = domestic.map('schema', ['request', 'response']);
  const [request, response] = [names?.string('request'), names?.string('response')];
  if (request === undefined || response === undefined) return domestic.report('"schema" needs a file for the request and one for the response', 'or one file that describes both', 'schema'), undefined;
  return { request, response };
}

function readNamespaces(domestic: Fields): Map<string, Namespace> {
  const declared = domestic.map('namespaces', 'any');
  const namespaces = new Map<string, Namespace>();
  for (const prefix of declared?.keys() ?? []) {
    const entry = declared?.map(prefix, ['uri', 'aliases']);
    const uri = entry?.string('uri');
    if (uri === undefined) declared?.report(`namespace "${prefix}" needs a uri`, undefined, prefix);
    else namespaces.set(prefix, { uri, aliases: entry?.strings('aliases') ?? [] });
  }
  return namespaces;
}

function readSection(file: Fields, key: 'request' | 'response', form: PathForm, outcomes: boolean): Section | undefined {
  const fields = file.map(key, outcomes ? [...SECTION_KEYS, 'outcomes'] : SECTION_KEYS);
  if (fields === undefined) return missing(file, key, undefined);
  const root = fields.string('root');
  if ((root === undefined) === (form.kind === 'xml')) fields.report(form.kind === 'xml' ? '"root" is missing' : 'a JSON form has no "root"', 'the element that is the payload');
  const empty = fields.choice('empty', ['kept', 'ignored', 'written'] as const) ?? 'kept';
  const reader = new RuleReader(form, empty);
  return {
    fields,
    root: root === undefined ? undefined : reader.path(fields, 'root', root).steps[0],
    order: (fields.strings('order') ?? []).map((text) => reader.path(fields, 'order', text)),
    rules: reader.rules(fields),
    outcomes: outcomes ? fields.list('outcomes', CASE_KEYS).map((one) => reader.outcome(one)) : [],
  };
}

class RuleReader {
  readonly #form: PathForm;
  readonly #empty: Empty;

  constructor(form: PathForm, empty: Empty) {
    this.#form = form;
    this.#empty = empty;
  }

  rules(fields: Fields): Rule[] {
    return fields.list('rules', RULE_KEYS).flatMap((one) => this.#rule(one) ?? []);
  }

  outcome(fields: Fields): OutcomeCase {
    reasonFor(fields, 'unlike-schema');
    const conditions = fields.map('match', 'any');
    const paths = (key: string): DomesticPath[] => (fields.strings(key) ?? []).map((text) => this.path(fields, key, text));
    return {
      fields,
      outcome: required(fields, 'outcome'),
      match: (conditions?.keys() ?? []).map((text) => ({ path: this.path(fields, 'match', text), values: (conditions?.isList(text) ? conditions.strings(text) : undefined) ?? [conditions?.scalar(text) ?? null] })),
      present: paths('present'),
      absent: paths('absent'),
      write: fields.scalars('write').map(([text, value]) => ({ path: this.path(fields, 'write', text), value })),
      rules: this.rules(fields),
    };
  }

  path(fields: Fields, key: string, text: string): DomesticPath {
    try {
      return { text, steps: parsePath(text, this.#form) };
    } catch (error) {
      fields.report(error instanceof Error ? error.message : String(error), undefined, key);
      return { text, steps: [] };
    }
  }

  #rule(fields: Fields): Rule | undefined {
    reasonFor(fields, 'unlike-schema');
    if (fields.has('each')) return this.#group(fields, 'each');
    if (fields.has('at')) return this.#group(fields, 'at');
    const domestic = this.#domestic(fields);
    const neutralText = fields.string('neutral');
    const neutral = neutralText === undefined ? undefined : neutralPath(neutralText);
    if (fields.has('echo') && domestic[0] !== undefined) return this.#only(fields, ['domestic', 'echo', 'without'], { kind: 'echo', fields, domestic: domestic[0], from: fields.string('echo') ?? '', without: fields.strings('without') ?? [] });
    if (fields.has('compute') && neutral !== undefined) return this.#only(fields, ['neutral', 'compute', 'from'], { kind: 'compute', fields, neutral, expression: fields.string('compute') ?? '', from: (fields.strings('from') ?? []).map((text) => this.path(fields, 'from', text)) });
    if (fields.has('drop')) return this.#drop(fields, domestic, neutral);
    if (fields.has('constant')) return this.#constant(fields, domestic[0], neutral);
    if (domestic.length === 0 || neutral === undefined) {
      fields.report('a rule needs both "domestic" and "neutral"', 'or one of them with constant, drop, echo or compute');
      return undefined;
    }
    return this.#only(fields, ['domestic', 'neutral', 'as', 'optional', 'default', 'empty', 'space', 'one-way'], this.#pair(fields, domestic, neutral));
  }

  #pair(fields: Fields, domestic: readonly DomesticPath[], neutral: NeutralPath): PairRule {
    const values = fields.map('default', ['neutral', 'domestic']);
    const [forNeutral, forDomestic] = [values?.scalar('neutral'), values?.scalar('domestic')];
    return {
      kind: 'pair',
      fields,
      domestic,
      neutral,
      as: fields.string('as'),
      optional: fields.flag('optional'),
      default: { ...(forNeutral === undefined ? {} : { neutral: forNeutral }), ...(forDomestic === undefined ? {} : { domestic: forDomestic }) },
      empty: fields.choice('empty', ['kept', 'ignored', 'written'] as const) ?? this.#empty,
      spaceKept: fields.choice('space', ['kept'] as const) === 'kept',
      oneWay: fields.choice('one-way', ['to-domestic', 'to-neutral'] as const),
    };
  }

  #domestic(fields: Fields): DomesticPath[] {
    if (!fields.has('domestic')) return [];
    const texts = fields.isList('domestic') ? fields.strings('domestic') : [fields.string('domestic') ?? ''];
    return (texts ?? []).filter((text) => text !== '').map((text) => this.path(fields, 'domestic', text));
  }

  #drop(fields: Fields, domestic: readonly DomesticPath[], neutral: NeutralPath | undefined): Rule | undefined {
    const reason = reasonFor(fields, 'drop');
    if (domestic.length > 0 && neutral === undefined) return this.#only(fields, ['domestic', 'drop', 'empty'], { kind: 'drop-domestic', fields, domestic, reason, written: fields.choice('empty', ['written'] as const) === 'written' });
    if (neutral !== undefined && domestic.length === 0) return this.#only(fields, ['neutral', 'drop'], { kind: 'drop-neutral', fields, neutral, reason });
    fields.report('a drop names a domestic or a neutral field, one of them');
    return undefined;
  }

  #constant(fields: Fields, domestic: DomesticPath | undefined, neutral: NeutralPath | undefined): Rule | undefined {
    const value = fields.scalar('constant') ?? null;
    if (domestic !== undefined && neutral === undefined) return this.#only(fields, ['domestic', 'constant'], { kind: 'constant-domestic', fields, domestic, value });
    if (neutral !== undefined && domestic === undefined) return this.#only(fields, ['neutral', 'constant'], { kind: 'constant-neutral', fields, neutral, value });
    fields.report('a constant stands in a domestic or a neutral field, one of them');
    return undefined;
  }

  #group(fields: Fields, kind: 'each' | 'at'): Rule | undefined {
    const base = fields.map(kind, ['domestic', 'neutral']);
    const domestic = base?.string('domestic');
    const neutral = base?.string('neutral');
    if (base === undefined || domestic === undefined || neutral === undefined) {
      fields.report(`"${kind}" needs "domestic" and "neutral"`, '"." is where the rules around it stand', kind);
      return undefined;
    }
    const alone = kind === 'at' && neutral.endsWith(ONLY);
    const max = fields.number('max');
    const emptyWritten = fields.choice('empty', ['written'] as const) === 'written';
    if (emptyWritten && (this.#form.kind === 'json' || !fields.flag('optional'))) fields.report('"empty: written" is for optional lists in XML', 'an empty JSON list is a list', 'empty');
    return this.#only(fields, kind === 'each' ? ['each', 'optional', 'max', 'empty', 'rules'] : ['at', 'optional', 'rules'], { kind, fields, domestic: this.path(base, 'domestic', domestic), neutral: neutralPath(alone ? neutral.slice(0, -ONLY.length) : neutral), optional: fields.flag('optional'), alone, max, emptyWritten, rules: this.rules(fields) });
  }

  #only(fields: Fields, keys: readonly string[], rule: Rule): Rule {
    for (const key of fields.keys()) if (RULE_KEYS.includes(key) && key !== 'unlike-schema' && !keys.includes(key)) fields.report(`"${key}" does not go with this kind of rule`, `it takes ${keys.join(', ')}`, key);
    return rule;
  }
}

/** A reason must be said, and say something. */
function reasonFor(fields: Fields, key: 'drop' | 'unlike-schema'): string {
  const reason = fields.string(key) ?? '';
  if (fields.has(key) && reason.trim() === '') fields.report(`${key === 'drop' ? 'a drop' : `"${key}"`} needs its reason`, undefined, key);
  return reason;
}

export function neutralPath(text: string): NeutralPath {
  return { text, names: text === '.' ? [] : text.split('.') };
}
