/** libxml2 behind one door: a hardened parse, the plain tree, and canonical bytes of its elements. */
import * as libxml from 'libxml2-wasm';
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlElement } from '../stages.ts';
import { canonicalElements } from './canonical.ts';
import type { CanonicalMode } from './canonical.ts';
import { elements } from './element.ts';
import { toUtf8 } from './encoding.ts';
import { readTree, tooLarge } from './tree.ts';
import type { Tree } from './tree.ts';

export interface CanonicalPart {
  readonly element: XmlElement;
  /** Namespace prefixes treated as in inclusive canonicalisation (PrefixList). Source: XML-EXC-C14N, section 3. */
  readonly inclusive: readonly string[];
  /** Default: exclusive. */
  readonly mode?: CanonicalMode;
}

/** A parsed document while it is open. */
export interface OpenDocument {
  readonly root: XmlElement;
  /** Elements with a comment among their own children: canonicalisation drops comments, so a signature does not cover them. */
  readonly commented: ReadonlySet<XmlElement>;
  /** Namespace prefixes that an element of this document declares itself, '' for the default one, with their URIs. */
  declarations(element: XmlElement): Readonly<Record<string, string>>;
  /** Canonical form, without comments, of elements of this document, none inside another; in the order of `parts`. */
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
  // The limits first: libxml2 would allocate for all that is there. What is not well-formed is then refused by it, with the line.
  const tree = previewed(bytes, limits) ?? readTree(utf8.toString('utf8'), limits);
  const document = open(utf8);
  try {
    if (tree === undefined || document.dtd !== null) throw new CausewayError('malformed', 'libxml2 takes what we do not');
    return use(new LibxmlDocument(document, tree));
  } finally {
    document.dispose();
  }
}

/** Whether both readers take `bytes`, where the tree is known already. Throws as withDocument does. */
export function checkWellFormed(bytes: Uint8Array): void {
  previews.delete(bytes);
  const document = open(toUtf8(bytes));
  const typed = document.dtd !== null;
  document.dispose();
  if (typed) throw new CausewayError('malformed', 'libxml2 takes what we do not');
}

/**
 * The tree alone, in a third of the time, of a document that nobody has called well-formed: what it seems to be, until withDocument or
 * checkWellFormed has taken the same bytes. Throws `malformed` and `too-large`.
 */
export function previewXml(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  const tree = seemingTree(bytes, limits);
  previews.set(bytes, { limits, tree });
  return tree.root;
}

/** As previewXml, where no strict reading follows: of bytes that a canonicalisation wrote, or that are read strictly by whoever gets them next. */
export function unprovenXml(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  return seemingTree(bytes, limits).root;
}

function seemingTree(bytes: Uint8Array, limits: XmlLimits): Tree {
  if (bytes.byteLength > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`);
  const utf8 = toUtf8(bytes);
  const tree = readTree(utf8.toString('utf8'), limits);
  if (tree !== undefined) return tree;
  open(utf8).dispose();
  throw new CausewayError('malformed', 'libxml2 takes what we do not');
}

interface Preview {
  readonly limits: XmlLimits;
  readonly tree: Tree;
}

/**
 * A message is read for its headers first, and once more when its signature is verified: the same bytes give the same tree. Nothing rests on it:
 * what a signature covers are the bytes that libxml2 canonicalises, and these are read anew. Taken out by whoever reads the bytes strictly: until
 * a collection of the whole heap, V8 keeps what a WeakMap holds, and copies it.
 */
const previews = new WeakMap<Uint8Array, Preview>();

function previewed(bytes: Uint8Array, limits: XmlLimits): Tree | undefined {
  const preview = previews.get(bytes);
  previews.delete(bytes);
  return preview?.limits === limits ? preview.tree : undefined;
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

/** `position` counts those that were sought, in document order. */
interface Place {
  readonly node: libxml.XmlElement;
  readonly position: number;
}

class LibxmlDocument implements OpenDocument {
  readonly root: XmlElement;
  readonly commented: ReadonlySet<XmlElement>;
  readonly #declared: Tree['declared'];
  readonly #document: libxml.XmlDocument;

  constructor(document: libxml.XmlDocument, { root, commented, declared }: Tree) {
    this.#document = document;
    this.root = root;
    this.commented = commented;
    this.#declared = declared;
  }

  declarations(element: XmlElement): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#declared.get(element) ?? []);
  }

  canonicalize(parts: readonly CanonicalPart[]): readonly Uint8Array[] {
    const places = findPlaces(this.root, this.#document.root, new Set(parts.map(({ element }) => element)));
    if (places.size < new Set(parts.map(({ element }) => element)).size) throw new CausewayError('internal', 'element is not of this document, or inside another');
    const bytes = new Map<CanonicalPart, Uint8Array>();
    for (const alike of Map.groupBy(parts, (part) => [part.mode, ...part.inclusive].join(' ')).values()) {
      const ordered = alike.map((part) => ({ part, ...places.get(part.element)! })).sort((a, b) => a.position - b.position);
      const canonical = canonicalElements(this.#document, ordered.map(({ node }) => node), alike[0]!.inclusive, alike[0]!.mode);
      ordered.forEach(({ part }, at) => bytes.set(part, canonical[at]!));
    }
    return parts.map((part) => bytes.get(part)!);
  }
}

/** Where libxml2 has the elements that are sought: it is walked only as far as the way there. */
function findPlaces(root: XmlElement, node: libxml.XmlElement, sought: ReadonlySet<XmlElement>): Map<XmlElement, Place> {
  const onTheWay = new Set<XmlElement>();
  markWays(root, sought, onTheWay);
  const places = new Map<XmlElement, Place>();
  const visit = (element: XmlElement, at: libxml.XmlElement): void => {
    if (at.name !== element.name || at.namespaceUri !== element.ns) throw new CausewayError('internal', 'libxml2 has another element here');
    if (sought.has(element)) places.set(element, { node: at, position: places.size });
    else if (onTheWay.has(element)) visitChildren(elements(element), at);
  };
  const visitChildren = (children: readonly XmlElement[], parent: libxml.XmlElement): void => {
    let next = nextElement(parent.firstChild);
    for (const child of children) {
      if (next === null) throw new CausewayError('internal', 'libxml2 has fewer elements here');
      visit(child, next);
      next = nextElement(next.next);
    }
  };
  visit(root, node);
  return places;
}

/** Whether something that is sought lies in `element`; what it lies in is added to `onTheWay`. */
function markWays(element: XmlElement, sought: ReadonlySet<XmlElement>, onTheWay: Set<XmlElement>): boolean {
  if (sought.has(element)) return true;
  let holds = false;
  for (const child of element.children) {
    if (typeof child !== 'string' && markWays(child, sought, onTheWay)) holds = true;
  }
  if (holds) onTheWay.add(element);
  return holds;
}

function nextElement(from: libxml.XmlTreeNode | null): libxml.XmlElement | null {
  let node = from;
  while (node !== null && !(node instanceof libxml.XmlElement)) node = node.next;
  return node;
}
