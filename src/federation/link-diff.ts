/**
 * What one version of an agreement changes against the one before, in words for the people who approve it, and whether it widens. Every difference is found by
 * comparing all of both; one is called narrower only where a rule below proves it, so that a term which nobody thought of here takes two people.
 */
import { DEPENDENCIES } from '../config/degraded-file.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { degradedPolicy } from './degraded.ts';
import type { Agreement, Grant, Leg } from './link.ts';

/** `widens` takes two people on each side, `narrows` one. */
export interface LinkChange {
  /** Where, such as `legs/FI → EE/grants/…/quota`. */
  readonly at: string;
  readonly text: string;
  readonly effect: 'widens' | 'narrows';
}

type Value = string | number | boolean | readonly unknown[] | { readonly [key: string]: unknown } | undefined;
type Narrower = (before: Value, after: Value) => boolean;

const less: Narrower = (before, after) => typeof before === 'number' && typeof after === 'number' && after < before;
const more: Narrower = (before, after) => less(after, before);
const gone: Narrower = (before, after) => before !== undefined && after === undefined;
const along = (...order: readonly string[]): Narrower => (before, after) => order.includes(String(before)) && order.indexOf(String(after)) > order.indexOf(String(before));

/** By the last member of the path, and the one above it. What has no row widens. */
const NARROWER: Readonly<Record<string, Narrower>> = {
  'grants/*': gone,
  'grants/*/quota': less,
  'grants/*/maxBytes': less,
  'grants/*/attachments': (before, after) => less(before, after ?? 0),
  'grants/*/maxBudget': less,
  'grants/*/minBudget': more,
  'grants/*/idempotent': (before, after) => before === true && after === false,
  'grants/*/fields/request': fewerFields,
  'grants/*/fields/response': fewerFields,
  'sealing': along('tls', 'jwe'),
  'endUser': along('pass', 'required'),
  'answerRetention': less,
  'retryTime': less,
  'approvers': fewerApprovers,
  'degraded/*/continueFor': less,
  'degraded/*/refuse': along('nothing', 'signed', 'all'),
  'degraded/*/alarm': along('warning', 'error'),
};

/** Version and time of effect are what a change is about, not a change. */
const APART = new Set(['version', 'effective']);
/** Compared as a whole. */
const WHOLE = new Set(['operation', 'neutral', 'auditor', 'log', 'witness']);

/** Soonest widening first. `before`: undefined for the first version, all of which is new. */
export function diffAgreements(before: Agreement | undefined, after: Agreement): LinkChange[] {
  const changes = differences('', before === undefined ? {} : normal(before), normal(after)).map(({ at, was, is }) => ({ at: at.replaceAll(SEPARATOR, '/'), text: words(at, was, is), effect: provenNarrower(at, was, is) ? 'narrows' as const : 'widens' as const }));
  // One of two grants for the same use stands in the other's way: taking it away lets the other work.
  const twice = [before, after].some((agreement) => agreement?.legs.some(({ grants }) => new Set(grants.map(useOf)).size < grants.length));
  const judged = twice ? changes.map((change) => ({ ...change, effect: 'widens' as const })) : changes;
  return judged.sort((a, b) => Number(a.effect === 'narrows') - Number(b.effect === 'narrows'));
}

/** How many people of each side must approve. */
export function peopleNeeded(before: Agreement | undefined, after: Agreement): 1 | 2 {
  return before !== undefined && diffAgreements(before, after).every(({ effect }) => effect === 'narrows') ? 1 : 2;
}

/** Lists that are sets by name, with what is meant where nothing is written. */
function normal({ parties, legs, degraded, ...terms }: Agreement): Record<string, Value> {
  return {
    ...terms,
    parties: Object.fromEntries(parties.map((party) => [party.country, party])),
    degraded: Object.fromEntries(DEPENDENCIES.map((dependency) => [dependency, degradedPolicy(degraded === undefined ? {} : { degraded }, dependency)])),
    legs: Object.fromEntries(legs.map((leg) => [`${leg.from} → ${leg.to}`, normalLeg(leg)])),
  };
}

function normalLeg({ grants, ...leg }: Leg): Record<string, unknown> {
  return { ...leg, grants: Object.fromEntries(grants.map((grant, index) => [grants.findIndex((one) => useOf(one) === useOf(grant)) === index ? useOf(grant) : `${useOf(grant)} (again, ${index})`, { ...grant, fields: { ...grant.fields } }])) };
}

/** What a grant is known by: the same use is the same grant. */
function useOf({ client, service, operation, purpose }: Grant): string {
  return `${client} calls ${service} (${'name' in operation ? operation.name : `${operation.method} ${operation.template}`}) for ${purpose}`;
}

interface Difference {
  readonly at: string;
  readonly was: Value;
  readonly is: Value;
}

function differences(at: string, before: Record<string, Value>, after: Record<string, Value>): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    const here = at === '' ? name : `${at}${SEPARATOR}${name}`;
    if (APART.has(here) || (was === undefined && is === undefined)) return [];
    if (isGroup(was, name) && isGroup(is, name)) return differences(here, was, is);
    return was !== undefined && is !== undefined && canonicalJson(was) === canonicalJson(is) ? [] : [{ at: here, was, is }];
  });
}

/** Not in any name. */
const SEPARATOR = '\u0000';

function own(group: Record<string, Value>, name: string): Value {
  return Object.hasOwn(group, name) ? group[name] : undefined;
}

function isGroup(value: Value, name: string): value is Record<string, Value> {
  return typeof value === 'object' && !Array.isArray(value) && !WHOLE.has(name);
}

function provenNarrower(at: string, was: Value, is: Value): boolean {
  const rule = NARROWER[patternOf(at)];
  return rule !== undefined && rule(was, is);
}

/** The path without names: of a leg or a party what follows it, with a star for the use of a grant. */
function patternOf(at: string): string {
  const [group, name, ...rest] = at.split(SEPARATOR);
  if (group === 'degraded') return ['degraded', '*', ...rest].join('/');
  if (group !== 'legs' && group !== 'parties') return [group, ...(name === undefined ? [] : [name]), ...rest].join('/');
  return rest.map((step, index) => (index === 1 && rest[0] === 'grants' ? '*' : step)).join('/');
}

/** Every path of `after` is one of `before`, or below one. */
function fewerFields(before: Value, after: Value): boolean {
  if (!Array.isArray(after)) return false;
  if (before === undefined) return true;
  return Array.isArray(before) && after.every((path) => before.some((old) => path === old || String(path).startsWith(`${String(old)}/`)));
}

/** Two are left, so that nobody decides alone. */
function fewerApprovers(before: Value, after: Value): boolean {
  return Array.isArray(before) && Array.isArray(after) && new Set(after).size >= 2 && after.every((key) => before.includes(key));
}

const UNITS: readonly (readonly [pattern: RegExp, text: (value: number) => string])[] = [
  [/Bytes$/, (bytes) => `${bytes} bytes`],
  [/^quota$/, (quota) => `${quota} exchanges a minute`],
  [/(Time|Retention|Budget|continueFor)$/, (ms) => `${ms / 1000} s`],
];

function words(at: string, was: Value, is: Value): string {
  const steps = at.split(SEPARATOR);
  const name = steps.at(-1) ?? '';
  const where = steps.slice(0, -1).filter((step) => !['legs', 'grants', 'parties'].includes(step)).join(', ');
  const subject = steps.at(-2) === 'grants' ? `${where}: grant "${name}"` : `${where === '' ? '' : `${where}: `}${name}`;
  if (was === undefined) return `${subject} is new${isPlain(is) ? `: ${shown(name, is)}` : ''}`;
  if (is === undefined) return `${subject} is withdrawn${isPlain(was) ? `: it was ${shown(name, was)}` : ''}`;
  const verb = less(was, is) ? 'fell' : more(was, is) ? 'grew' : 'changed';
  return `${subject} ${verb} from ${shown(name, was)} to ${shown(name, is)}`;
}

function isPlain(value: Value): boolean {
  return typeof value !== 'object' || Array.isArray(value);
}

function shown(name: string, value: Value): string {
  const unit = typeof value === 'number' ? UNITS.find(([pattern]) => pattern.test(name)) : undefined;
  if (unit !== undefined && typeof value === 'number') return unit[1](value);
  return typeof value === 'string' ? value : canonicalJson(value);
}
