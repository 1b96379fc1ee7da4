/** Where a path of a rule leads in a description. */
import { closest } from '../../config/closest.ts';
import { childrenOf, isOpen, type Described } from '../describe/description.ts';
import type { PathForm, Step } from '../path.ts';

export interface Reached {
  readonly node: Described;
  /** The step that may stand several times where one is meant, as it is written; the last step is for the caller to judge. */
  readonly repeats: string | undefined;
  /** Some step on the way may be absent. */
  readonly optional: boolean;
}

/** A step that the description does not know, and what it may have meant. */
export interface Missing {
  readonly missing: string;
  readonly hint: string | undefined;
}

/** `undefined`: the description lets anything stand there. */
export function locate(from: Described, steps: readonly Step[], form: PathForm): Reached | Missing | undefined {
  let reached: Reached = { node: from, repeats: undefined, optional: false };
  for (const [at, step] of steps.entries()) {
    const last = at === steps.length - 1;
    const parent = itemOf(reached.node);
    const found = childOf(parent, step);
    if (found === undefined) return isOpen(parent) || parent.value?.base === 'any' ? undefined : missing(parent, step, form);
    const picks = picksItem(step);
    const node = picks ? itemOf(found.node) : found.node;
    const strange = step.predicates.find(({ step: compared }) => childOf(node, compared) === undefined);
    if (strange !== undefined) return missing(node, strange.step, form);
    // A JSON list on the way, or an XML element that may stand several times.
    const several = !picks && !last && (node.max > 1 || node.items !== undefined) ? step.text : undefined;
    reached = { node, repeats: reached.repeats ?? several, optional: reached.optional || !found.required || picks };
  }
  return reached;
}

/** The item of a list, for what stands in a list stands in its items. */
function itemOf(node: Described): Described {
  return node.items?.() ?? node;
}

/** A condition or a position picks one of several. */
export function picksItem(step: Step): boolean {
  return step.index !== undefined || step.predicates.length > 0;
}

export function isMissing(found: Reached | Missing | undefined): found is Missing {
  return found !== undefined && 'missing' in found;
}

function childOf(parent: Described, step: Step): { readonly node: Described; readonly required: boolean } | undefined {
  const named = (node: Described): boolean => node.name === step.name && node.ns === step.ns;
  if (!step.attribute) return childrenOf(parent).find(({ node }) => named(node));
  const node = parent.content().attributes.find(named);
  return node === undefined ? undefined : { node, required: node.min > 0 };
}

function missing(parent: Described, step: Step, form: PathForm): Missing {
  const known = [...parent.content().attributes, ...childrenOf(parent).map(({ node }) => node)].map((node) => spell(node, form));
  const meant = closest(step.text.replace(/\[.*/, ''), known);
  const names = known.slice(0, 8).join(', ');
  return { missing: step.text, hint: meant !== undefined ? `did you mean ${meant}?` : known.length === 0 ? undefined : `known there: ${names}${known.length > 8 ? ', …' : ''}` };
}

/** A node's name as the mapping would write it. */
export function spell(node: Described, { kind, namespaces }: PathForm): string {
  const prefix = node.ns === '' ? undefined : [...namespaces].find(([, { uri }]) => uri === node.ns)?.[0];
  const name = kind === 'json' || node.ns === '' ? node.name : `${prefix ?? `{${node.ns}}`}${prefix === undefined ? '' : ':'}${node.name}`;
  return node.kind === 'attribute' ? `@${name}` : name;
}
