/** The plain tree as libxml2 has it, node by node: what the tree that we read in one pass must equal. */
import * as libxml from 'libxml2-wasm';
import type { XmlElement } from '../../src/stages.ts';

const { ParseOption } = libxml;
const OPTIONS = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG | ParseOption.XML_PARSE_NOCDATA | ParseOption.XML_PARSE_SKIP_IDS;

export interface LibxmlTree {
  readonly root: XmlElement;
  /** Local names of elements with a comment among their own children, in document order. */
  readonly commented: readonly string[];
}

/** Undefined when libxml2 refuses the document, which is UTF-8 without declaration. */
export function libxmlTree(utf8: Uint8Array): LibxmlTree | undefined {
  let document: libxml.XmlDocument;
  try {
    document = libxml.XmlDocument.fromBuffer(utf8, { option: OPTIONS, encoding: 'utf-8' });
  } catch (error) {
    if (error instanceof libxml.XmlParseError) return undefined;
    throw error;
  }
  try {
    const commented: string[] = [];
    return { root: plain(document.root, commented), commented };
  } finally {
    document.dispose();
  }
}

function plain(node: libxml.XmlElement, commented: string[]): XmlElement {
  const children: (XmlElement | string)[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') children.push(text);
    text = '';
  };
  const nodes: libxml.XmlTreeNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.next) nodes.push(child);
  if (nodes.some((child) => child instanceof libxml.XmlComment)) commented.push(node.name);
  for (const child of nodes) {
    if (child instanceof libxml.XmlElement) {
      flush();
      children.push(plain(child, commented));
    } else if (!(child instanceof libxml.XmlComment)) {
      text += child.content;
    }
  }
  flush();
  return { ns: node.namespaceUri, name: node.name, attributes: node.attrs.map((one) => ({ ns: one.namespaceUri, name: one.name, value: one.value })), children };
}
