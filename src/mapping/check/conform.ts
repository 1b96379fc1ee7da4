/** Whether a domestic document is what its description says: names, order, number, values. */
import type { JsonValue, XmlElement } from '../../stages.ts';
import { attribute, elements } from '../../xml/element.ts';
import { childrenOf, isGroup, isOpen, type Child, type Described, type Group, type Particle } from '../describe/description.ts';
import { misfit } from '../describe/value-type.ts';
import { joinDomestic } from '../compiled.ts';
import type { PathForm } from '../path.ts';
import { XSI } from '../xml-tree.ts';
import { spell } from './locate.ts';

export interface Violation {
  /** Where, as the mapping writes paths; lists without brackets. */
  readonly path: string;
  /** For an operator; never a value. */
  readonly text: string;
}

export function conformXml(root: XmlElement, described: Described, form: PathForm): Violation[] {
  const found: Violation[] = [];
  const add = (path: string, text: string): void => void found.push({ path, text });
  const walk = (element: XmlElement, node: Described, path: string): void => {
    if (attribute(element, XSI, 'nil') === 'true') return node.nillable ? undefined : add(path, 'the description does not allow xsi:nil');
    const children = elements(element);
    const known = childrenOf(node);
    checkAttributes(element, node, path, form, add);
    checkText(element, node, path, add);
    const named = (child: XmlElement): Child | undefined => known.find((one) => one.node.name === child.name && one.node.ns === child.ns);
    if (node.value?.base !== 'any') checkChildren(children, node, path, form, add);
    for (const child of children) {
      const one = named(child);
      if (one !== undefined) walk(child, one.node, joinDomestic(path, spell(one.node, form), form.kind));
      else if (!isOpen(node)) add(joinDomestic(path, child.name, form.kind), 'the description has no such element there');
    }
  };
  walk(root, described, '');
  return found;
}

type Add = (path: string, text: string) => void;

function checkAttributes(element: XmlElement, node: Described, path: string, form: PathForm, add: Add): void {
  for (const one of node.content().attributes) {
    const value = attribute(element, one.ns, one.name);
    const at = joinDomestic(path, spell(one, form), form.kind);
    if (value === undefined && one.min > 0) add(at, 'the description demands it');
    const reason = value === undefined || one.value === undefined ? undefined : misfit(one.value, value);
    if (reason !== undefined) add(at, reason);
  }
}

function checkText(element: XmlElement, node: Described, path: string, add: Add): void {
  if (elements(element).length > 0) return;
  const text = element.children.join('');
  const reason = node.value === undefined ? (text.trim() === '' ? undefined : 'the description says elements, not a value') : misfit(node.value, text);
  if (reason !== undefined) add(path, reason);
}

function checkChildren(children: readonly XmlElement[], node: Described, path: string, form: PathForm, add: Add): void {
  const count = (one: Described): number => children.filter((child) => child.name === one.name && child.ns === one.ns).length;
  const known = childrenOf(node);
  let fine = true;
  for (const { node: one, required, most } of known) {
    const at = joinDomestic(path, spell(one, form), form.kind);
    const times = count(one);
    if (times >= (required ? one.min : 0) && times <= most) continue;
    fine = false;
    add(at, times > most ? `the description says at most ${most}` : times === 0 ? 'the description demands it' : `the description demands ${one.min}`);
  }
  const order = children.map((child) => known.find(({ node: one }) => one.name === child.name && one.ns === child.ns)).filter((one) => one !== undefined);
  const late = order.findIndex((one, at) => at > 0 && one.rank < (order[at - 1]?.rank ?? 0));
  if (late > 0) add(joinDomestic(path, spell((order[late] ?? order[0])!.node, form), form.kind), `the description has it before "${spell((order[late - 1] ?? order[0])!.node, form)}"`);
  else if (fine && !isOpen(node) && !ends(node.content().model, children).has(children.length)) add(path, 'the description does not have its elements together so');
}

/** Where a group may end that begins at the first child: the places that its particles reach. */
function ends(model: Group, children: readonly XmlElement[]): ReadonlySet<number> {
  const once = (particle: Particle, from: number): number[] => {
    if (particle.kind === 'any') return from < children.length ? [from + 1] : [];
    if (!isGroup(particle)) return children[from]?.name === particle.name && children[from]?.ns === particle.ns ? [from + 1] : [];
    if (particle.kind === 'choice') return particle.parts.flatMap((part) => [...times(part, new Set([from]))]);
    if (particle.kind === 'sequence') return [...particle.parts.reduce<ReadonlySet<number>>((at, part) => times(part, at), new Set([from]))];
    // In any order: checkChildren has counted them.
    let at = from;
    while (particle.parts.some((part) => !isGroup(part) && part.kind !== 'any' && part.name === children[at]?.name && part.ns === children[at]?.ns)) at += 1;
    return [at];
  };
  const times = (particle: Particle, starts: ReadonlySet<number>): ReadonlySet<number> => {
    let at = new Set(starts);
    const reached = new Set(particle.min === 0 ? starts : []);
    for (let time = 1; time <= particle.max && at.size > 0; time += 1) {
      const next = new Set([...at].flatMap((from) => once(particle, from)));
      const known = time > particle.min && [...next].every((place) => reached.has(place));
      if (time >= particle.min) for (const place of next) reached.add(place);
      if (known) break;
      at = next;
    }
    return reached;
  };
  return times(model, new Set([0]));
}

export function conformJson(root: JsonValue, described: Described): Violation[] {
  const found: Violation[] = [];
  const add = (path: string, text: string): void => void found.push({ path, text });
  const walk = (value: JsonValue, node: Described, path: string): void => {
    if (value === null && node.nillable) return;
    if (Array.isArray(value)) return walkList(value as readonly JsonValue[], node, path);
    if (typeof value !== 'object' || value === null) return addMisfit(value, node, path, add);
    if (node.items !== undefined) return add(path, 'the description says a list');
    const known = childrenOf(node);
    if (known.length === 0 && node.value !== undefined && node.value.base !== 'any') return add(path, 'the description says a value, not an object');
    for (const { node: one, required } of known) {
      const inner = Object.hasOwn(value, one.name) ? (value as Readonly<Record<string, JsonValue>>)[one.name] : undefined;
      if (inner !== undefined) walk(inner, one, joinDomestic(path, one.name, 'json'));
      else if (required) add(joinDomestic(path, one.name, 'json'), 'the description demands it');
    }
    if (!isOpen(node)) for (const name of Object.keys(value)) if (!known.some(({ node: one }) => one.name === name)) add(joinDomestic(path, name, 'json'), 'the description has no such property there');
  };
  const walkList = (list: readonly JsonValue[], node: Described, path: string): void => {
    const item = node.items?.();
    if (item === undefined) return node.value?.base === 'any' ? undefined : add(path, 'the description says no list');
    if (list.length > node.maxItems || list.length < node.minItems) add(path, `the description says ${list.length > node.maxItems ? `at most ${node.maxItems}` : `at least ${node.minItems}`} items`);
    for (const one of list) walk(one, item, path);
  };
  walk(root, described, '');
  return found;
}

function addMisfit(value: string | number | boolean | null, node: Described, path: string, add: Add): void {
  const reason = node.value === undefined ? `the description says ${node.items === undefined ? 'an object' : 'a list'}` : misfit(node.value, value);
  if (reason !== undefined) add(path, reason);
}
