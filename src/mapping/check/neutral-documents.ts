/** Made-up neutral documents of a schema whose fields are in the domains of the codecs that carry them. */
import fc from 'fast-check';
import { inCalendar } from '../codecs/dates.ts';
import { Unfit, type Codec, type CodecContext } from '../codecs/codec.ts';
import { makeCodec, type CodecCall } from '../codecs/table.ts';
import { joinNeutral } from '../compiled.ts';
import { itemsOf, schemaAt, type Schema } from '../neutral.ts';
import { isList, type PairRule, type Rule } from '../rules.ts';
import type { JsonValue } from '../../stages.ts';
import { callsOf } from './codes.ts';
import { isBare } from './fields.ts';
import { isXml, type Case, type Subject } from './subject.ts';
import { codecDomain, schemaValues, type Values } from './values.ts';

/** How a field of the neutral form is carried. */
export interface Carried {
  readonly values: Values;
  readonly codec: Codec;
}

/** By neutral path, lists with `[]`. */
export interface Carriers {
  readonly fields: ReadonlyMap<string, Carried>;
  /** Lists: fewest and most items that can be told apart and held. */
  readonly lists: ReadonlyMap<string, { readonly least: number; readonly most: number }>;
}

export const SEED = 20_260_101;
const ENOUGH = 60;
const QUIET = { approximate: () => undefined };

/** The domains of all pairs of a case; a pair that carries no value at all is reported. */
export function carriersOf(subject: Subject, one: Case): Carriers {
  const pairs = new Map<string, { schema: Schema; rules: PairRule[] }>();
  const lists = new Map<string, { least: number; most: number }>();
  const walk = (rules: readonly Rule[], at: Schema, path: string): void => {
    for (const rule of rules) {
      if (!('neutral' in rule)) continue;
      const schema = rule.neutral.names.length === 0 ? at : schemaAt(one.schema, rule.neutral.names, at);
      const here = joinNeutral(path, rule.neutral.text);
      if (schema === undefined) continue;
      if (rule.kind === 'pair' && rule.oneWay !== 'to-neutral') pairs.set(here, { schema, rules: [...(pairs.get(here)?.rules ?? []), rule] });
      if (rule.kind !== 'each' && rule.kind !== 'at') continue;
      if (!isList(rule)) {
        walk(rule.rules, schema, here);
        continue;
      }
      lists.set(here, rule.alone ? { least: 1, most: 1 } : { least: isBare(rule, isXml(subject) ? 'xml' : 'json') ? 1 : 0, most: rule.max ?? Infinity });
      const items = itemsOf(one.schema, schema);
      if (items !== undefined) walk(rule.rules, items, `${here}[]`);
    }
  };
  walk(one.rules, one.schema, '');
  return { lists, fields: new Map([...pairs].flatMap(([path, { schema, rules }]) => {
    const carried = carriedBy(rules, schema, subject);
    return carried === undefined ? [] : [[path, carried] as const];
  })) };
}

function carriedBy(rules: readonly PairRule[], schema: Schema, subject: Subject): Carried | undefined {
  // A field may have copies beside the one that is read: a code and its text.
  const main = rules.find(({ oneWay }) => oneWay === undefined) ?? rules[0];
  const codecs = rules.map((rule) => codecOf(callsFor(rule, subject), subject));
  const codec = main === undefined ? undefined : codecs[rules.indexOf(main)];
  const source = main === undefined ? undefined : sourceOf(main, schema, subject);
  if (main === undefined || codec === undefined || source === undefined) return undefined;
  const valid = schemaValidator(schema);
  const values = source.filter((value) => valid(value) && codecs.every((one) => one !== undefined && accepts(one, value)));
  const drawn = fc.sample(source, { seed: SEED, numRuns: ENOUGH });
  if (drawn.some((value) => valid(value) && codecs.every((one) => one !== undefined && accepts(one, value)))) return { values, codec };
  main.fields.report(`no value goes both through "${main.as ?? 'no codec'}" and into the neutral field "${main.neutral.text}"`, `the neutral schema says ${typeText(schema)}`, main.as === undefined ? 'neutral' : 'as');
  return undefined;
}

function typeText(schema: Schema): string {
  const { type, pattern, format } = schema as Readonly<Record<string, string | undefined>>;
  return [type ?? 'a form of its own', format, pattern === undefined ? undefined : `of pattern ${pattern}`].filter((one) => one !== undefined).join(' ');
}

function callsFor(rule: PairRule, { mapping }: Subject): CodecCall[] {
  return callsOf({ ...rule, as: rule.as?.replaceAll('$country', mapping.country) });
}

export function contextOf({ mapping, codelists }: Subject): CodecContext {
  return { codelist: (name) => codelists.get(name)?.list, checks: mapping.file.checks };
}

/** Undefined for a codec that cannot be made, which is reported at load. */
function codecOf(calls: readonly CodecCall[], subject: Subject): Codec | undefined {
  if (calls.length === 0) return { toNeutral: (value) => value, toDomestic: (value) => value };
  try {
    return makeCodec(calls, contextOf(subject));
  } catch {
    return undefined;
  }
}

/** Values of the codec that knows which it takes, brought through those behind it; else of the schema. */
function sourceOf(rule: PairRule, schema: Schema, subject: Subject): Values | undefined {
  const calls = callsFor(rule, subject);
  const domain = codecDomain(calls, contextOf(subject).codelist);
  if (domain === undefined) return schemaValues(schema);
  const rest = codecOf(calls.slice(domain.at + 1), subject);
  return rest === undefined ? undefined : domain.values.map((value) => neutralOf(rest, value));
}

/** Null, which no field allows, for what the codec refuses. */
function neutralOf(codec: Codec, value: JsonValue): JsonValue {
  try {
    return codec.toNeutral(value, QUIET);
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

function accepts(codec: Codec, value: JsonValue): boolean {
  try {
    codec.toDomestic(value, QUIET);
    return true;
  } catch (error) {
    if (error instanceof Unfit) return false;
    throw error;
  }
}

/** Of a single value; what it lets through is judged by the whole schema again. */
function schemaValidator(schema: Schema): (value: JsonValue) => boolean {
  const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : undefined;
  const types: Readonly<Record<string, (value: JsonValue) => boolean>> = { string: (value) => typeof value === 'string', boolean: (value) => typeof value === 'boolean', integer: Number.isInteger, number: (value) => typeof value === 'number', array: Array.isArray };
  return (value) => {
    if (types[String(schema['type'])]?.(value) === false) return false;
    if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return false;
    if (typeof value !== 'string') return true;
    if (schema['format'] === 'date' && !isDay(value)) return false;
    const [least, most] = [schema['minLength'] ?? 0, schema['maxLength'] ?? Infinity] as number[];
    return value.length >= (least ?? 0) && value.length <= (most ?? Infinity) && pattern?.test(value) !== false;
  };
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return year !== undefined && inCalendar(Number(year), Number(month), Number(day));
}

/** Which of the fields that may be absent are there. */
export type Presence = 'all' | 'none' | 'some';

/** Valid documents of the case, or undefined when the schema is beyond what this can make. */
export function neutralDocuments(subject: Subject, one: Case, carriers: Carriers, presence: Presence): Values | undefined {
  const { parts } = subject.mapping;
  const make = (schema: Schema, path: string): Values | undefined => {
    const carried = carriers.fields.get(path)?.values;
    if (carried !== undefined) return carried;
    const properties = schema['properties'] as Readonly<Record<string, unknown>> | undefined;
    if (properties !== undefined) return makeObject(schema, properties, path);
    const items = itemsOf(one.schema, schema);
    return items === undefined ? schemaValues(schema) : makeList(schema, items, path);
  };
  const makeList = (schema: Schema, items: Schema, path: string): Values | undefined => {
    const { least = 0, most = Infinity } = carriers.lists.get(path) ?? {};
    const [fewest, limit] = [Math.max(least, Number(schema['minItems'] ?? 0)), Math.min(most, Number(schema['maxItems'] ?? Infinity), 3)];
    const item = make(items, `${path}[]`);
    return item === undefined || limit < fewest ? undefined : fc.array(item, { minLength: fewest, maxLength: limit });
  };
  const makeObject = (schema: Schema, properties: Readonly<Record<string, unknown>>, path: string): Values | undefined => {
    const required = new Set((schema['required'] as readonly string[] | undefined) ?? []);
    const demanded = path === '' ? demandedBy(subject, one) : undefined;
    const members = Object.keys(properties).flatMap((name): [string, Values][] => {
      const here = joinNeutral(path, name);
      const inner = path === '' && name === 'outcome' && one.outcome !== undefined ? fc.constant(one.outcome.outcome) : make(schemaAt(one.schema, [name], schema) ?? {}, here);
      return inner === undefined || (presence === 'none' && !required.has(name) && name !== demanded) ? [] : [[name, inner]];
    });
    const names = members.map(([name]) => name);
    const always = presence === 'all' ? names : names.filter((name) => required.has(name) || name === demanded);
    return fc.record(Object.fromEntries(members), { requiredKeys: always, noNullPrototype: true });
  };
  const all = make(one.schema, '');
  const fits = (document: JsonValue): boolean => parts.neutral.check(one.kind, document) === undefined;
  // Conditions of a schema (if, then) rule most combinations out; a filter that lets nothing through would never end.
  if (all === undefined || !fc.sample(all, { seed: SEED, numRuns: ENOUGH }).some(fits)) return undefined;
  return all.filter(fits);
}

/** What an outcome demands at the top, by a condition of the schema. */
function demandedBy({ mapping }: Subject, { kind, outcome }: Case): string | undefined {
  return outcome === undefined ? undefined : mapping.parts.neutral.check(kind, { outcome: outcome.outcome })?.[0];
}
