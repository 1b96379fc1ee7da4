/** Paths, types and cardinalities of rules against the description of the domestic form. */
import type { JsonValue } from '../../stages.ts';
import { childrenOf, type Described } from '../describe/description.ts';
import { misfit } from '../describe/value-type.ts';
import { itemsOf, schemaAt, type Schema } from '../neutral.ts';
import { parsePath, type PathForm } from '../path.ts';
import { isList, type DomesticPath, type GroupRule, type Located, type PairRule, type Rule } from '../rules.ts';
import { checkDomesticCodes } from './codes.ts';
import { isMissing, locate, picksItem, type Reached } from './locate.ts';
import { isExcused, isXml, type Case, type Subject } from './subject.ts';

interface Scope {
  readonly subject: Subject;
  readonly one: Case;
  readonly form: PathForm;
  readonly described: Described;
  /** The neutral schema where the rules stand. */
  readonly at: Schema;
}

/** Reports at the line of each rule. */
export function checkShapes(subject: Subject, one: Case): void {
  const { described } = one;
  if (described === undefined) return;
  const form = subject.mapping.file.requestForm;
  const { root } = one.section;
  if (isXml(subject) && root !== undefined && (root.name !== described.name || root.ns !== described.ns)) one.section.fields.report(`the description names the payload "${described.name}" in "${described.ns}"`, undefined, 'root');
  const scope: Scope = { subject, one, form, described, at: one.schema };
  for (const rule of one.rules) checkRule(rule, scope);
  if (one.outcome === undefined || isExcused(one.outcome)) return;
  const { outcome } = one;
  for (const [key, list] of [['match', outcome.match.flatMap(({ path, values }) => values.map((value) => ({ path, value })))], ['write', outcome.write]] as const) {
    for (const { path, value } of list) checkConstant(outcome, path, value, scope, key);
  }
  for (const key of ['present', 'absent'] as const) for (const path of outcome[key]) reach(outcome, path, scope, key);
}

function checkRule(rule: Rule, scope: Scope): void {
  if (rule.kind === 'drop-neutral' || rule.kind === 'constant-neutral') return;
  if (rule.kind === 'drop-domestic') return rule.domestic.forEach((path) => void reach(rule, path, scope, 'domestic'));
  if (rule.kind === 'compute') return rule.from.forEach((path) => void reach(rule, path, scope, 'from'));
  if (rule.kind === 'constant-domestic') return checkConstant(rule, rule.domestic, rule.value, scope, 'domestic');
  if (rule.kind === 'echo') return checkEcho(rule, scope);
  if (rule.kind === 'pair') return checkPair(rule, scope);
  checkGroup(rule, scope);
}

/** The node at the end of the path; reports a path that the description does not know. */
function reach(at: Located, path: DomesticPath, scope: Scope, key: string): Reached | undefined {
  const found = locate(scope.described, path.steps, scope.form);
  if (!isMissing(found)) return found;
  at.fields.report(`the description has no "${found.missing}"${found.missing === path.text ? '' : ` in "${path.text}"`}`, found.hint, key);
  return undefined;
}

function checkConstant(at: Located, path: DomesticPath, value: JsonValue, scope: Scope, key: string): void {
  const found = reach(at, path, scope, key);
  if (found === undefined || isExcused(at)) return;
  const written = isXml(scope.subject) && typeof value !== 'object' ? String(value) : value;
  const reason = found.node.value === undefined ? 'the description says elements, not a value' : misfit(found.node.value, written);
  if (reason !== undefined) at.fields.report(`"${String(value)}" does not fit "${path.text}": ${reason}`, undefined, key);
}

function checkEcho(rule: Rule & { kind: 'echo' }, scope: Scope): void {
  reach(rule, rule.domestic, scope, 'domestic');
  const request = scope.subject.description?.request;
  if (request === undefined) return;
  const at = (text: string, from: Described, key: string): Reached | undefined => reach(rule, { text, steps: parsePath(text, scope.form) }, { ...scope, described: from }, key);
  const echoed = at(rule.from, request, 'echo');
  if (echoed !== undefined) for (const text of rule.without) at(text, echoed.node, 'without');
}

function checkPair(rule: PairRule, scope: Scope): void {
  for (const path of rule.domestic) {
    const found = reach(rule, path, scope, 'domestic');
    if (found === undefined || isExcused(rule)) continue;
    checkSingle(rule, path, found, rule.oneWay === 'to-domestic' ? undefined : 'use each, or a condition in brackets', scope);
    if (found.node.value === undefined && found.node.items === undefined) rule.fields.report(`"${path.text}" holds ${childrenOf(found.node).length === 0 ? 'nothing' : 'further fields'}, not a value`, 'map its fields', 'domestic');
    checkAbsence(rule, path, found, scope);
    if (rule.domestic.length === 1) checkDomesticCodes(rule, found.node.value, scope.subject.codelists);
    checkLength(rule, found.node, scope);
  }
}

/** A rule that means one field must not stand where the form has several. */
function checkSingle(rule: Rule, path: DomesticPath, { node, repeats }: Reached, hint: string | undefined, { form }: Scope): void {
  const last = path.steps.at(-1);
  const several = repeats ?? (last !== undefined && !picksItem(last) && (node.max > 1 || node.items !== undefined) ? last.text : undefined);
  if (several !== undefined) rule.fields.report(`"${several}" may stand ${form.kind === 'json' ? 'as a list' : 'several times'}${several === path.text ? '' : ` in "${path.text}"`}`, hint ?? 'use each', 'domestic');
}

/** What both forms may leave out, the rule may leave out too: else a message that is right on both sides is refused. */
function checkAbsence(rule: PairRule, path: DomesticPath, found: Reached, scope: Scope): void {
  if (rule.optional || rule.empty !== 'kept' || rule.default.neutral !== undefined || rule.oneWay !== undefined || !found.optional) return;
  if (isRequired(rule.neutral.names, scope) || isPresupposed(path, scope)) return;
  rule.fields.report(`"${path.text}" and "${rule.neutral.text}" may both be absent, and the rule refuses that`, 'say optional: true', 'domestic');
}

function isRequired(names: readonly string[], { at, one, subject }: Scope): boolean {
  const parent = schemaAt(one.schema, names.slice(0, -1), at);
  const required = (parent?.['required'] as readonly string[] | undefined) ?? [];
  if (names.length === 0 || required.includes(names.at(-1) ?? '')) return true;
  // What an outcome demands is said by a condition of the schema, which only the validator reads.
  return at === one.schema && one.outcome !== undefined && subject.mapping.parts.neutral.check(one.kind, { outcome: one.outcome.outcome })?.[0] === names[0] && names.length === 1;
}

/** The outcome is known by the field that is there. */
function isPresupposed(path: DomesticPath, { one }: Scope): boolean {
  return one.outcome?.present.some(({ text }) => text === path.text || text.startsWith(`${path.text}/`) || text.startsWith(`${path.text}.`)) === true;
}

const SHORTENING = /\b(?:cut|codelist|country|country-name|date|yearmonth|boolean|decimal|minor|integer|person-id|organisation-id|present|joined)\b/;

function checkLength(rule: PairRule, node: Described, { at, one }: Scope): void {
  const longest = node.value?.maxLength;
  const schema = schemaAt(one.schema, rule.neutral.names, at);
  const neutral = schema?.['maxLength'] as number | undefined;
  if (longest === undefined || rule.oneWay === 'to-neutral' || SHORTENING.test(rule.as ?? '') || schema?.['enum'] !== undefined || schema?.['pattern'] !== undefined || (neutral ?? Infinity) <= longest) return;
  rule.fields.report(`"${rule.neutral.text}" may be longer (${neutral === undefined ? 'any length' : `${neutral} characters`}) than "${rule.domestic[0]?.text ?? ''}" holds (${longest})`, `as: cut(${longest}) shortens and reports it`, 'neutral');
}

function checkGroup(rule: GroupRule, scope: Scope): void {
  const found = reach(rule, rule.domestic, scope, rule.kind);
  const at = schemaAt(scope.one.schema, rule.neutral.names, scope.at);
  if (found === undefined || at === undefined) return;
  if (!isExcused(rule)) {
    if (rule.kind === 'at') checkSingle(rule, rule.domestic, found, 'use each for a list', scope);
    else checkList(rule, found, at, scope);
    if (!rule.optional && found.optional && !isRequired(rule.neutral.names, scope) && !isPresupposed(rule.domestic, scope)) rule.fields.report(`"${rule.domestic.text}" and "${rule.neutral.text}" may both be absent, and the rule refuses that`, 'say optional: true', rule.kind);
  }
  const inner = isList(rule) ? itemsOf(scope.one.schema, at) : at;
  const described = found.node.items?.() ?? found.node;
  if (inner !== undefined) for (const one of rule.rules) checkRule(one, { ...scope, described, at: inner });
}

function checkList(rule: GroupRule, { node, repeats }: Reached, schema: Schema, { form }: Scope): void {
  const { text } = rule.domestic;
  if (repeats !== undefined) return rule.fields.report(`"${repeats}" may itself stand several times in "${text}"`, 'use each for it', 'each');
  if (form.kind === 'json' && node.items === undefined) return rule.fields.report(`"${text}" is not a list`, 'use at for an object', 'each');
  const most = form.kind === 'json' ? node.maxItems : node.max;
  const crossing = Math.min(rule.max ?? Infinity, (schema['maxItems'] as number | undefined) ?? Infinity);
  if (most < crossing) rule.fields.report(`"${text}" holds at most ${most}, and the neutral list may hold more`, `say max: ${most}, so that more are refused`, 'each');
}

