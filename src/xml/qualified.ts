/** Reading XML whose attribute values are qualified names: schemas and service descriptions. */
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlElement } from '../stages.ts';
import { withDocument, type OpenDocument } from './document.ts';

type Prefixes = Readonly<Record<string, string>>;

/**
 * As parseXml, but in attributes of the given names (without a namespace) each qualified name stands as `{namespace}name`, a list of
 * them with spaces between; a prefix that is not declared leaves its name as it is written. Throws `malformed` and `too-large`.
 * Source: XML Schema 1.0 part 2, section 3.2.18: the default namespace holds for values too.
 */
export function parseQualified(bytes: Uint8Array, limits: XmlLimits, names: ReadonlySet<string>): XmlElement {
  return withDocument(bytes, limits, (document) => qualified(document.root, document, { xml: 'http://www.w3.org/XML/1998/namespace' }, names));
}

function qualified(element: XmlElement, document: OpenDocument, outer: Prefixes, names: ReadonlySet<string>): XmlElement {
  const own = document.declarations(element);
  const prefixes = Object.keys(own).length === 0 ? outer : { ...outer, ...own };
  return {
    ...element,
    attributes: element.attributes.map((one) => (one.ns === '' && names.has(one.name) ? { ...one, value: one.value.trim().split(/\s+/).map((name) => expanded(name, prefixes)).join(' ') } : one)),
    children: element.children.map((child) => (typeof child === 'string' ? child : qualified(child, document, prefixes, names))),
  };
}

function expanded(name: string, prefixes: Prefixes): string {
  const at = name.indexOf(':');
  const prefix = name.slice(0, Math.max(at, 0));
  if (prefix === '') return `{${prefixes[''] ?? ''}}${name}`;
  return Object.hasOwn(prefixes, prefix) ? `{${prefixes[prefix] ?? ''}}${name.slice(at + 1)}` : name;
}
