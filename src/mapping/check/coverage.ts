/** Every domestic field is known to some rule: mapped, or dropped with a reason. */
import { joinDomestic } from '../compiled.ts';
import { childrenOf, type Described } from '../describe/description.ts';
import type { Fields } from '../fields.ts';
import type { PathForm, Step } from '../path.ts';
import type { Rule, Section } from '../rules.ts';
import { spell } from './locate.ts';

/** What the rules say of a node of the form. */
class Mark {
  /** Known with all that stands in it. */
  all = false;
  /** Its own value is known. */
  value = false;
  /** The rule in whose place its children stand. */
  fields: Fields | undefined;
  readonly children = new Map<string, Mark>();

  at(steps: readonly Step[]): Mark {
    const [step, ...others] = steps;
    if (step === undefined) return this;
    const child = this.child(keyOf(step.name, step.ns, step.attribute));
    for (const { step: compared } of step.predicates) child.at([compared]).value = true;
    return child.at(others);
  }

  child(key: string): Mark {
    const mark = this.children.get(key) ?? new Mark();
    this.children.set(key, mark);
    return mark;
  }
}

/** Reports what no rule of the section knows. What one outcome drops as a whole and another reads in part must be known in all its parts. */
export function checkCoverage(section: Section, described: Described, form: PathForm): void {
  const outcomes = section.outcomes.length === 0 ? [undefined] : section.outcomes;
  const roots = outcomes.map((one) => {
    const root = new Mark();
    markRules([...section.rules, ...(one?.rules ?? [])], root);
    for (const { path } of [...(one?.match ?? []), ...(one?.write ?? [])]) root.at(path.steps).value = true;
    return root;
  });
  for (const { path, fields } of unknown(described, roots, '', section.fields, form)) fields.report(`no rule knows the domestic field "${path}"`, 'map it, or drop it with a reason', fields === section.fields ? 'rules' : undefined);
}

function markRules(rules: readonly Rule[], at: Mark): void {
  for (const rule of rules) {
    if (rule.kind === 'pair') for (const { steps } of rule.domestic) at.at(steps).value = true;
    else if (rule.kind === 'drop-domestic') for (const { steps } of rule.domestic) at.at(steps).all = true;
    else if (rule.kind === 'compute') for (const { steps } of rule.from) at.at(steps).all = true;
    else if (rule.kind === 'constant-domestic') at.at(rule.domestic.steps).value = true;
    else if (rule.kind === 'echo') at.at(rule.domestic.steps).all = true;
    else if (rule.kind === 'each' || rule.kind === 'at') {
      const inner = at.at(rule.domestic.steps);
      if (rule.domestic.steps.length > 0) inner.fields ??= rule.fields;
      markRules(rule.rules, inner);
    }
  }
}

interface Unknown {
  readonly path: string;
  readonly fields: Fields;
}

/** `marks`: those of the outcomes. Ends where the rules end, even in types that hold themselves. */
function unknown(node: Described, marks: readonly Mark[], path: string, outer: Fields, form: PathForm): Unknown[] {
  const partly = marks.filter(({ all }) => !all);
  if (partly.length === 0) return [];
  if (node.items !== undefined) return unknown(node.items(), marks, path, outer, form);
  const fields = partly.find((mark) => mark.fields !== undefined)?.fields ?? outer;
  const children = [...node.content().attributes, ...childrenOf(node).map((one) => one.node)];
  const found = children.flatMap((child): Unknown[] => {
    const below = partly.flatMap((mark) => mark.children.get(keyOf(child.name, child.ns, child.kind === 'attribute')) ?? []);
    const text = joinDomestic(path, spell(child, form), form.kind);
    return below.length === 0 ? [{ path: text, fields }] : unknown(child, below, text, fields, form);
  });
  const own = node.value !== undefined && node.value.base !== 'any' && !partly.some((mark) => mark.value);
  return own ? [{ path: path === '' ? 'text' : path, fields }, ...found] : found;
}

function keyOf(name: string, ns: string, attribute: boolean): string {
  return `${attribute ? '@' : ''}{${ns}}${name}`;
}
