/**
 * The plain tree of a document in one pass over its text, and on the way what is forbidden and how big it is. This is no XML parser: it
 * reads markup as it must stand in well-formed XML, and libxml2 decides (document.ts) whether the document is that. A document is
 * read by both before anything of it is used.
 */
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlAttribute, XmlElement } from '../stages.ts';
import { attributeValue, characterData, sectionText } from './references.ts';
import { expandAttribute, localPart, namespaceOf, PREDEFINED } from './scope.ts';
import type { Scope } from './scope.ts';

/** Prefixes that one element declares, '' for the default namespace. */
export type Declarations = ReadonlyMap<string, string>;

export interface Tree {
  readonly root: XmlElement;
  /** Elements with a comment among their own children. */
  readonly commented: ReadonlySet<XmlElement>;
  /** Of the elements that declare any. */
  readonly declared: ReadonlyMap<XmlElement, Declarations>;
}

/** Canonicalisation writes a namespace at every element that begins to use it: a long one would multiply what a receiver has to write and digest. */
const MAX_NAMESPACE = 1024;

/** White space has this code or less: XML allows no other control characters. */
const SPACE = 0x20;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GT = 0x3e;

/** An element whose end tag has not come yet. */
interface Open {
  readonly element: XmlElement;
  readonly children: (XmlElement | string)[];
  readonly scope: Scope;
  readonly outer: Open | undefined;
  readonly depth: number;
  /** Since the last child element: comments and sections do not part it. */
  text: string;
}

/**
 * Reads `source`, a document without declaration and byte order mark, in linear time; undefined when an element has no end, which libxml2
 * will say with the line. Throws `malformed` for document types and processing instructions (SOAP 1.1, section 3) and for markup that
 * makes no sense, `too-large` over one of `limits`.
 */
export function readTree(source: string, limits: XmlLimits): Tree | undefined {
  return new TreeReader(source, limits).read();
}

class TreeReader {
  readonly #source: string;
  readonly #limits: XmlLimits;
  readonly #commented = new Set<XmlElement>();
  readonly #declared = new Map<XmlElement, Declarations>();
  #root: XmlElement | undefined;
  #open: Open | undefined;
  #nodes = 0;

  constructor(source: string, limits: XmlLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  read(): Tree | undefined {
    const source = this.#source;
    let position = 0;
    for (let open = source.indexOf('<'); open !== -1; open = source.indexOf('<', position)) {
      if (open > position) this.#text(characterData(source.slice(position, open)));
      position = this.#markup(open);
    }
    if (this.#root === undefined || this.#open !== undefined) return undefined;
    return { root: this.#root, commented: this.#commented, declared: this.#declared };
  }

  /** Position after the markup that starts at `open`. */
  #markup(open: number): number {
    const kind = this.#source[open + 1];
    if (kind === '/') return this.#endTag(open);
    if (kind === '!') return this.#section(open);
    return kind === '?' ? forbidden('processing instructions') : this.#startTag(open);
  }

  #text(text: string): void {
    this.#count(1);
    if (this.#open !== undefined) this.#open.text += text;
  }

  /** A comment or a CDATA section; all else that begins so belongs to document types. */
  #section(open: number): number {
    const source = this.#source;
    if (source.startsWith('<!--', open)) {
      this.#count(1);
      if (this.#open !== undefined) this.#commented.add(this.#open.element);
      return after(source, '-->', open + 4);
    }
    if (!source.startsWith('<![CDATA[', open)) return forbidden('a document type declaration');
    const end = after(source, ']]>', open + 9);
    this.#text(sectionText(source.slice(open + 9, end - 3)));
    return end;
  }

  #endTag(open: number): number {
    if (this.#open === undefined) unfinished();
    this.#flush(this.#open);
    this.#open = this.#open.outer;
    return after(this.#source, '>', open + 2);
  }

  #startTag(open: number): number {
    const source = this.#source;
    const nameEnd = endOfName(source, open + 1);
    const parent = this.#open;
    if (parent !== undefined) this.#flush(parent);
    const tag: Tag = { attributes: [], own: undefined, prefixed: false };
    const end = this.#attributes(nameEnd, tag);
    const scope = tag.own === undefined ? (parent?.scope ?? PREDEFINED) : { own: tag.own, outer: parent?.scope ?? PREDEFINED };
    const depth = (parent?.depth ?? 0) + 1;
    if (depth > this.#limits.maxDepth) throw tooLarge(`deeper than ${this.#limits.maxDepth} elements`);
    const children: (XmlElement | string)[] = [];
    const attributes = tag.prefixed ? tag.attributes.map((attribute) => expandAttribute(attribute, scope)) : tag.attributes;
    const name = source.slice(open + 1, nameEnd);
    const element = { ns: namespaceOf(name, scope), name: localPart(name), attributes, children };
    if (tag.own !== undefined) this.#declared.set(element, tag.own);
    if (parent === undefined) this.#root ??= element;
    else parent.children.push(element);
    if (source.charCodeAt(end) === GT) {
      this.#open = { element, children, scope, outer: parent, depth, text: '' };
      return end + 1;
    }
    return source.charCodeAt(end + 1) === GT ? end + 2 : unfinished();
  }

  /** Position of the `>` or `/` behind the attributes. */
  #attributes(start: number, tag: Tag): number {
    const source = this.#source;
    let count = 0;
    let position = afterSpace(source, start);
    for (let code = source.charCodeAt(position); code !== GT && code !== SLASH; code = source.charCodeAt(position)) {
      const nameEnd = endOfName(source, position);
      const quote = afterSpace(source, afterSpace(source, nameEnd) + 1);
      const valueEnd = source.indexOf(source[quote] ?? '', quote + 1);
      if (nameEnd === position || valueEnd <= quote) unfinished();
      if (++count > this.#limits.maxAttributes) throw tooLarge(`more than ${this.#limits.maxAttributes} attributes on an element`);
      this.#attribute(source.slice(position, nameEnd), attributeValue(source.slice(quote + 1, valueEnd)), tag);
      position = afterSpace(source, valueEnd + 1);
    }
    // Attributes cost a parser as much as elements do, so that they count as nodes.
    this.#count(1 + count);
    return position;
  }

  #attribute(name: string, value: string, tag: Tag): void {
    if (name === 'xmlns' || name.startsWith('xmlns:')) {
      tag.own ??= new Map();
      tag.own.set(name.slice(6), namespace(value));
    } else {
      tag.prefixed ||= name.includes(':');
      tag.attributes.push({ ns: '', name, value: this.#bounded(value) });
    }
  }

  #flush(open: Open): void {
    if (open.text === '') return;
    open.children.push(this.#bounded(open.text));
    open.text = '';
  }

  #bounded(text: string): string {
    if (text.length > this.#limits.maxText) throw tooLarge(`more than ${this.#limits.maxText} characters in one text`);
    return text;
  }

  #count(more: number): void {
    this.#nodes += more;
    if (this.#nodes > this.#limits.maxNodes) throw tooLarge(`more than ${this.#limits.maxNodes} nodes`);
  }
}

/** Attribute names as written, until the declarations of the element are known. */
interface Tag {
  readonly attributes: XmlAttribute[];
  own: Map<string, string> | undefined;
  prefixed: boolean;
}

function endOfName(source: string, from: number): number {
  let at = from;
  for (let code = source.charCodeAt(at); code > SPACE && code !== GT && code !== SLASH && code !== EQUALS; code = source.charCodeAt(at)) at++;
  return at;
}

function afterSpace(source: string, from: number): number {
  let at = from;
  while (source.charCodeAt(at) <= SPACE) at++;
  return at;
}

function namespace(uri: string): string {
  if (uri.length > MAX_NAMESPACE) throw tooLarge(`more than ${MAX_NAMESPACE} characters in the name of a namespace`);
  return uri;
}

function after(source: string, end: string, from: number): number {
  const found = source.indexOf(end, from);
  if (found === -1) unfinished();
  return found + end.length;
}

function forbidden(what: string): never {
  throw new CausewayError('malformed', `XML with ${what}`, { facts: { hint: `A message must not contain ${what}.` } });
}

function unfinished(): never {
  throw new CausewayError('malformed', 'markup that does not end');
}

/** A refusal that names the limit, so that the sender knows which one. */
export function tooLarge(what: string): CausewayError {
  return new CausewayError('too-large', `XML with ${what}`, { facts: { hint: `XML with ${what}.` } });
}
