/** JSON Schema (2020-12, as OpenAPI 3.1 uses it) as Described; `nullable` of OpenAPI 3.0 too. */
import { NO_CONTENT, type Content, type Described, type Particle } from './description.ts';
import { isMap, mapAt, type JsonDocuments, type JsonMap, type Part } from './json-documents.ts';
import type { BaseType, ValueType } from './value-type.ts';

const BASES: Readonly<Record<string, BaseType>> = { string: 'text', integer: 'json-integer', number: 'json-number', boolean: 'json-boolean' };
const FORMATS: Readonly<Record<string, BaseType>> = { date: 'date', 'date-time': 'dateTime' };

/** A schema with what `allOf` adds to it. Alternatives (`anyOf`, `oneOf`) add their properties, none of them required. */
interface Merged {
  readonly types: readonly string[];
  readonly nillable: boolean;
  readonly facets: JsonMap;
  readonly properties: ReadonlyMap<string, Part>;
  readonly required: ReadonlySet<string>;
  readonly items: Part | undefined;
  readonly open: boolean;
}

/** Throws DescriptionError, also later, for a reference that leads nowhere. */
export function describeSchema(name: string, required: boolean, part: Part, documents: JsonDocuments): Described {
  let merged: Merged | undefined;
  const schema = (): Merged => (merged ??= merge(documents.resolve(part), documents));
  let content: Content | undefined;
  return {
    name,
    ns: '',
    kind: 'value',
    min: required ? 1 : 0,
    max: 1,
    get nillable() {
      return schema().nillable;
    },
    get value() {
      return valueOf(schema());
    },
    get items() {
      const { items } = schema();
      return items === undefined ? undefined : () => describeSchema('', false, items, documents);
    },
    get minItems() {
      return numberAt(schema().facets, 'minItems') ?? 0;
    },
    get maxItems() {
      return numberAt(schema().facets, 'maxItems') ?? Infinity;
    },
    content: () => (content ??= contentOf(schema(), documents)),
  };
}

function contentOf({ properties, required, open }: Merged, documents: JsonDocuments): Content {
  const parts: Particle[] = [...properties].map(([name, part]) => describeSchema(name, required.has(name), part, documents));
  return { attributes: NO_CONTENT.attributes, model: { kind: 'all', min: 1, max: 1, parts: open ? [...parts, { kind: 'any', min: 0, max: Infinity }] : parts } };
}

/** An object of these members, for what stands around schemas: the request of a REST operation. */
export function describeMembers(members: readonly Described[]): Described {
  return { name: '', ns: '', kind: 'value', min: 1, max: 1, nillable: false, value: undefined, items: undefined, minItems: 0, maxItems: Infinity, content: () => ({ attributes: [], model: { kind: 'all', min: 1, max: 1, parts: members } }) };
}

export function renamed(node: Described, name: string, required: boolean): Described {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(node), name: { value: name, enumerable: true }, min: { value: required ? 1 : 0, enumerable: true } }) as Described;
}

function merge({ value, path }: Part, documents: JsonDocuments): Merged {
  const all = partsOf(value, 'allOf', path, documents);
  const alternatives = [...partsOf(value, 'anyOf', path, documents), ...partsOf(value, 'oneOf', path, documents)];
  const merged = [...all, ...alternatives].map((part) => merge(part, documents));
  const certain = merged.slice(0, all.length);
  const own = typesOf(value);
  const types = [...new Set([...own, ...merged.flatMap((one) => one.types)])];
  const properties = new Map([...merged.flatMap((one) => [...one.properties]), ...Object.entries(mapAt(value, 'properties') ?? {}).flatMap(([name, property]): [string, Part][] => (isMap(property) ? [[name, { value: property, path }]] : []))]);
  const items = mapAt(value, 'items');
  return {
    types: types.filter((one) => one !== 'null'),
    nillable: types.includes('null') || value['nullable'] === true || merged.some((one) => one.nillable),
    facets: Object.assign({}, ...merged.map((one) => one.facets), value) as JsonMap,
    properties,
    required: new Set([...certain.flatMap((one) => [...one.required]), ...names(value['required'])]),
    items: items === undefined ? merged.find((one) => one.items !== undefined)?.items : { value: items, path },
    // Without a word of it, a schema is read as naming all that stands there: else no path could ever be wrong.
    open: value['additionalProperties'] === true || mapAt(value, 'additionalProperties') !== undefined || merged.some((one) => one.open) || (own.includes('object') && properties.size === 0),
  };
}

function partsOf(value: JsonMap, key: string, path: string, documents: JsonDocuments): Part[] {
  const list = value[key];
  return Array.isArray(list) ? list.filter(isMap).map((one) => documents.resolve({ value: one, path })) : [];
}

function typesOf(value: JsonMap): string[] {
  const { type } = value as { type?: unknown };
  if (type !== undefined) return names(Array.isArray(type) ? type : [type]);
  if (Object.hasOwn(value, 'properties')) return ['object'];
  return Object.hasOwn(value, 'items') ? ['array'] : [];
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function valueOf({ types, facets }: Merged): ValueType | undefined {
  const codes = Object.hasOwn(facets, 'const') ? [facets['const']] : facets['enum'];
  const scalars = types.filter((one) => one !== 'object' && one !== 'array');
  if (scalars.length === 0 && types.length > 0) return undefined;
  const [only] = scalars;
  const base = scalars.length === 1 && only !== undefined ? (FORMATS[String(facets['format'])] ?? BASES[only] ?? 'any') : 'any';
  const pattern = typeof facets['pattern'] === 'string' ? [new RegExp(facets['pattern'], 'u')] : undefined;
  const bounds = { minLength: numberAt(facets, 'minLength'), maxLength: numberAt(facets, 'maxLength'), minimum: numberAt(facets, 'minimum'), maximum: numberAt(facets, 'maximum') };
  return {
    base,
    name: scalars.join(' or ') || 'any value',
    ...(Array.isArray(codes) ? { enumeration: codes.filter((one) => one !== null).map(String) } : {}),
    ...(pattern === undefined ? {} : { patterns: pattern }),
    ...Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined)),
  };
}

function numberAt(facets: JsonMap, key: string): number | undefined {
  const value = facets[key];
  return typeof value === 'number' ? value : undefined;
}
