/** The second parser, for the second verifier of XML signatures. Slow; everything else reads through parse.ts. */
import { isDeepStrictEqual } from 'node:util';
import type { Document, Element, Node } from '@xmldom/xmldom';
import { DOMParser, onErrorStopParsing, XMLSerializer } from '@xmldom/xmldom';
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlElement } from '../stages.ts';
import { toUtf8 } from './encoding.ts';
import { parseXml } from './parse.ts';

/** xmldom, and the older one inside xml-crypto, turn these line ends of XML 1.1 into line feeds; in XML 1.0 they are characters like others. */
const LINE_ENDS_OF_1_1 = /[\u0085\u2028]/g;
/** As it serialises, a carriage return that was written as a reference stands bare, and would be read as a line feed. */
const LINE_ENDS = /[\r\u0085\u2028]/g;

export interface DomDocument {
  /** The document without declaration and byte order mark. */
  readonly source: string;
  readonly root: XmlElement;
  /** Elements with a comment among their own children. */
  readonly commented: ReadonlySet<XmlElement>;
  /** The markup of an element of this document, with the namespaces that it needs. */
  markup(element: XmlElement): string;
  /** The source without an element of this document. */
  without(element: XmlElement): string;
}

/**
 * Parses with @xmldom/xmldom. It mends or takes much that is not XML, so that parse.ts judges well-formedness and limits first, and both
 * must then have read the same tree: a message that two parsers read differently is an attack on one of them.
 * Throws `malformed` and `too-large`.
 */
export function parseDom(bytes: Uint8Array, limits: XmlLimits): DomDocument {
  const strict = parseXml(bytes, limits);
  const source = toUtf8(bytes).toString('utf8').replace(LINE_ENDS_OF_1_1, reference);
  const nodes = new Map<XmlElement, Element>();
  const commented = new Set<XmlElement>();
  const documentElement = parse(source).documentElement!;
  const root = plain(documentElement, nodes, commented);
  if (!isDeepStrictEqual(root, strict)) throw new CausewayError('malformed', 'two parsers read the message differently');
  const write = (node: Element): string => new XMLSerializer().serializeToString(node);
  return { source, root, commented, markup: (element) => write(nodes.get(element)!), without: (element) => removed(nodes.get(element)!, () => write(documentElement).replace(LINE_ENDS, reference)) };
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** What `use` gives while `node` is not in its document. */
function removed<T>(node: Element, use: () => T): T {
  const { parentNode, nextSibling } = node;
  parentNode!.removeChild(node);
  const result = use();
  parentNode!.insertBefore(node, nextSibling);
  return result;
}

/** Its own text may quote the message, so it is not kept. */
function parse(source: string): Document {
  try {
    return new DOMParser({ onError: onErrorStopParsing }).parseFromString(source, 'text/xml');
  } catch {
    throw new CausewayError('malformed', 'XML is not well-formed');
  }
}

function plain(node: Element, nodes: Map<XmlElement, Element>, commented: Set<XmlElement>): XmlElement {
  const children: (XmlElement | string)[] = [];
  const attributes = [...node.attributes].filter((attribute) => attribute.namespaceURI !== 'http://www.w3.org/2000/xmlns/');
  const element: XmlElement = { ns: node.namespaceURI ?? '', name: node.localName!, attributes: attributes.map(({ namespaceURI, localName, value }) => ({ ns: namespaceURI ?? '', name: localName!, value })), children };
  nodes.set(element, node);
  let text = '';
  for (const child of node.childNodes as Iterable<Node>) {
    if (child.nodeType === child.COMMENT_NODE) commented.add(element);
    else if (child.nodeType !== child.ELEMENT_NODE) text += child.nodeValue ?? '';
    else {
      if (text !== '') children.push(text);
      text = '';
      children.push(plain(child as Element, nodes, commented));
    }
  }
  if (text !== '') children.push(text);
  return element;
}
