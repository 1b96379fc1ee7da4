/** The second parser, for the second verifier of XML signatures. Slow; everything else reads through parse.ts. */
import type { Document, Element, Node } from '@xmldom/xmldom';
import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom';
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlElement } from '../stages.ts';
import { toUtf8 } from './encoding.ts';
import { scanMarkup, tooLarge } from './scan.ts';

export interface DomDocument {
  /** The document without declaration and byte order mark. */
  readonly source: string;
  readonly root: XmlElement;
  /** Elements with a comment among their own children. */
  readonly commented: ReadonlySet<XmlElement>;
  /** The markup of an element of this document, with the namespaces that it needs. */
  markup(element: XmlElement): string;
}

/** As withDocument of document.ts, by @xmldom/xmldom. Throws `malformed` and `too-large`. */
export function parseDom(bytes: Uint8Array, limits: XmlLimits): DomDocument {
  if (bytes.byteLength > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`);
  const utf8 = toUtf8(bytes);
  scanMarkup(utf8, limits);
  const source = decode(utf8);
  const document = parse(source);
  if (document.doctype !== null || document.documentElement === null) throw new CausewayError('malformed', 'no root element, or a document type declaration');
  const nodes = new Map<XmlElement, Element>();
  const commented = new Set<XmlElement>();
  const root = plain(document.documentElement, nodes, commented);
  return { source, root, commented, markup: (element) => nodes.get(element)!.toString() };
}

function decode(utf8: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(utf8);
  } catch (cause) {
    throw new CausewayError('malformed', 'bytes are not UTF-8', { cause });
  }
}

/** Every warning and error stops: xmldom would mend and go on. Its own text may quote the message, so it is not kept. */
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
  for (const child of node.childNodes as Iterable<Node>) {
    if (child.nodeType === child.ELEMENT_NODE) children.push(plain(child as Element, nodes, commented));
    else if (child.nodeType === child.COMMENT_NODE) commented.add(element);
    else if (typeof children.at(-1) === 'string') children[children.length - 1] += child.nodeValue ?? '';
    else if (child.nodeValue) children.push(child.nodeValue);
  }
  return element;
}
