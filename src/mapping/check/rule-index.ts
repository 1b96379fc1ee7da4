/** The rule that a path of a message belongs to, so that what is found in documents is told at a line. */
import { joinDomestic, joinNeutral } from '../compiled.ts';
import { pathText, type Step } from '../path.ts';
import type { Located, Rule } from '../rules.ts';
import type { Case } from './subject.ts';

export interface RuleAt {
  readonly rule: Located;
  /** The rule names the field itself; else it is the nearest one around it. */
  readonly exact: boolean;
}

/** By a domestic or neutral path; what brackets hold does not count. */
export function ruleAt(one: Case, path: string, kind: 'xml' | 'json'): RuleAt {
  const wanted = plain(path);
  const known = new Map<string, Located>();
  const add = (text: string, rule: Located): void => void (known.has(plain(text)) || known.set(plain(text), rule));
  for (const { path: at } of [...(one.outcome?.match ?? []), ...(one.outcome?.write ?? [])]) if (one.outcome !== undefined) add(at.text, one.outcome);
  addRules(one.rules, { domestic: '', neutral: '' }, kind, add);
  const exact = known.get(wanted);
  if (exact !== undefined) return { rule: exact, exact: true };
  const around = [...known].filter(([text]) => text !== '' && (wanted.startsWith(`${text}/`) || wanted.startsWith(`${text}.`))).sort(([a], [b]) => b.length - a.length)[0];
  return { rule: around?.[1] ?? one.outcome ?? one.section, exact: false };
}

function addRules(rules: readonly Rule[], base: { readonly domestic: string; readonly neutral: string }, kind: 'xml' | 'json', add: (text: string, rule: Located) => void): void {
  for (const rule of rules) {
    const paths = !('domestic' in rule) ? [] : 'text' in rule.domestic ? [rule.domestic] : rule.domestic;
    const domestic = paths.map(({ text }) => joinDomestic(base.domestic, text, kind));
    const neutral = 'neutral' in rule ? joinNeutral(base.neutral, rule.neutral.text) : base.neutral;
    for (const text of [...domestic, ...paths.flatMap(({ steps }) => compared(steps, kind)).map((text) => joinDomestic(base.domestic, text, kind))]) add(text, rule);
    if ('neutral' in rule) add(neutral, rule);
    if (rule.kind === 'each' || rule.kind === 'at') addRules(rule.rules, { domestic: domestic[0] ?? base.domestic, neutral }, kind, add);
  }
}

/** What conditions compare is written with the item that they pick. */
function compared(steps: readonly Step[], kind: 'xml' | 'json'): string[] {
  return steps.flatMap(({ predicates }, at) => predicates.map(({ step }) => joinDomestic(pathText(steps.slice(0, at + 1), kind), step.text, kind)));
}

function plain(path: string): string {
  return path.replaceAll(/\[[^\]]*\]/g, '');
}
