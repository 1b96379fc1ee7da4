/** Which neutral fields a mapping cannot do without when it writes the domestic form: a link that keeps one of them back makes every message fail. */
import { joinNeutral } from './compiled.ts';
import type { Rule, Section } from './rules.ts';

export interface NeededField {
  /** Neutral path, without a word about lists. */
  readonly path: string;
  /** Needed only where this part is there. */
  readonly within?: string;
}

/** Of all outcomes: what one of them needs is needed when it comes. */
export function neededFields({ rules, outcomes }: Section): NeededField[] {
  const all = [...rules, ...outcomes.flatMap((one) => one.rules)].flatMap((rule) => neededBy(rule, '', undefined));
  return [...new Map(all.map((field) => [field.path, field])).values()];
}

function neededBy(rule: Rule, base: string, within: string | undefined): NeededField[] {
  if (rule.kind !== 'pair' && rule.kind !== 'at' && rule.kind !== 'each') return [];
  const path = joinNeutral(base, rule.neutral.text);
  const itself: NeededField[] = path === '' || isDispensable(rule) ? [] : [{ path, ...(within === undefined ? {} : { within }) }];
  if (rule.kind === 'pair') return itself;
  return [...itself, ...rule.rules.flatMap((inner) => neededBy(inner, path, rule.optional ? path : within))];
}

function isDispensable(rule: Rule & { kind: 'pair' | 'at' | 'each' }): boolean {
  if (rule.kind !== 'pair') return rule.optional || (rule.kind === 'each' && rule.emptyWritten);
  return rule.optional || rule.oneWay === 'to-neutral' || rule.empty !== 'kept' || rule.default.domestic !== undefined;
}
