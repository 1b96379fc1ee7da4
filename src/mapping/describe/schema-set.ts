/** The XML Schema documents behind a description: read when a name of theirs is looked up, from local files alone. */
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { attribute, children, elements } from '../../xml/element.ts';
import { parseQualified } from '../../xml/qualified.ts';
import { DescriptionError, type ReadFile } from './description.ts';

export const XS = 'http://www.w3.org/2001/XMLSchema';

/** Attributes of XML Schema and WSDL whose values are qualified names. */
const QUALIFIED = new Set(['type', 'ref', 'base', 'itemType', 'memberTypes', 'substitutionGroup', 'element', 'message']);
/** Descriptions are the operator's own files, and larger than messages: 1.6 MB is a real one. */
const LIMITS: XmlLimits = { ...DEFAULT_XML_LIMITS, maxBytes: 32 * 1024 * 1024, maxNodes: 4_000_000, maxDepth: 128 };

/** A name in its namespace. */
export interface QName {
  readonly ns: string;
  readonly name: string;
}

/** A component where it is declared. */
export interface Declared {
  readonly element: XmlElement;
  readonly schema: SchemaDocument;
}

export interface SchemaDocument {
  readonly target: string;
  readonly path: string;
  /** An included document without a namespace of its own takes that of the one that includes it, in its names too. */
  readonly adopted: boolean;
  readonly qualifiedElements: boolean;
  readonly qualifiedAttributes: boolean;
}

type Kind = 'element' | 'type' | 'group' | 'attribute' | 'attributeGroup';
const KINDS: Readonly<Record<string, Kind>> = { element: 'element', complexType: 'type', simpleType: 'type', group: 'group', attribute: 'attribute', attributeGroup: 'attributeGroup' };

interface Pending {
  readonly ns: string;
  readonly location: string;
  readonly from: string;
  readonly include: boolean;
}

/** Parses one file. Throws DescriptionError when it is not there or not XML. */
export function parseFile(path: string, read: ReadFile): XmlElement {
  const bytes = read(path);
  if (bytes === undefined) throw new DescriptionError(`${path} is not there`, 'absent');
  try {
    return parseQualified(bytes, LIMITS, QUALIFIED);
  } catch (error) {
    throw new DescriptionError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export class SchemaSet {
  readonly #read: ReadFile;
  readonly #declared = new Map<string, Declared>();
  readonly #members = new Map<string, Declared[]>();
  readonly #seen = new Set<string>();
  /** Locations that no local file answers to, for the report of a name that is not found. */
  readonly #absent = new Set<string>();
  #pending: Pending[] = [];

  constructor(read: ReadFile) {
    this.#read = read;
  }

  /** `path`: the file that holds the schema, for locations relative to it. */
  add(schema: XmlElement, path: string, adopt?: string): void {
    const own = attribute(schema, '', 'targetNamespace');
    const target = own ?? adopt ?? '';
    const document: SchemaDocument = { target, path, adopted: own === undefined && adopt !== undefined, qualifiedElements: attribute(schema, '', 'elementFormDefault') === 'qualified', qualifiedAttributes: attribute(schema, '', 'attributeFormDefault') === 'qualified' };
    for (const element of elements(schema)) {
      if (element.ns !== XS) continue;
      const location = attribute(element, '', 'schemaLocation');
      if (element.name === 'import' || element.name === 'include' || element.name === 'redefine') {
        const include = element.name !== 'import';
        if (location !== undefined) this.#pending.push({ ns: include ? target : (attribute(element, '', 'namespace') ?? ''), location, from: path, include });
        continue;
      }
      this.#declare(element, document);
    }
  }

  #declare(element: XmlElement, schema: SchemaDocument): void {
    const kind = KINDS[element.name];
    const name = attribute(element, '', 'name');
    if (kind === undefined || name === undefined) return;
    this.#declared.set(key(kind, { ns: schema.target, name }), { element, schema });
    const head = attribute(element, '', 'substitutionGroup');
    if (head === undefined) return;
    const of = key('element', qname(head, schema));
    this.#members.set(of, [...(this.#members.get(of) ?? []), { element, schema }]);
  }

  /** The global component of that name. Throws DescriptionError when no local document declares it. */
  find(kind: Kind, name: QName): Declared {
    const found = this.lookUp(kind, name);
    if (found !== undefined) return found;
    // The file that is most likely meant comes first.
    const absent = [...this.#absent].toSorted((a, b) => Number(b.includes(name.name)) - Number(a.includes(name.name)));
    const beside = absent.length === 0 ? '' : `; not beside the description: ${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ` and ${absent.length - 3} more` : ''}`;
    throw new DescriptionError(`${kind === 'attributeGroup' ? 'attribute group' : kind} "${name.name}" of namespace "${name.ns}" is not declared${beside}`, absent.length === 0 ? 'wrong' : 'incomplete');
  }

  lookUp(kind: Kind, name: QName): Declared | undefined {
    for (;;) {
      const found = this.#declared.get(key(kind, name));
      if (found !== undefined || !this.#load(name.ns)) return found;
    }
  }

  /** Elements that may stand where `head` may (XML Schema 1.0 part 1, section 3.3.6), as far as they are read. */
  substitutes(head: QName): readonly Declared[] {
    return this.#members.get(key('element', head)) ?? [];
  }

  /** Reads the next document of a namespace; false when there is none left. */
  #load(ns: string): boolean {
    const at = this.#pending.findIndex((one) => one.ns === ns);
    const next = this.#pending[at];
    if (next === undefined) return false;
    this.#pending = this.#pending.toSpliced(at, 1);
    const path = localPath(next.location, next.from);
    if (this.#seen.has(path)) return true;
    this.#seen.add(path);
    if (this.#read(path) === undefined) this.#absent.add(next.location);
    else this.#addFile(path, next.include ? next.ns : undefined);
    return true;
  }

  #addFile(path: string, adopt: string | undefined): void {
    const root = parseFile(path, this.#read);
    if (root.ns !== XS || root.name !== 'schema') throw new DescriptionError(`${path} is not an XML Schema`);
    this.add(root, path, adopt);
  }
}

/** A network location means the file of that name beside the description: nothing is ever fetched. */
export function localPath(location: string, from: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return beside(from, location.replace(/[?#].*$/, '').split('/').findLast((part) => part !== '') ?? '');
  return beside(from, location);
}

function beside(from: string, relative: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** A value that parseQualified wrote as `{namespace}name`. */
export function qname(text: string, schema?: SchemaDocument): QName {
  const match = /^\{([^}]*)\}(.*)$/.exec(text);
  const ns = match?.[1] ?? '';
  return { ns: ns === '' && schema?.adopted === true ? schema.target : ns, name: match?.[2] ?? text };
}

/** The child elements of XML Schema with one of these names. */
export function schemaChildren(parent: XmlElement, ...names: readonly string[]): XmlElement[] {
  return elements(parent).filter((one) => one.ns === XS && names.includes(one.name));
}

export function schemasOf(types: XmlElement): XmlElement[] {
  return children(types, XS, 'schema');
}

function key(kind: Kind, { ns, name }: QName): string {
  return `${kind} {${ns}}${name}`;
}
