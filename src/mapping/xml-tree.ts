/** XML as a Tree. Elements are found by name in any order: what is out of order is read the same, what is repeated is refused. */
import type { JsonValue, XmlElement } from '../stages.ts';
import { Unfit } from './codecs/codec.ts';
import type { Fits, Known } from './known.ts';
import type { Predicate, Step } from './path.ts';
import type { Run } from './run.ts';
import type { Tree } from './tree.ts';

export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** An element, or the text of an attribute. */
export type XmlNode = XmlElement | string;

export const xmlTree: Tree<XmlNode> = {
  kind: 'xml',
  firstIndex: 1,
  child(step) {
    if (step.attribute) return (node) => attribute(node, step);
    const matches = matcher(step);
    const { index } = step;
    if (index !== undefined) return (node) => elementsOf(node).filter(matches)[index];
    const { name } = step;
    return (node) => {
      let found: XmlElement | undefined;
      for (const child of named(node, name)) {
        if (typeof child === 'string' || !matches(child)) continue;
        if (found !== undefined) throw new Unfit('the element stands more than once');
        found = child;
      }
      return found;
    };
  },
  items(step) {
    const matches = matcher(step);
    return (node) => elementsOf(node).filter(matches);
  },
  value(node, spaceKept) {
    if (typeof node === 'string') return spaceKept ? node : node.trim();
    if (node.attributes.length > 0 && isNil(node)) return null;
    const text = textOf(node);
    return spaceKept ? text : text.trim();
  },
  survey,
  plain: plainXml,
  fits(step): Fits<XmlNode> {
    const matches = matcher(step);
    return (node) => typeof node !== 'string' && matches(node);
  },
};

/** Whether an element is the one that a step names, in the written namespace or an alias of it. */
export function isNamed(element: XmlElement, step: Step): boolean {
  return element.name === step.name && (element.ns === step.ns || step.accepted.includes(element.ns));
}

function matcher(step: Step): (element: XmlElement) => boolean {
  const filters = step.predicates.map(predicate);
  if (filters.length === 0) return (element) => isNamed(element, step);
  return (element) => isNamed(element, step) && filters.every((filter) => filter(element));
}

function predicate({ step, value }: Predicate): (element: XmlElement) => boolean {
  const find = xmlTree.child(step);
  return (element) => {
    const found = find(element);
    const text = found === undefined ? '' : xmlTree.value(found, false);
    return value === undefined ? text === '' || text === null : text === value;
  };
}

function attribute(node: XmlNode, step: Step): string | undefined {
  if (typeof node === 'string') return undefined;
  return node.attributes.find((one) => one.name === step.name && (one.ns === step.ns || step.accepted.includes(one.ns)))?.value;
}

function childrenOf(node: XmlNode): readonly XmlNode[] {
  return typeof node === 'string' ? [] : node.children;
}

/** An element with more children than this is looked up by their names: a register's record may have hundreds side by side, and a rule for each. */
const MANY = 12;
const NONE: readonly never[] = [];
/** Until the element is surveyed, which comes last: V8 keeps what a WeakMap holds until a collection of the whole heap, and copies it. */
const byName = new WeakMap<XmlElement, ReadonlyMap<string, readonly XmlElement[]>>();

/** Children that may have that name. */
function named(node: XmlNode, name: string): readonly XmlNode[] {
  const children = childrenOf(node);
  return typeof node === 'string' || children.length <= MANY ? children : (indexOf(node).get(name) ?? NONE);
}

function indexOf(element: XmlElement): ReadonlyMap<string, readonly XmlElement[]> {
  const made = byName.get(element);
  if (made !== undefined) return made;
  const index = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    const same = index.get(child.name);
    if (same === undefined) index.set(child.name, [child]);
    else same.push(child);
  }
  byName.set(element, index);
  return index;
}

function elementsOf(node: XmlNode): XmlElement[] {
  return childrenOf(node).filter((child) => typeof child !== 'string');
}

function textOf(element: XmlElement): string {
  const { children } = element;
  if (children.length === 1 && typeof children[0] === 'string') return children[0];
  let text = '';
  for (const child of children) {
    if (typeof child !== 'string') throw new Unfit('text is expected, not elements');
    text += child;
  }
  return text;
}

function isNil(element: XmlElement): boolean {
  return element.attributes.some((one) => one.ns === XSI && one.name === 'nil' && (one.value === 'true' || one.value === '1'));
}

function survey(node: XmlNode, known: Known<XmlNode>, run: Run): void {
  if (typeof node === 'string') return;
  if (node.children.length > MANY) byName.delete(node);
  if (node.attributes.length > 0) surveyAttributes(node, known, run);
  for (const child of node.children) {
    if (typeof child === 'string') {
      if (!known.leaf && child.trim() !== '') report(known, 'text', run);
      continue;
    }
    let fitting = false;
    for (const entry of known.children.get(child.name) ?? []) {
      if ((entry.otherwise && fitting) || !entry.fits(child, 0)) continue;
      fitting = true;
      survey(child, entry.node, run);
    }
    if (!fitting && carries(child)) report(known, child.name, run);
  }
}

function surveyAttributes(element: XmlElement, known: Known<XmlNode>, run: Run): void {
  for (const { ns, name, value } of element.attributes) {
    if (ns === XSI || ns === XMLNS || value === '') continue;
    const entry = known.children.get(`@${name}`)?.find(({ step }) => step.accepted.includes(ns));
    if (entry === undefined) report(known, `@${name}`, run);
    else if (entry.node.rest === 'dropped' && !entry.node.leaf) run.lose('dropped', entry.node.dropText);
  }
}

function report(known: Known<XmlNode>, name: string, run: Run): void {
  if (known.rest === 'dropped') run.lose('dropped', known.dropText);
  else if (known.rest === 'unknown') run.lose('unknown', known.unknownChild(name));
}

/** An element that holds nothing is no loss. */
function carries(element: XmlElement): boolean {
  return element.attributes.some((one) => one.ns !== XSI && one.ns !== XMLNS) || element.children.some((child) => (typeof child === 'string' ? child.trim() !== '' : carries(child)));
}

/** An element as JSONata sees it: text, or an object of attributes (`@name`) and children, repeated ones as a list. */
function plainXml(node: XmlNode): JsonValue {
  if (typeof node === 'string') return node;
  const elements = node.children.filter((child) => typeof child !== 'string');
  const text = elements.length === 0 ? textOf(node).trim() : '';
  if (elements.length === 0 && node.attributes.length === 0) return text;
  const object: Record<string, JsonValue> = {};
  for (const { name, value } of node.attributes) object[`@${name}`] = value;
  for (const child of elements) {
    const before = object[child.name];
    const value = plainXml(child);
    object[child.name] = before === undefined ? value : Array.isArray(before) ? [...(before as JsonValue[]), value] : [before, value];
  }
  if (elements.length === 0) object['text'] = text;
  return object;
}
