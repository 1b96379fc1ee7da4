/** What is checked of rules against the neutral schema before they run: paths exist, nothing is fed twice, everything required is fed, code lists are total. */
import type { CodeList } from './codecs/codec.ts';
import { joinDomestic, joinNeutral } from './compiled.ts';
import { itemsOf, schemaAt, type Schema } from './neutral.ts';
import { isList, type Rule } from './rules.ts';

export interface RuleCheck {
  readonly schema: Schema;
  readonly codelist: (name: string) => CodeList | undefined;
  readonly form: 'xml' | 'json';
  /** Neutral path, without indexes, to the domestic one: to name a field in the form of whoever sent it. */
  readonly domesticOf: Map<string, string>;
}

interface Scope {
  readonly at: Schema;
  readonly neutral: string;
  readonly domestic: string;
  /** Neutral paths that are fed, relative to the nearest list; domestic paths likewise. */
  readonly fed: Set<string>;
  readonly used: Set<string>;
}

/** Reports every problem of `rules` at their lines; `given` are neutral fields that something else feeds. */
export function checkRules(rules: readonly Rule[], check: RuleCheck, given: readonly string[]): void {
  const scope: Scope = { at: check.schema, neutral: '', domestic: '', fed: new Set(given), used: new Set() };
  for (const rule of rules) checkRule(rule, scope, check);
  const [first] = rules;
  for (const name of unfed(check, check.schema, '', scope.fed)) first?.fields.report(`nothing feeds the required neutral field "${name}"`);
}

function checkRule(rule: Rule, scope: Scope, check: RuleCheck): void {
  if (rule.kind === 'drop-domestic' || rule.kind === 'echo' || rule.kind === 'constant-domestic') return;
  const schema = rule.neutral.names.length === 0 ? scope.at : schemaAt(check.schema, rule.neutral.names, scope.at);
  const neutral = joinNeutral(scope.neutral, rule.neutral.text);
  if (schema === undefined) return rule.fields.report(`the neutral schema has no field "${neutral}"`, undefined, 'neutral');
  if (rule.kind === 'drop-neutral') return;
  if (rule.kind === 'each' || rule.kind === 'at') return checkGroup(rule, schema, neutral, scope, check);
  if (rule.kind === 'pair' && rule.oneWay === 'to-domestic') return checkCodes(rule, schema, check);
  if (scope.fed.has(neutral)) rule.fields.report(`"${neutral}" is fed twice`, 'mark the copy one-way: to-domestic', 'neutral');
  scope.fed.add(neutral);
  if (rule.kind !== 'pair') return;
  for (const { text } of rule.domestic) {
    const domestic = joinDomestic(scope.domestic, text, check.form);
    if (scope.used.has(domestic)) rule.fields.report(`"${domestic}" is used twice`, undefined, 'domestic');
    scope.used.add(domestic);
  }
  check.domesticOf.set(neutral, joinDomestic(scope.domestic, rule.domestic[0]?.text ?? '.', check.form));
  checkCodes(rule, schema, check);
}

function checkGroup(rule: Rule & { kind: 'each' | 'at' }, schema: Schema, neutral: string, scope: Scope, check: RuleCheck): void {
  const list = isList(rule);
  const domestic = joinDomestic(scope.domestic, rule.domestic.text, check.form);
  const at = list ? itemsOf(check.schema, schema) : schema;
  if (at === undefined) return rule.fields.report(`"${neutral}" is not a list in the neutral schema`, 'use at for an object', rule.kind);
  if (list && scope.fed.has(neutral)) rule.fields.report(`"${neutral}" is fed twice`, undefined, rule.kind);
  if (rule.neutral.names.length > 0) scope.fed.add(neutral);
  check.domesticOf.set(neutral, domestic);
  const inner: Scope = list ? { at, neutral, domestic, fed: new Set(), used: new Set() } : { at, neutral, domestic, fed: scope.fed, used: scope.used };
  for (const one of rule.rules) checkRule(one, inner, check);
  if (list) for (const name of unfed(check, at, neutral, inner.fed)) rule.fields.report(`nothing feeds the required neutral field "${name}"`, undefined, rule.kind);
}

/** Required properties that no rule feeds, down through the objects that rules do feed. */
function unfed(check: RuleCheck, schema: Schema, base: string, fed: ReadonlySet<string>): string[] {
  const required = (schema['required'] as readonly string[] | undefined) ?? [];
  const properties = Object.keys((schema['properties'] as object | undefined) ?? {});
  return properties.flatMap((name) => {
    const path = joinNeutral(base, name);
    const touched = fed.has(path) || [...fed].some((one) => one.startsWith(`${path}.`));
    if (!touched) return required.includes(name) ? [path] : [];
    const inner = schemaAt(check.schema, [name], schema);
    return inner?.['type'] === 'object' ? unfed(check, inner, path, fed) : [];
  });
}

function checkCodes(rule: Rule & { kind: 'pair' }, schema: Schema, check: RuleCheck): void {
  const name = /(?:^|\|)\s*codelist\(\s*"?([^")]+?)"?\s*\)\s*$/.exec(rule.as ?? '')?.[1];
  const list = name === undefined ? undefined : check.codelist(name);
  if (list === undefined) return;
  const codes = schema['enum'] as readonly string[] | undefined;
  if (codes === undefined) return checkOpenCodes(rule, list);
  const { neutral } = list.fallback;
  if (neutral !== undefined && !codes.includes(neutral)) rule.fields.report(`code list ${list.name} falls back to "${neutral}", which the neutral schema lacks`, undefined, 'as');
  const strange = [...list.toDomestic.keys()].filter((code) => !codes.includes(code));
  if (strange.length > 0) rule.fields.report(`code list ${list.name} has codes that the neutral schema lacks: ${strange.join(', ')}`, undefined, 'as');
  const lacking = codes.filter((code) => !list.toDomestic.has(code));
  if (lacking.length > 0 && list.fallback.domestic === undefined && !list.refuses) rule.fields.report(`code list ${list.name} lacks ${lacking.join(', ')}`, 'add them or declare fallback.domestic', 'as');
}

/** A neutral field without an enumeration may hold any code. */
function checkOpenCodes(rule: Rule & { kind: 'pair' }, list: CodeList): void {
  if (list.fallback.domestic === undefined && !list.refuses) rule.fields.report(`the neutral field has no enumeration, so code list ${list.name} cannot be total`, 'declare fallback.domestic, or beyond: refused', 'as');
}
