/** Made-up values: of neutral schemas, of described types, and of the domains that codecs declare. */
import fc from 'fast-check';
import { ORGANISATION_NUMBERS, PERSON_NUMBERS } from '../codecs/check-digits.ts';
import type { CodeList } from '../codecs/codec.ts';
import { COUNTRY_CODES } from '../codecs/codes.ts';
import type { CodecCall } from '../codecs/table.ts';
import { misfit, type BaseType, type ValueType } from '../describe/value-type.ts';
import type { Schema } from '../neutral.ts';
import type { JsonValue } from '../../stages.ts';

export type Values = fc.Arbitrary<JsonValue>;

/** Letters of several countries, what XML must escape, characters of two UTF-16 units; and spaces often enough to stand side by side. */
const LETTERS = fc.constantFrom(...'abzAZäÕšž0195', ' ', ' ', ' ', '-', '.', "'", '"', '&', '<', '>', ']', '名', '😀');

/** Text as documents hold it: without white space at its ends, which is no part of an XML value, and without control characters. */
export function words(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const longest = Math.min(maxLength, Math.max(minLength, 24));
  return fc.array(LETTERS, { minLength: Math.min(minLength, longest), maxLength: longest }).map((letters) => letters.join('')).filter((text) => text.trim() === text && [...text].length >= minLength);
}

export const days: fc.Arbitrary<string> = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const months = days.map((day) => day.slice(0, 7));

/** XML 1.0, section 2.2; and no white space at the ends. */
function isPlain(text: string): boolean {
  return text.trim() === text && /^[\u0009\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
}

/** Making one takes milliseconds, and a description repeats its few patterns in hundreds of fields. */
const MATCHING = new Map<string, fc.Arbitrary<string> | undefined>();

function matching(pattern: RegExp): fc.Arbitrary<string> | undefined {
  const key = String(pattern);
  if (!MATCHING.has(key)) MATCHING.set(key, makeMatching(pattern));
  return MATCHING.get(key);
}

function makeMatching(pattern: RegExp): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(pattern, { size: 'small' }).filter(isPlain);
  } catch {
    return undefined;
  }
}

/** Of a schema of a single value; undefined for one that this cannot make. */
export function schemaValues(schema: Schema): Values | undefined {
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as JsonValue[]));
  if ('const' in schema) return fc.constant(schema['const'] as JsonValue);
  const number = (key: string, otherwise: number): number => (typeof schema[key] === 'number' ? schema[key] : otherwise);
  switch (schema['type']) {
    case 'string':
      if (schema['format'] === 'date') return days;
      if (typeof schema['pattern'] === 'string') return matching(new RegExp(schema['pattern'], 'u'));
      return words(number('minLength', 0), number('maxLength', 24));
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: number('minimum', -1_000_000), max: number('maximum', 1_000_000) });
    case 'number':
      return fc.integer({ min: number('minimum', -10_000) * 100, max: number('maximum', 10_000) * 100 }).map((cents) => cents / 100);
    default:
      return undefined;
  }
}

/** Of a described type. */
export function describedValues(type: ValueType): Values {
  if (type.enumeration !== undefined && type.enumeration.length > 0) return fc.constantFrom(...type.enumeration).map((code) => (type.base === 'json-integer' || type.base === 'json-number' ? Number(code) : type.base === 'json-boolean' ? code === 'true' : code));
  const [pattern] = type.patterns ?? [];
  const patterned = pattern === undefined ? undefined : matching(pattern)?.filter((text) => misfit(type, text) === undefined);
  return patterned ?? PLAIN[type.base](type);
}

const PLAIN: Readonly<Record<BaseType, (type: ValueType) => Values>> = {
  'text': ({ minLength = 0, maxLength = 24 }) => words(minLength, maxLength),
  'any': () => words(0, 24),
  'boolean': () => fc.constantFrom('true', 'false'),
  'integer': (type) => whole(type).map(String),
  'decimal': (type) => whole(type).map((number) => `${number}.0`),
  'double': (type) => whole(type).map((number) => `${number}.0`),
  'date': () => days,
  'dateTime': () => days.map((day) => `${day}T12:00:00Z`),
  'time': () => fc.constant('12:00:00'),
  'yearMonth': () => months,
  'year': () => days.map((day) => day.slice(0, 4)),
  'binary': () => fc.constant('AAAA'),
  'json-integer': whole,
  'json-number': whole,
  'json-boolean': () => fc.boolean(),
};

function whole({ minimum = -1_000_000, maximum = 1_000_000 }: ValueType): fc.Arbitrary<number> {
  return fc.integer({ min: minimum, max: Math.max(minimum, maximum) });
}

type Domain = (args: readonly string[], codelist: (name: string) => CodeList | undefined) => Values | undefined;

const decimals = (digits: number): Values => fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 10 ** 9 })).map(([minus, units]) => {
  const text = String(units).padStart(digits + 1, '0');
  return `${minus && units > 0 ? '-' : ''}${digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`}`;
});

/** Per codec, values of its neutral side. Codecs that take any text have no entry: the schema says what they are given. */
const DOMAINS: Readonly<Record<string, Domain>> = {
  'boolean': () => fc.boolean(),
  'date': () => days,
  'yearmonth': () => months,
  'decimal': ([digits]) => decimals(Number(digits)),
  'minor': ([digits]) => decimals(Number(digits)),
  // Of what stands in front of any text, the schema's own pattern would hardly ever begin with it.
  'prefixed': ([prefix = '']) => fc.stringMatching(/^[0-9A-Za-z.-]{1,12}$/).map((text) => prefix + text),
  'integer': () => fc.integer(),
  'number': () => fc.nat().map(String),
  'country': () => fc.constantFrom(...COUNTRY_CODES),
  'country-name': () => fc.constantFrom(...COUNTRY_CODES),
  'codelist': ([name], codelist) => {
    const list = codelist(name ?? '');
    const codes = [...(list?.toDomestic.keys() ?? []), ...(list?.fallback.domestic === undefined || list.fallback.neutral === undefined ? [] : [list.fallback.neutral])];
    return codes.length === 0 ? undefined : fc.constantFrom(...codes);
  },
  'person-id': ([country]) => numbers(country, PERSON_STEMS, PERSON_NUMBERS),
  'organisation-id': ([country]) => numbers(country, ORGANISATION_STEMS, ORGANISATION_NUMBERS),
};

/**
 * Values that one codec of a chain gives to the neutral side, and its place; undefined when all of them take any text. The last that declares a domain, a
 * prefix only where it is the only one: of `number | codelist(x)`, numbers at large would hardly ever be codes, and a prefix says little of what it stands before.
 */
export function codecDomain(calls: readonly CodecCall[], codelist: (name: string) => CodeList | undefined): { readonly at: number; readonly values: Values } | undefined {
  const narrowest = [...calls.entries()].toReversed().sort(([, a], [, b]) => Number(a.name === 'prefixed') - Number(b.name === 'prefixed'));
  for (const [at, { name, args }] of narrowest) {
    const values = DOMAINS[name]?.(args, codelist);
    if (values !== undefined) return { at, values };
  }
  return undefined;
}

const digits = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const born = fc.date({ min: new Date('1930-01-01T00:00:00Z'), max: new Date('1999-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(2, 10).replaceAll('-', ''));

const dayFirst = (day: string): string => `${day.slice(4, 6)}${day.slice(2, 4)}${day.slice(0, 2)}`;

/** Beginnings of national numbers, by country: a check digit makes them whole. */
export const PERSON_STEMS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  EE: fc.tuple(fc.constantFrom('3', '4'), born, digits(3)).map((parts) => parts.join('')),
  // Numbers from 900 up are given to nobody.
  FI: fc.tuple(born, fc.constantFrom('-', 'Y'), fc.integer({ min: 900, max: 999 })).map(([day, separator, number]) => `${dayFirst(day)}${separator}${number}`),
  UA: fc.oneof(digits(9), fc.tuple(days, digits(4)).map(([day, number]) => `${day.replaceAll('-', '')}-${number}`)),
  KH: digits(8),
  MY: fc.tuple(born, digits(3)).map(([day, number]) => `${day}10${number}`),
  BJ: digits(9),
  GL: fc.tuple(born, digits(3)).map(([day, number]) => `${dayFirst(day)}${number}`),
};
export const ORGANISATION_STEMS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  EE: fc.tuple(fc.constantFrom('1', '7', '8', '9'), digits(6)).map((parts) => parts.join('')),
  FI: digits(7).map((number) => `${number}-`),
  UA: digits(7),
  KH: digits(8),
  // The older form ends in a letter.
  MY: fc.oneof(digits(6).map((number) => `${number}-`), fc.tuple(fc.integer({ min: 1990, max: 2030 }), fc.constantFrom('01', '02', '03'), digits(5)).map((parts) => parts.join(''))),
  BJ: digits(12),
  GL: digits(7),
};

function numbers(country: string | undefined, stems: typeof PERSON_STEMS, checks: typeof PERSON_NUMBERS): Values | undefined {
  const stem = stems[country ?? ''];
  const check = checks.get(country ?? '');
  const whole = (text: string): string => [...'0123456789ABCDEFHJKLMNPRSTUVWXY'].map((sign) => text + sign).find((number) => check?.(number) === 'ok') ?? '';
  return stem?.map(whole).filter((number) => number !== '');
}
