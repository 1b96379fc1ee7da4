/** libxml2 behind one door: a hardened parse, the plain tree, and canonical bytes of its elements. */
import * as libxml from 'libxml2-wasm';
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlAttribute, XmlElement } from '../stages.ts';
import { canonicalElements } from './canonical.ts';
import { toUtf8 } from './encoding.ts';
import { scanMarkup, tooLarge } from './scan.ts';

export interface CanonicalPart {
  readonly element: XmlElement;
  /** Namespace prefixes treated as in inclusive canonicalisation (PrefixList). Source: XML-EXC-C14N, section 3. */
  readonly inclusive: readonly string[];
}

/** A parsed document while it is open. */
export interface OpenDocument {
  readonly root: XmlElement;
  /** Elements with a comment among their own children: canonicalisation drops comments, so a signature does not cover them. */
  readonly commented: ReadonlySet<XmlElement>;
  /** Namespace prefixes that an element of this document declares itself, '' for the default one, with their URIs. */
  declarations(element: XmlElement): Readonly<Record<string, string>>;
  /** Exclusive canonical form, without comments, of elements of this document, none inside another; in the order of `parts`. */
  canonicalize(parts: readonly CanonicalPart[]): readonly Uint8Array[];
}

const { ParseOption } = libxml;
// XML_PARSE_NOENT, _DTDLOAD, _DTDVALID, _XINCLUDE and _HUGE stay off: no entity is ever substituted, nothing outside is read.
const OPTIONS = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG | ParseOption.XML_PARSE_NOCDATA | ParseOption.XML_PARSE_COMPACT | ParseOption.XML_PARSE_SKIP_IDS;

/**
 * Parses `bytes` within `limits` and runs `use` on the document; its memory is freed when `use` returns or throws.
 * Comments are dropped and the text around them merged; CDATA is text. Throws `malformed` (with the line, where known) and `too-large`.
 */
export function withDocument<T>(bytes: Uint8Array, limits: XmlLimits, use: (document: OpenDocument) => T): T {
  if (bytes.byteLength > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`);
  const utf8 = toUtf8(bytes);
  scanMarkup(utf8, limits);
  const document = open(utf8);
  try {
    if (document.dtd !== null) throw new CausewayError('malformed', 'document type declaration');
    return use(new LibxmlDocument(document, limits));
  } finally {
    document.dispose();
  }
}

function open(utf8: Buffer): libxml.XmlDocument {
  try {
    return libxml.XmlDocument.fromBuffer(utf8, { option: OPTIONS, encoding: 'utf-8' });
  } catch (error) {
    if (!(error instanceof libxml.XmlError)) throw error;
    throw notWellFormed(error);
  }
}

/** libxml2's own text may quote the message, so only the place is told. */
function notWellFormed(error: libxml.XmlError): CausewayError {
  const place = error instanceof libxml.XmlParseError ? error.details[0] : undefined;
  if (place === undefined) return new CausewayError('malformed', 'XML is not well-formed');
  return new CausewayError('malformed', `XML is not well-formed at line ${place.line}, column ${place.col}`, { facts: { hint: `The XML is not well-formed near line ${place.line}.` } });
}

/** `position` counts elements in document order. */
interface Place {
  readonly node: libxml.XmlElement;
  readonly position: number;
}

class LibxmlDocument implements OpenDocument {
  readonly root: XmlElement;
  readonly commented = new Set<XmlElement>();
  readonly #places = new Map<XmlElement, Place>();
  readonly #document: libxml.XmlDocument;
  readonly #maxText: number;

  constructor(document: libxml.XmlDocument, limits: XmlLimits) {
    this.#document = document;
    this.#maxText = limits.maxText;
    this.root = this.#plain(document.root);
  }

  declarations(element: XmlElement): Readonly<Record<string, string>> {
    return this.#placeOf(element).node.nsDeclarations;
  }

  canonicalize(parts: readonly CanonicalPart[]): readonly Uint8Array[] {
    const bytes = new Map<CanonicalPart, Uint8Array>();
    for (const alike of Map.groupBy(parts, (part) => part.inclusive.join(' ')).values()) {
      const ordered = alike.map((part) => ({ part, ...this.#placeOf(part.element) })).sort((a, b) => a.position - b.position);
      const canonical = canonicalElements(this.#document, ordered.map(({ node }) => node), alike[0]!.inclusive);
      ordered.forEach(({ part }, at) => bytes.set(part, canonical[at]!));
    }
    return parts.map((part) => bytes.get(part)!);
  }

  #placeOf(element: XmlElement): Place {
    const place = this.#places.get(element);
    if (place === undefined) throw new CausewayError('internal', 'element is not of this document');
    return place;
  }

  #plain(node: libxml.XmlElement): XmlElement {
    const children: (XmlElement | string)[] = [];
    const element: XmlElement = { ns: node.namespaceUri, name: node.name, attributes: node.attrs.map((attribute) => this.#attribute(attribute)), children };
    this.#places.set(element, { node, position: this.#places.size });
    let text = '';
    for (let child = node.firstChild; child !== null; child = child.next) {
      if (child instanceof libxml.XmlElement) {
        if (text !== '') children.push(this.#bounded(text));
        text = '';
        children.push(this.#plain(child));
      } else if (child instanceof libxml.XmlText || child instanceof libxml.XmlCData) {
        text += child.content;
      } else if (child instanceof libxml.XmlComment) {
        this.commented.add(element);
      } else {
        throw new CausewayError('malformed', 'a node that is neither element, text nor comment');
      }
    }
    if (text !== '') children.push(this.#bounded(text));
    return element;
  }

  #attribute(attribute: libxml.XmlAttribute): XmlAttribute {
    return { ns: attribute.namespaceUri, name: attribute.name, value: this.#bounded(attribute.value) };
  }

  #bounded(text: string): string {
    if (text.length > this.#maxText) throw tooLarge(`more than ${this.#maxText} characters in one text`);
    return text;
  }
}
