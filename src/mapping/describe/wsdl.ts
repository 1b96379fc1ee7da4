/** Operations of a WSDL 1.1 description: the payload elements of request and answer. */
import type { XmlElement } from '../../stages.ts';
import { attribute, child, children } from '../../xml/element.ts';
import { DescriptionError, type Description, type ReadFile } from './description.ts';
import { localPath, parseFile, qname, SchemaSet, schemasOf, XS, type QName } from './schema-set.ts';
import { describeElement } from './xsd.ts';

const WSDL = 'http://schemas.xmlsoap.org/wsdl/';

/** The roots that a mapping declares: those of a plain XML Schema, which names no operations; a WSDL must say the same. */
export interface Roots {
  readonly request: QName;
  readonly response: QName;
}

/**
 * The operation of a WSDL, whose elements must be the `roots` where they are known, or the `roots` of a plain XML Schema. Throws DescriptionError.
 * Source: WSDL 1.1, sections 2.3 and 2.4; X-Road message protocol 4.0, section 2.5: document/literal, one part with `element`.
 */
export function describeXml(path: string, operation: string, roots: Roots | undefined, read: ReadFile): Description {
  const root = parseFile(path, read);
  const schemas = new SchemaSet(read);
  if (root.ns === XS && root.name === 'schema') {
    if (roots === undefined) throw new DescriptionError(`${path} is an XML Schema without operations: the roots must be known`);
    schemas.add(root, path);
    return { source: path, request: describeElement(roots.request, schemas), response: describeElement(roots.response, schemas) };
  }
  if (root.ns !== WSDL || root.name !== 'definitions') throw new DescriptionError(`${path} is neither WSDL 1.1 nor XML Schema`);
  const definitions = withImports(root, path, read);
  for (const { element, path: file } of definitions) for (const types of children(element, WSDL, 'types')) for (const schema of schemasOf(types)) schemas.add(schema, file);
  const { input, output } = messagesOf(definitions.map(({ element }) => element), operation, path);
  try {
    return { source: path, request: describeElement(input, schemas), response: describeElement(output, schemas) };
  } catch (error) {
    // Where the types are not at hand, the names of the elements still are.
    for (const [named, root] of [[input, roots?.request], [output, roots?.response]] as const) if (root !== undefined && shown(root) !== shown(named)) throw new DescriptionError(`it names the payload ${shown(named)}, and the root is ${shown(root)}`);
    throw error;
  }
}

interface Definitions {
  readonly element: XmlElement;
  readonly path: string;
}

function withImports(element: XmlElement, path: string, read: ReadFile, seen: ReadonlySet<string> = new Set()): Definitions[] {
  const imported = children(element, WSDL, 'import').flatMap((one) => {
    const file = localPath(attribute(one, '', 'location') ?? '', path);
    return seen.has(file) || read(file) === undefined ? [] : withImports(parseFile(file, read), file, read, new Set([...seen, path, file]));
  });
  return [{ element, path }, ...imported];
}

function shown({ ns, name }: QName): string {
  return `{${ns}}${name}`;
}

/** The names of all operations, for a hint. */
function operationsOf(definitions: readonly XmlElement[]): XmlElement[] {
  return definitions.flatMap((one) => children(one, WSDL, 'portType')).flatMap((port) => children(port, WSDL, 'operation'));
}

function messagesOf(definitions: readonly XmlElement[], operation: string, path: string): { input: QName; output: QName } {
  const found = operationsOf(definitions).find((one) => attribute(one, '', 'name') === operation);
  if (found === undefined) throw new DescriptionError(`${path} has no operation "${operation}"`);
  const payload = (direction: string): QName => {
    const message = attribute(child(found, WSDL, direction) ?? found, '', 'message');
    const declared = definitions.flatMap((one) => children(one, WSDL, 'message')).find((one) => attribute(one, '', 'name') === qname(message ?? '').name);
    const element = declared === undefined ? undefined : children(declared, WSDL, 'part').map((part) => attribute(part, '', 'element')).find((one) => one !== undefined);
    if (element === undefined) throw new DescriptionError(`${path}: operation "${operation}" has no ${direction} with an element`);
    return qname(element);
  };
  return { input: payload('input'), output: payload('output') };
}
