/** Writing XML. What is written is already in exclusive canonical form, so that a signature over it needs no canonicalisation. */
import { CausewayError } from '../errors.ts';
import type { XmlAttribute, XmlElement } from '../stages.ts';

/** Namespace URI to prefix. A namespace that is not listed gets ns1, ns2 … in document order. */
export type Prefixes = Readonly<Record<string, string>>;

export const XML_NS = 'http://www.w3.org/XML/1998/namespace';

/** XML 1.0, section 2.3, productions 4 and 4a, without the colon. */
const START = 'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NC_NAME = new RegExp(`^[${START}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}${START}]*$`, 'u');
/** Anything outside XML 1.0, section 2.2, production 2: with the u flag, a lone surrogate matches as itself. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
/** Most names and texts are these: they stand as they are, and sort by their UTF-16 units. */
const ASCII_NAME = /^[A-Za-z_][-.\w]*$/;
const PLAIN = /^[ !#-%'-;=?-~]*$/;
const TEXT = /[&<>\r]/g;
const VALUE = /[&<"\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };

/**
 * The element as a document in UTF-8, in the form that exclusive canonicalisation gives it: a namespace is declared on the
 * outermost elements that use it (with `declareAll` those of `prefixes` stand on the root: for attributes that hold qualified names), attributes are sorted, empty elements have two tags. The default namespace is never used.
 * Throws `internal` when a name or a character cannot stand in XML 1.0, or two namespaces claim a prefix.
 * Source: XML-EXC-C14N, section 3; Canonical XML 1.0, section 2.3.
 */
export function renderXml(root: XmlElement, prefixes: Prefixes, options: { declaration?: boolean; declareAll?: boolean } = {}): Uint8Array {
  const text = new Renderer(prefixes).render(root, options.declareAll === true ? Object.keys(prefixes) : NONE);
  return Buffer.from(options.declaration === true ? `<?xml version="1.0" encoding="UTF-8"?>\n${text}` : text, 'utf8');
}

/** As renderXml, as a string. */
export function renderText(root: XmlElement, prefixes: Prefixes): string {
  return new Renderer(prefixes).render(root, NONE);
}

/** Which prefix stands for which namespace. */
class Table {
  readonly #prefixes: Map<string, string>;
  readonly #taken: Set<string>;

  constructor(from?: Table) {
    this.#prefixes = from === undefined ? new Map([['', ''], [XML_NS, 'xml']]) : new Map(from.#prefixes);
    this.#taken = from === undefined ? new Set(['', 'xml', 'xmlns']) : new Set(from.#taken);
  }

  get(ns: string): string | undefined {
    return this.#prefixes.get(ns);
  }

  claim(ns: string, prefix: string): string {
    if (this.#taken.has(prefix) || this.#prefixes.has(ns) || !isName(prefix)) throw new CausewayError('internal', `prefix ${prefix} cannot be given to a namespace`);
    this.#taken.add(prefix);
    this.#prefixes.set(ns, prefix);
    return prefix;
  }

  invent(ns: string): string {
    let number = 1;
    while (this.#taken.has(`ns${number}`)) number++;
    return this.claim(ns, `ns${number}`);
  }
}

/** The same few lists of prefixes come with every message, ten times each. */
const tables = new WeakMap<Prefixes, Table>();

function tableOf(prefixes: Prefixes): Table {
  const known = tables.get(prefixes);
  if (known !== undefined) return known;
  const table = new Table();
  for (const [ns, prefix] of Object.entries(prefixes)) table.claim(ns, prefix);
  tables.set(prefixes, table);
  return table;
}

const NONE: readonly never[] = [];

class Renderer {
  #table: Table;
  /** The table is of this writing alone. */
  #own = false;
  /** Namespaces that an element around the present one has declared. */
  readonly #declared = new Set<string>();
  #text = '';

  constructor(prefixes: Prefixes) {
    this.#table = tableOf(prefixes);
  }

  /** `more`: namespaces to declare on the root beside those that it uses. */
  render(root: XmlElement, more: readonly string[]): string {
    this.#element(root, more);
    return this.#text;
  }

  #element(element: XmlElement, more: readonly string[]): void {
    const name = this.#qualified(element.ns, element.name);
    const attributes = element.attributes.length > 1 ? [...element.attributes].sort(canonicalOrder) : element.attributes;
    const fresh = this.#undeclared(element, attributes, more);
    let tag = `<${name}`;
    for (const ns of fresh) {
      this.#declared.add(ns);
      tag += ` xmlns:${this.#prefix(ns)}="${escapeValue(ns)}"`;
    }
    for (const attribute of attributes) tag += ` ${this.#qualified(attribute.ns, attribute.name)}="${escapeValue(attribute.value)}"`;
    this.#text += `${tag}>`;
    for (const child of element.children) {
      if (typeof child === 'string') this.#text += escapeText(child);
      else this.#element(child, NONE);
    }
    this.#text += `</${name}>`;
    for (const ns of fresh) this.#declared.delete(ns);
  }

  /** Namespaces to declare here, sorted by prefix. */
  #undeclared({ ns: own }: XmlElement, attributes: readonly XmlAttribute[], more: readonly string[]): readonly string[] {
    const plain = more.length === 0 && attributes.every(({ ns }) => ns === '');
    if (plain) return this.#isFresh(own) ? [own] : NONE;
    const fresh = [...new Set([own, ...more, ...attributes.map(({ ns }) => ns)])].filter((ns) => this.#isFresh(ns));
    return fresh.sort((a, b) => compareCodePoints(this.#prefix(a), this.#prefix(b)));
  }

  #isFresh(ns: string): boolean {
    return ns !== '' && ns !== XML_NS && !this.#declared.has(ns);
  }

  #qualified(ns: string, name: string): string {
    if (!isName(name)) throw new CausewayError('internal', 'a name that XML does not allow');
    const prefix = this.#prefix(ns);
    return prefix === '' ? name : `${prefix}:${name}`;
  }

  #prefix(ns: string): string {
    return this.#table.get(ns) ?? this.#invent(ns);
  }

  #invent(ns: string): string {
    if (!this.#own) this.#table = new Table(this.#table);
    this.#own = true;
    return this.#table.invent(ns);
  }
}

function isName(name: string): boolean {
  return ASCII_NAME.test(name) || NC_NAME.test(name);
}

function canonicalOrder(a: XmlAttribute, b: XmlAttribute): number {
  const order = compareCodePoints(a.ns, b.ns) || compareCodePoints(a.name, b.name);
  if (order === 0 && a !== b) throw new CausewayError('internal', 'two attributes of one name');
  return order;
}

/** Canonical XML sorts by code point; UTF-8 bytes have that order, UTF-16 units do not. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  if (PLAIN.test(a) && PLAIN.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function escapeText(text: string): string {
  return PLAIN.test(text) ? text : allowed(text).replace(TEXT, (character) => ESCAPES[character]!);
}

function escapeValue(value: string): string {
  return PLAIN.test(value) ? value : allowed(value).replace(VALUE, (character) => ESCAPES[character]!);
}

function allowed(text: string): string {
  if (FORBIDDEN.test(text)) throw new CausewayError('internal', 'a character that XML 1.0 does not allow');
  return text;
}
