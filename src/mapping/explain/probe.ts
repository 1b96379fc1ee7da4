/** Looks at what a rule has just done, on both of its sides. */
import { Unfit } from '../codecs/codec.ts';
import type { JsonValue } from '../../stages.ts';
import { joinDomestic, joinNeutral, type Place } from '../compiled.ts';
import type { Draft, Slot } from '../draft.ts';
import type { DomesticPath, Rule } from '../rules.ts';
import { valueAt, type JsonObject, type Run } from '../run.ts';
import { follow, type Tree } from '../tree.ts';
import type { Became, Step } from './step.ts';

/** What a rule did; undefined when there was nothing to do. */
export type Seen = Pick<Step, 'became' | 'from' | 'to' | 'why'> | undefined;

export interface Probe<N> {
  /** Paths with `[]` for the indexes of items; undefined for a side that the rule has not. */
  readonly domestic: string | undefined;
  readonly neutral: string | undefined;
  /** Value or values of the domestic fields; undefined where there is none, or none that can be read. */
  domesticValue(node: N): JsonValue | undefined;
  neutralValue(source: JsonValue | undefined): JsonValue | undefined;
  /** The drafts that the rule has written. */
  drafts(draft: Draft): Draft[];
  afterRead(node: N, out: JsonObject, run: Run): Seen;
  /** `at`: which of the closures of the rule wrote. */
  afterWrite(source: JsonValue | undefined, draft: Draft, at: number): Seen;
}

export function probeOf<N>(rule: Rule, place: Place<N>, tree: Tree<N>): Probe<N> {
  const paths = domesticPaths(rule);
  const finds = paths.map(({ steps }) => follow(tree, steps));
  const slots = paths.map(({ steps }) => place.slot.path(steps));
  const names = 'neutral' in rule ? rule.neutral.names : undefined;
  const valueOf = (find: (node: N) => N | undefined, node: N): JsonValue | undefined => readable(() => {
    const found = find(node);
    return found === undefined ? undefined : tree.value(found, false);
  });
  const probe = {
    domestic: paths.length === 0 ? undefined : paths.map(({ text }) => joinDomestic(place.domestic, text, tree.kind)).join(', '),
    neutral: 'neutral' in rule ? joinNeutral(place.neutral, rule.neutral.text) : undefined,
    domesticValue: (node: N) => oneOrAll(finds.map((find) => valueOf(find, node))),
    neutralValue: (source: JsonValue | undefined) => (names === undefined ? undefined : names.length === 0 ? source : valueAt(source, names)),
    drafts: (draft: Draft) => slots.flatMap((path) => peek(draft, path) ?? []),
  };
  const seen = seenBy(rule, { ...probe, names, slots, has: (node: N) => readable(() => finds[0]?.(node)) !== undefined });
  return { ...probe, ...seen };
}

interface Sides<N> extends Pick<Probe<N>, 'domesticValue' | 'neutralValue' | 'drafts'> {
  readonly names: readonly string[] | undefined;
  readonly slots: readonly (readonly Slot[])[];
  has(node: N): boolean;
}

/** The two looks of each kind of rule. */
function seenBy<N>(rule: Rule, sides: Sides<N>): Pick<Probe<N>, 'afterRead' | 'afterWrite'> {
  const nothing = (): Seen => undefined;
  const made = (out: JsonObject, run: Run): JsonValue | undefined => (sides.names === undefined ? undefined : sides.names.length === 0 ? run.self : valueAt(out, sides.names));
  const unless = (there: boolean): Seen => (there ? undefined : { became: 'absent' });
  switch (rule.kind) {
    case 'pair':
      return {
        afterRead: (node, out, run) => values('mapped', sides.domesticValue(node), made(out, run)),
        afterWrite: (source, draft) => values('mapped', sides.neutralValue(source), oneOrAll(sides.drafts(draft).map(({ value }) => value)), rule.empty === 'written' ? 'empty' : 'absent'),
      };
    case 'compute':
      return { afterRead: (_node, out, run) => ({ ...values('computed', undefined, made(out, run)), why: rule.expression }), afterWrite: nothing };
    case 'constant-domestic':
      return { afterRead: (node) => constant(sides.domesticValue(node), rule.value), afterWrite: () => ({ became: 'constant', to: rule.value }) };
    case 'constant-neutral':
      return { afterRead: () => ({ became: 'constant', to: rule.value }), afterWrite: (source) => values('constant', sides.neutralValue(source), undefined) };
    case 'drop-domestic':
      return { afterRead: nothing, afterWrite: (_source, draft, at) => (peek(draft, sides.slots[at] ?? []) === undefined ? undefined : { became: 'empty', why: rule.reason }) };
    case 'echo':
      return { afterRead: nothing, afterWrite: (_source, draft) => (sides.drafts(draft).some(({ copy }) => copy !== undefined) ? { became: 'echoed', why: rule.from } : { became: 'absent' }) };
    case 'each':
      return { afterRead: (_node, out, run) => listed(made(out, run)), afterWrite: (source) => listed(sides.neutralValue(source)) };
    case 'at':
      return { afterRead: (node) => unless(rule.domestic.steps.length === 0 || sides.has(node)), afterWrite: (source) => unless(sides.neutralValue(source) !== undefined) };
    case 'drop-neutral':
      break;
  }
  return { afterRead: nothing, afterWrite: nothing };
}

/** The items of a list tell of themselves. */
function listed(list: JsonValue | undefined): Seen {
  if (list === undefined) return { became: 'absent' };
  return Array.isArray(list) && list.length === 0 ? { became: 'empty', why: 'a list without items' } : undefined;
}

/** Another value than the constant may be anything, and is not repeated. */
function constant(found: JsonValue | undefined, expected: JsonValue): Seen {
  if (found === undefined) return undefined;
  return found === expected ? { became: 'constant', from: found } : { became: 'constant', why: `${String(expected)} is all that is known here` };
}

/** A step with both values; `absent` when nothing came of it. */
function values(became: Became, from: JsonValue | undefined, to: JsonValue | undefined, otherwise: Became = 'absent'): NonNullable<Seen> {
  if (to === undefined || (from === undefined && to === '')) return from === undefined || from === '' || from === null ? { became: otherwise } : { became, from };
  return { became, to, ...(from === undefined ? {} : { from }) };
}

export function domesticPaths(rule: Rule): readonly DomesticPath[] {
  if (!('domestic' in rule)) return rule.kind === 'compute' ? rule.from : [];
  return Array.isArray(rule.domestic) ? (rule.domestic as readonly DomesticPath[]) : [rule.domestic as DomesticPath];
}

/** One value as it is; several as a list, where at least one is there. */
function oneOrAll(found: readonly (JsonValue | undefined)[]): JsonValue | undefined {
  if (found.length < 2) return found[0];
  return found.some((value) => value !== undefined) ? found.map((value) => value ?? null) : undefined;
}

/** What the rule itself refuses is told as its refusal, not a second time by the look at it. */
function readable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

/** The draft at a place, if a rule has made it. */
function peek(draft: Draft, slots: readonly Slot[]): Draft | undefined {
  let at: Draft | undefined = draft;
  for (const slot of slots) at = at?.children?.findLast((child) => child.slot === slot);
  return at;
}
