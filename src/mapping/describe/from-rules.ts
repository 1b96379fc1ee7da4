/**
 * What an XML form looks like by the rules of its mapping: every element that a rule reads or writes, in the order in which the rules write them. For forms
 * whose own description is not at hand; it says as much as the rules know and no more: texts, not types.
 */
import { schemaAt, type Kind, type Schema } from '../neutral.ts';
import type { Step } from '../path.ts';
import { parsePath, type PathForm } from '../path.ts';
import type { MappingFile, OutcomeCase, Rule, Section } from '../rules.ts';
import { NO_CONTENT, type Content, type Described, type Description, type Group } from './description.ts';
import { ANY, TEXT } from './xsd-values.ts';

/** `schemas`: of the neutral form, which says what a request must hold. */
export function describeByRules(file: MappingFile, schemas: Readonly<Record<Kind, Schema>>): Description {
  const request = treeOf(file.request, file.requestForm, schemas.request, undefined);
  const response = treeOf(file.response, file.requestForm, undefined, request);
  return { source: `the rules of ${file.id}`, request: describe(request), response: describe(response) };
}

class Place {
  readonly name: string;
  readonly ns: string;
  readonly attribute: boolean;
  readonly children = new Map<string, Place>();
  /** Orders in which children are written, one for each outcome. */
  readonly orders: string[][] = [];
  text = false;
  required = false;
  max = 1;

  constructor({ name, ns, attribute }: Pick<Step, 'name' | 'ns' | 'attribute'>) {
    this.name = name;
    this.ns = ns;
    this.attribute = attribute;
  }

  child(step: Step): Place {
    const key = `${step.attribute ? '@' : ''}${step.ns} ${step.name}`;
    const child = this.children.get(key) ?? new Place(step);
    this.children.set(key, child);
    const order = this.orders.at(-1);
    if (order !== undefined && !order.includes(key)) order.push(key);
    if (step.index !== undefined || step.predicates.length > 0) child.max = Infinity;
    for (const { step: condition } of step.predicates) child.child(condition).text = true;
    return child;
  }

  /** From here on children come in the order of another outcome. */
  startOrder(): void {
    this.orders.push([]);
    for (const child of this.children.values()) child.startOrder();
  }

  at([step, ...rest]: readonly Step[]): Place {
    if (step === undefined) return this;
    const child = this.child(step);
    if (this.orders.length > child.orders.length) child.startOrder();
    return child.at(rest);
  }
}

/** What rules stand in: the place of their domestic paths, and of their neutral ones; none where nothing is required. */
interface Scope {
  readonly place: Place;
  readonly neutral: readonly string[] | undefined;
  readonly section: Section;
  readonly form: PathForm;
  readonly schema: Schema | undefined;
  readonly request: Place | undefined;
  /** Places around, up to the root: a field that is required requires them. */
  readonly around: readonly Place[];
}

function treeOf(section: Section, form: PathForm, schema: Schema | undefined, request: Place | undefined): Place {
  const root = new Place(section.root ?? { name: '', ns: '', attribute: false });
  for (const outcome of section.outcomes.length === 0 ? [undefined] : section.outcomes) {
    root.startOrder();
    const scope: Scope = { place: root, neutral: [], section, form, schema, request, around: [root] };
    for (const { steps } of section.order) root.at(steps);
    for (const rule of section.rules) addRule(rule, scope);
    if (outcome !== undefined) addOutcome(outcome, root);
    for (const rule of outcome?.rules ?? []) addRule(rule, scope);
  }
  return root;
}

function addOutcome({ match, write, present }: OutcomeCase, root: Place): void {
  for (const { path } of [...match, ...write]) root.at(path.steps).text = true;
  for (const { steps } of present) root.at(steps);
}

function addRule(rule: Rule, scope: Scope): void {
  const { place } = scope;
  if (rule.kind === 'constant-domestic') place.at(rule.domestic.steps).text = true;
  if (rule.kind === 'compute') for (const { steps } of rule.from) place.at(steps).text = true;
  if (rule.kind === 'drop-domestic') for (const { steps } of rule.domestic) place.at(steps).text ||= rule.written;
  if (rule.kind === 'echo') copyOf(scope.request?.at(parsePath(rule.from, scope.form)), rule.without, scope.form, place.at(rule.domestic.steps));
  if (rule.kind === 'pair') {
    const required = !rule.optional && rule.default.neutral === undefined && isRequired(rule.neutral.names, scope);
    for (const { steps } of rule.domestic) {
      place.at(steps).text = true;
      if (required) requireAll(steps, scope);
    }
  }
  if (rule.kind === 'at' || rule.kind === 'each') addGroup(rule, scope);
}

function addGroup(rule: Extract<Rule, { kind: 'at' | 'each' }>, scope: Scope): void {
  const inner = scope.place.at(rule.domestic.steps);
  if (rule.kind === 'each') inner.max = rule.max ?? Infinity;
  const neutral = rule.kind === 'each' || rule.optional || scope.neutral === undefined ? undefined : [...scope.neutral, ...rule.neutral.names];
  const around = [...scope.around, ...rule.domestic.steps.map((_, at) => scope.place.at(rule.domestic.steps.slice(0, at + 1)))];
  for (const one of rule.rules) addRule(one, { ...scope, place: inner, neutral, around });
}

function isRequired(names: readonly string[], { neutral, schema }: Scope): boolean {
  if (neutral === undefined || schema === undefined) return false;
  const path = [...neutral, ...names];
  return path.length > 0 && path.every((name, at) => {
    const required = schemaAt(schema, path.slice(0, at))?.['required'];
    return Array.isArray(required) && required.includes(name);
  });
}

function requireAll(steps: readonly Step[], { place, around }: Scope): void {
  for (const one of [...around, ...steps.map((_, at) => place.at(steps.slice(0, at + 1)))]) one.required = true;
}

/** An echo repeats what the request held, but for what it leaves out. */
function copyOf(from: Place | undefined, without: readonly string[], form: PathForm, to: Place): void {
  if (from === undefined) return;
  const left = new Set(without.flatMap((text) => parsePath(text, form).slice(0, 1).map(({ ns, name }) => `${ns} ${name}`)));
  to.text ||= from.text;
  to.orders.splice(0, to.orders.length, ...from.orders.map((order) => order.filter((key) => !left.has(key))));
  for (const [key, child] of from.children) if (!left.has(key)) to.children.set(key, child);
}

function describe(place: Place): Described {
  const children = [...place.children.values()];
  const elements = children.filter(({ attribute }) => !attribute);
  // A rule names it and says nothing of what it holds.
  const unknown = !place.text && children.length === 0;
  const content: Content = unknown ? { attributes: [], model: { kind: 'sequence', min: 1, max: 1, parts: [{ kind: 'any', min: 0, max: Infinity }] } } : { attributes: children.filter(({ attribute }) => attribute).map(describe), model: elements.length === 0 ? NO_CONTENT.model : modelOf(place) };
  return {
    name: place.name,
    ns: place.ns,
    kind: place.attribute ? 'attribute' : 'element',
    min: place.required ? 1 : 0,
    max: place.max,
    nillable: false,
    value: unknown ? ANY : place.text && elements.length === 0 ? TEXT : undefined,
    items: undefined,
    minItems: 0,
    maxItems: Infinity,
    content: () => content,
  };
}

/** One order that holds for every outcome; where there is none, any order. */
function modelOf({ children, orders }: Place): Group {
  const parts = (keys: readonly string[]): Described[] => keys.flatMap((key) => (children.get(key)?.attribute === false ? [describe(children.get(key)!)] : []));
  const merged = merge([...children.keys()], orders);
  return merged === undefined ? { kind: 'choice', min: 0, max: Infinity, parts: parts([...children.keys()]) } : { kind: 'sequence', min: 1, max: 1, parts: parts(merged) };
}

/** Keys in an order that agrees with all of `orders`; undefined where they contradict each other. */
export function merge(keys: readonly string[], orders: readonly (readonly string[])[]): string[] | undefined {
  const left = new Set(keys);
  const merged: string[] = [];
  while (left.size > 0) {
    const next = [...left].find((key) => orders.every((order) => !order.slice(0, Math.max(0, order.indexOf(key))).some((before) => left.has(before))));
    if (next === undefined) return undefined;
    left.delete(next);
    merged.push(next);
  }
  return merged;
}
