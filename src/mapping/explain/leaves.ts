/** A document as its fields, so that two can be compared field by field. */
import type { JsonValue, Payload, XmlElement } from '../../stages.ts';

/** Path to value; names of list items and of repeated elements have their index, as the form counts. */
export type Leaves = ReadonlyMap<string, JsonValue>;

export function leavesOf(document: { readonly neutral: JsonValue } | { readonly domestic: Payload }): Leaves {
  const leaves = new Map<string, JsonValue>();
  if ('neutral' in document) jsonLeaves(document.neutral, '', leaves);
  else if (document.domestic.form === 'xml') xmlLeaves(document.domestic.element, document.domestic.element.name, leaves);
  else {
    const { body, path, query } = document.domestic;
    jsonLeaves({ ...(Object.keys(path).length === 0 ? {} : { path }), ...(Object.keys(query).length === 0 ? {} : { query }), ...(body === undefined ? {} : { body }) }, '', leaves);
  }
  return leaves;
}

/** Paths whose values are not the same on both sides, in the order of the first, then of the second. */
export function differing(one: Leaves, other: Leaves): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path));
}

function jsonLeaves(value: JsonValue, path: string, leaves: Map<string, JsonValue>): void {
  if (typeof value !== 'object' || value === null) return void leaves.set(path, value);
  const inner: readonly (readonly [string, JsonValue])[] = Array.isArray(value)
    ? (value as readonly JsonValue[]).map((item, at) => [`${path}[${at}]`, item] as const)
    : Object.entries(value).map(([name, item]) => [path === '' ? name : `${path}.${name}`, item] as const);
  // An empty list is not the same as none.
  if (inner.length === 0) leaves.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [at, item] of inner) jsonLeaves(item, at, leaves);
}

function xmlLeaves(element: XmlElement, path: string, leaves: Map<string, JsonValue>): void {
  for (const { name, value } of element.attributes) leaves.set(`${path}/@${name}`, value);
  const children = element.children.filter((child) => typeof child !== 'string');
  if (children.length === 0) leaves.set(path, element.children.join('').trim());
  const seen = new Map<string, number>();
  for (const child of children) {
    const at = (seen.get(child.name) ?? 0) + 1;
    seen.set(child.name, at);
    const repeated = at > 1 || children.filter(({ name }) => name === child.name).length > 1;
    xmlLeaves(child, `${path}/${child.name}${repeated ? `[${at}]` : ''}`, leaves);
  }
}
