/** Simple types of XML Schema (1.0 part 2) as ValueType. */
import type { XmlElement } from '../../stages.ts';
import { attribute } from '../../xml/element.ts';
import { qname, schemaChildren, XS, type Declared, type QName, type SchemaSet } from './schema-set.ts';
import type { BaseType, ValueType } from './value-type.ts';

/** From and to, where the type bounds them. */
const INTEGERS: Readonly<Record<string, readonly (number | undefined)[]>> = {
  integer: [], nonNegativeInteger: [0], positiveInteger: [1], nonPositiveInteger: [undefined, 0], negativeInteger: [undefined, -1],
  long: [], int: [-(2 ** 31), 2 ** 31 - 1], short: [-32_768, 32_767], byte: [-128, 127],
  unsignedLong: [0], unsignedInt: [0, 2 ** 32 - 1], unsignedShort: [0, 65_535], unsignedByte: [0, 255],
};
const BASES: Readonly<Record<string, BaseType>> = { boolean: 'boolean', decimal: 'decimal', float: 'double', double: 'double', date: 'date', dateTime: 'dateTime', time: 'time', gYearMonth: 'yearMonth', gYear: 'year', base64Binary: 'binary', hexBinary: 'binary', anySimpleType: 'any', anyType: 'any' };

export const ANY: ValueType = { base: 'any', name: 'any value' };
export const TEXT: ValueType = { base: 'text', name: 'xs:string' };

function builtIn(name: string): ValueType {
  const range = INTEGERS[name];
  if (range !== undefined) return { base: 'integer', name: `xs:${name}`, ...(range[0] === undefined ? {} : { minimum: range[0] }), ...(range[1] === undefined ? {} : { maximum: range[1] }) };
  // What is left is made of characters: string and its kin, URIs, names, durations.
  return { base: BASES[name] ?? 'text', name: `xs:${name}` };
}

/** The simple type of that name; a complex one is not for this function. Throws DescriptionError. */
export function namedSimpleType(name: QName, schemas: SchemaSet): ValueType {
  if (name.ns === XS) return builtIn(name.name);
  return simpleType(schemas.find('type', name), schemas);
}

export function simpleType({ element, schema }: Declared, schemas: SchemaSet): ValueType {
  const [body] = schemaChildren(element, 'restriction', 'list', 'union');
  const name = attribute(element, '', 'name') ?? 'a type of its own';
  if (body?.name === 'union') return union({ element: body, schema }, name, schemas);
  if (body?.name !== 'restriction') return { base: 'text', name };
  return restricted(baseOf({ element: body, schema }, schemas), body, attribute(element, '', 'name'));
}

function baseOf({ element, schema }: Declared, schemas: SchemaSet): ValueType {
  const base = attribute(element, '', 'base');
  if (base !== undefined) return namedSimpleType(qname(base, schema), schemas);
  const [inline] = schemaChildren(element, 'simpleType');
  return inline === undefined ? TEXT : simpleType({ element: inline, schema }, schemas);
}

/** A union of enumerations is one enumeration; any other is text. */
function union({ element, schema }: Declared, name: string, schemas: SchemaSet): ValueType {
  const named = (attribute(element, '', 'memberTypes') ?? '').split(' ').filter((one) => one !== '').map((one) => namedSimpleType(qname(one, schema), schemas));
  const members = [...named, ...schemaChildren(element, 'simpleType').map((one) => simpleType({ element: one, schema }, schemas))];
  const codes = members.map(({ enumeration }) => enumeration);
  return codes.every((one) => one !== undefined) ? { base: 'text', name, enumeration: codes.flat() } : { base: 'text', name };
}

/** `base` under the facets of a restriction. */
export function restricted(base: ValueType, restriction: XmlElement, name = base.name): ValueType {
  const facet = (...names: readonly string[]): string[] => schemaChildren(restriction, ...names).map((one) => attribute(one, '', 'value') ?? '');
  const number = (...names: readonly string[]): number | undefined => (facet(...names)[0] === undefined ? undefined : Number(facet(...names)[0]));
  const enumeration = facet('enumeration');
  const pattern = patternOf(facet('pattern'));
  const length = number('length');
  const bounds = { minLength: length ?? number('minLength'), maxLength: length ?? number('maxLength'), minimum: number('minInclusive'), maximum: number('maxInclusive') };
  return {
    ...base,
    name,
    ...(enumeration.length === 0 ? {} : { enumeration }),
    ...(pattern === undefined ? {} : { patterns: [...(base.patterns ?? []), pattern] }),
    ...Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined && !Number.isNaN(value))),
  };
}

/** Patterns of one restriction are alternatives and match the whole value. One that ECMAScript cannot say (`\i`, class subtraction) is left out. */
function patternOf(patterns: readonly string[]): RegExp | undefined {
  if (patterns.length === 0) return undefined;
  try {
    return new RegExp(`^(?:${patterns.map((pattern) => pattern.replaceAll(/(?<!\\)[$^](?![^[]*\])/g, '\\$&')).join('|')})$`, 'u');
  } catch {
    return undefined;
  }
}
