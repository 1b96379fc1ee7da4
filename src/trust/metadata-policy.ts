/** Metadata policy (OpenID Federation 1.0, section 6.1): the seven standard operators, how policies of a chain merge, and what they do. */
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { JsonValue } from '../stages.ts';

/** Operator → its value. */
export type ParameterPolicy = Readonly<Record<string, JsonValue>>;
/** Entity type → parameter → policy. */
export type MetadataPolicy = Readonly<Record<string, Readonly<Record<string, ParameterPolicy>>>>;
type Parameters = Readonly<Record<string, JsonValue>>;

interface Operator {
  /** What its value must be. */
  readonly takes: (value: JsonValue) => boolean;
  /** Of a superior's value and a subordinate's; undefined where they contradict each other. */
  readonly merge: (superior: JsonValue, subordinate: JsonValue) => JsonValue | undefined;
  /** The parameter after it; undefined: no such parameter. Throws for a parameter that is refused. */
  readonly apply: (parameter: JsonValue | undefined, value: JsonValue) => JsonValue | undefined;
}

const anything = (): boolean => true;
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
const list = (value: JsonValue): readonly JsonValue[] => (isList(value) ? value : [value]);
const equal = (a: JsonValue, b: JsonValue): boolean => canonicalJson(a) === canonicalJson(b);
const holds = (values: readonly JsonValue[], value: JsonValue): boolean => values.some((one) => equal(one, value));
const within = (inner: JsonValue, outer: JsonValue): boolean => list(inner).every((value) => holds(list(outer), value));
const both = (a: JsonValue, b: JsonValue): JsonValue[] => list(a).filter((value) => holds(list(b), value));
const union = (a: JsonValue, b: JsonValue): JsonValue[] => [...list(a), ...list(b).filter((value) => !holds(list(a), value))];
const same = (a: JsonValue, b: JsonValue): JsonValue | undefined => (equal(a, b) ? a : undefined);
const nonEmpty = (values: JsonValue[]): JsonValue[] | undefined => (values.length === 0 ? undefined : values);

/** In the order in which they are applied (6.1.3.1). */
const OPERATORS: Readonly<Record<string, Operator>> = {
  value: { takes: anything, merge: same, apply: (_, value) => value ?? undefined },
  add: { takes: anything, merge: union, apply: (parameter, value) => (parameter === undefined ? [...list(value)] : union(parameter, value)) },
  default: { takes: (value) => value !== null, merge: same, apply: (parameter, value) => parameter ?? value },
  one_of: {
    takes: (value) => isList(value) && list(value).length > 0,
    merge: (a, b) => nonEmpty(both(a, b)),
    apply: (parameter, value) => (parameter === undefined || holds(list(value), parameter) ? parameter : refuse('is none of those that are allowed')),
  },
  // What is left of a list is empty: then there is no parameter.
  subset_of: { takes: isList, merge: both, apply: (parameter, value) => (parameter === undefined ? undefined : nonEmpty(both(parameter, value))) },
  superset_of: { takes: isList, merge: union, apply: (parameter, value) => (parameter === undefined || within(value, parameter) ? parameter : refuse('lacks a value that it must have')) },
  essential: { takes: (value) => typeof value === 'boolean', merge: (a, b) => a === true || b === true, apply: (parameter, value) => (parameter === undefined && value === true ? refuse('is missing') : parameter) },
};

/** Which operators may stand together, and when (6.1.3.1.1 to 6.1.3.1.7). A pair that is not named may. */
const TOGETHER: readonly (readonly [one: string, other: string, may: (one: JsonValue, other: JsonValue) => boolean])[] = [
  ['value', 'add', (value, add) => within(add, value)],
  ['value', 'default', (value) => value !== null],
  ['value', 'one_of', (value, oneOf) => holds(list(oneOf), value)],
  ['value', 'subset_of', (value, subset) => within(value, subset)],
  ['value', 'superset_of', (value, superset) => within(superset, value)],
  ['value', 'essential', (value, essential) => !(value === null && essential === true)],
  ['add', 'one_of', () => false],
  ['add', 'subset_of', (add, subset) => within(add, subset)],
  ['default', 'one_of', (value, oneOf) => holds(list(oneOf), value)],
  ['default', 'subset_of', (value, subset) => within(value, subset)],
  ['default', 'superset_of', (value, superset) => within(superset, value)],
  ['one_of', 'subset_of', () => false],
  ['one_of', 'superset_of', () => false],
  ['subset_of', 'superset_of', (subset, superset) => within(superset, subset)],
];

/** The policies of a chain, the anchor's first, as one (6.1.4.1). Throws `chain-untrusted` where they contradict each other or themselves. */
export function mergePolicies(policies: readonly MetadataPolicy[]): MetadataPolicy {
  return policies.map((policy) => mapParameters(policy, checked)).reduce((superior, subordinate) => mapMembers(superior, subordinate, (a = {}, b = {}, type) => mapMembers(a, b, (one, other, name) => mergeParameter(one, other, `${type}.${name}`))), {});
}

/** The subject's metadata under a merged policy (6.1.4.2). Throws `chain-untrusted` naming the parameter that is refused. */
export function applyPolicy(metadata: Readonly<Record<string, Parameters>>, policy: MetadataPolicy): Record<string, Parameters> {
  return Object.fromEntries(Object.entries(metadata).map(([type, parameters]) => [type, applyTo(type, parameters, policy[type] ?? {})]));
}

function applyTo(type: string, parameters: Parameters, policy: Readonly<Record<string, ParameterPolicy>>): Parameters {
  const result = new Map(Object.entries(parameters));
  for (const [name, operators] of Object.entries(policy)) {
    const value = applyOperators(result.get(name), operators, `${type}.${name}`);
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return Object.fromEntries(result);
}

function applyOperators(before: JsonValue | undefined, policy: ParameterPolicy, name: string): JsonValue | undefined {
  // `scope` is a list that is written as a text (6.1.3.1).
  const scope = name.endsWith('.scope') && typeof before === 'string';
  let parameter = scope ? before.split(' ') : before;
  for (const [operator, { apply }] of Object.entries(OPERATORS)) {
    const value = policy[operator];
    if (value !== undefined) parameter = inContext(() => apply(parameter, value), `${operator}: metadata ${name}`);
  }
  return scope && parameter !== undefined && isList(parameter) ? parameter.join(' ') : parameter;
}

function mergeParameter(superior: ParameterPolicy | undefined, subordinate: ParameterPolicy | undefined, name: string): ParameterPolicy {
  const merged = mapMembers(superior ?? {}, subordinate ?? {}, (a, b, operator) => {
    if (a === undefined || b === undefined) return (a === undefined ? b : a) as JsonValue;
    const value = OPERATORS[operator]?.merge(a, b);
    if (value === undefined) throw conflict(`${operator} of ${name} contradicts that of a superior`);
    return value;
  });
  return checked(merged, name);
}

/** Without the operators that are not known, which are ignored unless `metadata_policy_crit` names them (6.1.3.2). */
function checked(policy: ParameterPolicy, name: string): ParameterPolicy {
  const known = Object.fromEntries(Object.entries(policy).filter(([operator]) => Object.hasOwn(OPERATORS, operator)));
  for (const [operator, value] of Object.entries(known)) if (OPERATORS[operator]?.takes(value) !== true) throw conflict(`${operator} of ${name} has a value that it cannot have`);
  for (const [one, other, may] of TOGETHER) {
    const [a, b] = [known[one], known[other]];
    if (a !== undefined && b !== undefined && !may(a, b)) throw conflict(`${one} and ${other} of ${name} cannot stand together`);
  }
  return known;
}

function mapParameters(policy: MetadataPolicy, map: (policy: ParameterPolicy, name: string) => ParameterPolicy): MetadataPolicy {
  return mapMembers(policy, {}, (types = {}, _, type) => mapMembers(types, {}, (parameter = {}, __, name) => map(parameter, `${type}.${name}`)));
}

function mapMembers<A, R>(a: Readonly<Record<string, A>>, b: Readonly<Record<string, A>>, merge: (a: A | undefined, b: A | undefined, name: string) => R): Record<string, R> {
  return Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [name, merge(own(a, name), own(b, name), name)]));
}

function own<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function refuse(reason: string): never {
  throw new CausewayError('chain-untrusted', reason);
}

function inContext<T>(work: () => T, context: string): T {
  try {
    return work();
  } catch (cause) {
    throw new CausewayError('chain-untrusted', `${context} ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

function conflict(reason: string): CausewayError {
  return new CausewayError('chain-untrusted', `metadata policy: ${reason}`);
}
