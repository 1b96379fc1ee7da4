/** Types of single values, as XML Schema (part 2) and JSON Schema (2020-12, validation) have them. */
import { inCalendar } from '../codecs/dates.ts';
import type { JsonValue } from '../../stages.ts';

export interface ValueType {
  readonly base: BaseType;
  /** Named for reports: `xs:decimal`, `string`. */
  readonly name: string;
  readonly enumeration?: readonly string[];
  /** Each as ECMAScript; all must match. */
  readonly patterns?: readonly RegExp[];
  /** Characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** `text` and the forms of it in XML; a JSON number or boolean is `number`, `integer`, `boolean` with `json`. `any` holds everything. */
export type BaseType = 'text' | 'boolean' | 'integer' | 'decimal' | 'double' | 'date' | 'dateTime' | 'time' | 'yearMonth' | 'year' | 'binary' | 'json-number' | 'json-integer' | 'json-boolean' | 'any';

const ZONE = '(?:Z|[+-]\\d{2}:\\d{2})?';
const LEXICAL: Readonly<Record<Exclude<BaseType, 'text' | 'any' | 'json-number' | 'json-integer' | 'json-boolean'>, RegExp>> = {
  boolean: /^(?:true|false|1|0)$/,
  integer: /^[+-]?\d+$/,
  decimal: /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/,
  double: /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN)$/,
  date: new RegExp(`^-?(\\d{4,})-(\\d{2})-(\\d{2})${ZONE}$`),
  dateTime: new RegExp(`^-?(\\d{4,})-(\\d{2})-(\\d{2})T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?${ZONE}$`),
  time: new RegExp(`^\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?${ZONE}$`),
  yearMonth: new RegExp(`^-?\\d{4,}-(?:0[1-9]|1[0-2])${ZONE}$`),
  year: new RegExp(`^-?\\d{4,}${ZONE}$`),
  binary: /^[A-Za-z0-9+/=\s]*$/,
};

/** Why a value does not fit, in words for an operator that never hold the value; undefined when it fits. */
export function misfit(type: ValueType, value: JsonValue): string | undefined {
  if (type.base === 'any') return undefined;
  if (type.base.startsWith('json-')) return misfitJson(type, value);
  if (typeof value !== 'string') return `the description says ${type.name}, not ${value === null ? 'null' : typeof value}`;
  return misfitText(type, value);
}

function misfitJson(type: ValueType, value: JsonValue): string | undefined {
  const wanted = type.base === 'json-boolean' ? 'boolean' : 'number';
  if (typeof value !== wanted || (type.base === 'json-integer' && !Number.isInteger(value))) return `the description says ${type.name}, not ${typeof value === 'number' ? 'a number with a fraction' : typeof value}`;
  return misfitFacets(type, String(value));
}

function misfitText(type: ValueType, text: string): string | undefined {
  const lexical = type.base === 'text' || type.base === 'any' ? undefined : (LEXICAL as Readonly<Record<string, RegExp>>)[type.base];
  if (lexical !== undefined) {
    const match = lexical.exec(text);
    const day = type.base === 'date' || type.base === 'dateTime';
    if (match === null || (day && !inCalendar(Number(match[1]?.slice(-4)), Number(match[2]), Number(match[3])))) return `the description says ${type.name}${text === '' ? ', which has no empty form' : ''}`;
  }
  return misfitFacets(type, text);
}

function misfitFacets(type: ValueType, text: string): string | undefined {
  const { enumeration, patterns = [], minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = type;
  if (enumeration !== undefined && !enumeration.includes(text)) return `the description lists ${enumeration.map((one) => `"${one}"`).slice(0, 12).join(', ')}${enumeration.length > 12 ? ', …' : ''}`;
  const length = [...text].length;
  if (length > maxLength) return `the description says at most ${maxLength} characters`;
  if (length < minLength) return `the description says at least ${minLength} character${minLength === 1 ? '' : 's'}`;
  if (patterns.some((pattern) => !pattern.test(text))) return 'the description says another pattern';
  if (Number(text) < minimum || Number(text) > maximum) return `the description says ${minimum === -Infinity ? 'at most' : `from ${minimum}`}${maximum === Infinity ? ' up' : ` ${minimum === -Infinity ? '' : 'to '}${maximum}`}`;
  return undefined;
}
