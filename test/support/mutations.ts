/** Small damage to a message, at every place where it can be done: what a register's next release, or a careless client, might send. */
import type { JsonValue, XmlElement } from '../../src/stages.ts';

export interface Mutant<T> {
  /** What was done, and where: for a failing test. */
  readonly title: string;
  readonly message: T;
}

type Child = XmlElement | string;

const XML: Readonly<Record<string, (children: readonly Child[], at: number) => Child[]>> = {
  'removed': (children, at) => children.toSpliced(at, 1),
  'repeated': (children, at) => children.toSpliced(at, 0, ...children.slice(at, at + 1)),
  'emptied': (children, at) => children.map((child, place) => (place === at && typeof child !== 'string' ? { ...child, children: [] } : child)),
  'in another namespace': (children, at) => children.map((child, place) => (place === at && typeof child !== 'string' ? { ...child, ns: 'urn:other' } : child)),
  'moved to the end': (children, at) => [...children.toSpliced(at, 1), ...children.slice(at, at + 1)],
  'with an element in it': (children, at) => children.map((child, place) => (place === at && typeof child !== 'string' ? { ...child, children: [...child.children, { ns: '', name: 'inside', attributes: [], children: ['x'] }] } : child)),
};

/** Each element below the root, mutated in each way; each attribute, removed and emptied. */
export function* xmlMutants(root: XmlElement, path = root.name): Generator<Mutant<XmlElement>> {
  for (const [at, { name }] of root.attributes.entries()) {
    yield { title: `${path}/@${name} removed`, message: { ...root, attributes: root.attributes.toSpliced(at, 1) } };
    yield { title: `${path}/@${name} emptied`, message: { ...root, attributes: root.attributes.map((one, place) => (place === at ? { ...one, value: '' } : one)) } };
  }
  for (const [at, child] of root.children.entries()) {
    if (typeof child === 'string') continue;
    const here = `${path}/${child.name}`;
    for (const [how, mutate] of Object.entries(XML)) yield { title: `${here} ${how}`, message: { ...root, children: mutate(root.children, at) } };
    for (const { title, message } of xmlMutants(child, here)) yield { title, message: { ...root, children: root.children.with(at, message) } };
  }
}

const VALUES: Readonly<Record<string, JsonValue>> = { 'null': null, 'an empty text': '', 'an empty list': [], 'an empty object': {}, 'a number': 7, 'true': true, 'a text': 'x' };

/** Each value, replaced by each of these that is of another type, or empty; each member removed and moved to the end; each item removed and repeated; each list with one item as that item. */
export function* jsonMutants(value: JsonValue, path = ''): Generator<Mutant<JsonValue>> {
  // Of the same type it would be another value, and as good as the one before.
  for (const [name, other] of Object.entries(VALUES)) if (other === '' || typeof other === 'object' || typeof other !== typeof value) yield { title: `${path} is ${name}`, message: other };
  if (Array.isArray(value)) yield* listMutants(value as readonly JsonValue[], path);
  else if (typeof value === 'object' && value !== null) yield* objectMutants(value as Readonly<Record<string, JsonValue>>, path);
}

function* listMutants(list: readonly JsonValue[], path: string): Generator<Mutant<JsonValue>> {
  if (list.length === 1 && list[0] !== undefined) yield { title: `${path} is its item`, message: list[0] };
  for (const [at, item] of list.entries()) {
    yield { title: `${path}[${at}] removed`, message: list.toSpliced(at, 1) };
    yield { title: `${path}[${at}] repeated`, message: list.toSpliced(at, 0, item) };
    for (const { title, message } of jsonMutants(item, `${path}[${at}]`)) yield { title, message: list.with(at, message) };
  }
}

function* objectMutants(object: Readonly<Record<string, JsonValue>>, path: string): Generator<Mutant<JsonValue>> {
  for (const [name, member] of Object.entries(object)) {
    const { [name]: _removed, ...others } = object;
    yield { title: `${path}.${name} removed`, message: others };
    yield { title: `${path}.${name} moved to the end`, message: { ...others, [name]: member } };
    for (const { title, message } of jsonMutants(member, `${path}.${name}`)) yield { title, message: { ...object, [name]: message } };
  }
}
