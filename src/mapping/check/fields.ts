/** The fields of two-way rules in a document, so that two documents can be compared where a mapping must keep them. */
import type { JsonValue } from '../../stages.ts';
import { joinDomestic, joinNeutral } from '../compiled.ts';
import { isList, type GroupRule, type Located, type PairRule, type Rule } from '../rules.ts';
import { valueAt } from '../run.ts';
import { follow, type Tree } from '../tree.ts';

export interface Entry {
  /** Paths with `[]`, as loss reports name them: the neutral one, and the domestic ones. */
  readonly fields: readonly string[];
  readonly rule: Located;
  readonly value: JsonValue;
}

/** By path with indexes; the number of items of a list stands under the list's own path. */
export type Entries = ReadonlyMap<string, Entry>;

interface Place {
  readonly domestic: string;
  readonly neutral: string;
  /** As `neutral` or `domestic`, with indexes. */
  readonly at: string;
}

/** XML has no difference between such a list without items and no list: nothing stands around the items. */
export function isBare(rule: GroupRule, kind: 'xml' | 'json'): boolean {
  return kind === 'xml' && rule.kind === 'each' && rule.optional && rule.domestic.steps.length === 1;
}

function fieldsOf(rule: PairRule, { domestic, neutral }: Place, kind: 'xml' | 'json'): string[] {
  return [joinNeutral(neutral, rule.neutral.text), ...rule.domestic.map(({ text }) => joinDomestic(domestic, text, kind))];
}

export function neutralEntries(document: JsonValue, rules: readonly Rule[], kind: 'xml' | 'json'): Entries {
  const entries = new Map<string, Entry>();
  const walk = (value: JsonValue | undefined, inner: readonly Rule[], place: Place): void => {
    for (const rule of inner) {
      if (rule.kind === 'pair' && rule.oneWay === undefined) {
        const found = valueAt(value, rule.neutral.names);
        if (found !== undefined) entries.set(joinNeutral(place.at, rule.neutral.text), { fields: fieldsOf(rule, place, kind), rule, value: found });
      } else if (rule.kind === 'at' && !rule.alone) walk(valueAt(value, rule.neutral.names), rule.rules, below(rule, place, joinNeutral(place.at, rule.neutral.text), kind));
      else if (rule.kind === 'each' || rule.kind === 'at') {
        const items = valueAt(value, rule.neutral.names);
        if (!Array.isArray(items)) continue;
        const at = joinNeutral(place.at, rule.neutral.text);
        if (items.length > 0 || !isBare(rule, kind)) entries.set(at, { fields: [], rule, value: items.length });
        for (const [index, item] of (items as readonly JsonValue[]).entries()) walk(item, rule.rules, below(rule, place, `${at}[${index}]`, kind));
      }
    }
  };
  walk(document, rules, { domestic: '', neutral: '', at: '' });
  return entries;
}

export function domesticEntries<N>(root: N, rules: readonly Rule[], tree: Tree<N>): Entries {
  const entries = new Map<string, Entry>();
  const walk = (node: N, inner: readonly Rule[], place: Place): void => {
    for (const rule of inner) {
      if (rule.kind === 'pair' && rule.oneWay === undefined) addPair(entries, node, rule, place, tree);
      else if (rule.kind === 'at') {
        const found = follow(tree, rule.domestic.steps)(node);
        if (found !== undefined) walk(found, rule.rules, below(rule, place, joinDomestic(place.at, rule.domestic.text, tree.kind), tree.kind));
      } else if (rule.kind === 'each') {
        const at = joinDomestic(place.at, rule.domestic.text, tree.kind);
        for (const [index, item] of itemsOf(node, rule, tree).entries()) walk(item, rule.rules, below(rule, place, `${at}[${index + tree.firstIndex}]`, tree.kind));
      }
    }
  };
  walk(root, rules, { domestic: '', neutral: '', at: '' });
  return entries;
}

function addPair<N>(entries: Map<string, Entry>, node: N, rule: PairRule, place: Place, tree: Tree<N>): void {
  for (const { steps, text } of rule.domestic) {
    const found = follow(tree, steps)(node);
    const value = found === undefined ? undefined : tree.value(found, rule.spaceKept);
    if (value === undefined || (rule.empty !== 'kept' && (value === '' || value === null))) continue;
    entries.set(joinDomestic(place.at, text, tree.kind), { fields: fieldsOf(rule, place, tree.kind), rule, value });
  }
}

function itemsOf<N>(node: N, rule: GroupRule, tree: Tree<N>): readonly N[] {
  const last = rule.domestic.steps.at(-1);
  const base = follow(tree, rule.domestic.steps.slice(0, -1))(node);
  return base === undefined || last === undefined ? [] : (tree.items(last)(base) ?? []);
}

function below(rule: GroupRule, place: Place, at: string, kind: 'xml' | 'json'): Place {
  return { domestic: joinDomestic(place.domestic, rule.domestic.text, kind) + (rule.kind === 'each' ? '[]' : ''), neutral: joinNeutral(place.neutral, rule.neutral.text) + (isList(rule) ? '[]' : ''), at };
}

/** The first field that is not the same in both, leaving out those that a loss report names. */
export function firstDifference(before: Entries, after: Entries, told: ReadonlySet<string>): { readonly path: string; readonly entry: Entry; readonly lost: boolean } | undefined {
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)];
    const entry = was ?? is;
    if (entry === undefined || entry.fields.some((field) => told.has(field))) continue;
    if (was?.value !== is?.value) return { path, entry, lost: is === undefined };
  }
  return undefined;
}
