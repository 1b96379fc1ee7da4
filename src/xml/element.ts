/** Reading and making plain elements. */
import type { XmlAttribute, XmlElement } from '../stages.ts';

/** Attributes without a namespace may be given as a record. */
export function element(ns: string, name: string, children: readonly (XmlElement | string)[] = [], attributes: readonly XmlAttribute[] | Readonly<Record<string, string>> = []): XmlElement {
  return { ns, name, children, attributes: isList(attributes) ? attributes : Object.entries(attributes).map(([key, value]) => ({ ns: '', name: key, value })) };
}

/** The first child element of that name. */
export function child(parent: XmlElement, ns: string, name: string): XmlElement | undefined {
  for (const node of parent.children) {
    if (typeof node !== 'string' && node.name === name && node.ns === ns) return node;
  }
  return undefined;
}

/** Child elements of that name, in document order. */
export function children(parent: XmlElement, ns: string, name: string): XmlElement[] {
  return elements(parent).filter((node) => node.name === name && node.ns === ns);
}

/** All child elements, in document order. */
export function elements(parent: XmlElement): XmlElement[] {
  return parent.children.filter((node) => typeof node !== 'string');
}

/** The element's own text: what stands between its tags, but not in its children; '' when there is none. */
export function text(parent: XmlElement): string {
  const { children: nodes } = parent;
  if (nodes.length === 1 && typeof nodes[0] === 'string') return nodes[0];
  return nodes.filter((node) => typeof node === 'string').join('');
}

export function attribute(parent: XmlElement, ns: string, name: string): string | undefined {
  return parent.attributes.find((one) => one.name === name && one.ns === ns)?.value;
}

function isList(attributes: readonly XmlAttribute[] | Readonly<Record<string, string>>): attributes is readonly XmlAttribute[] {
  return Array.isArray(attributes);
}
