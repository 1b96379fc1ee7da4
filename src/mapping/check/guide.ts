/** What the rules of a case want of a domestic document, as a tree beside its description: what must be there, and what values it may have. */
import fc from 'fast-check';
import { joinNeutral } from '../compiled.ts';
import { Unfit } from '../codecs/codec.ts';
import type { Step } from '../path.ts';
import { isList, type GroupRule, type PairRule, type Rule } from '../rules.ts';
import type { JsonValue } from '../../stages.ts';
import type { Carriers } from './neutral-documents.ts';
import type { Case } from './subject.ts';
import type { Values } from './values.ts';

export class Guide {
  /** The step that leads here; undefined at the root. */
  readonly step: Step | undefined;
  values: Values | undefined;
  /** Empty stands for absent. */
  mayBeEmpty = false;
  presence: 'must' | 'may' | 'never' = 'may';
  /** A list of what the children say. */
  list: { readonly least: number; readonly most: number } | undefined;
  readonly children: Guide[] = [];

  constructor(step: Step | undefined) {
    this.step = step;
  }

  at(steps: readonly Step[]): Guide {
    const [step, ...others] = steps;
    if (step === undefined) return this;
    let child = this.children.find((one) => one.step?.text === step.text);
    if (child === undefined) this.children.push((child = new Guide(step)));
    return child.at(others);
  }

  /** This and all on the way must be there. */
  demand(steps: readonly Step[]): Guide {
    for (let length = 1; length <= steps.length; length += 1) this.at(steps.slice(0, length)).presence = 'must';
    return this.at(steps);
  }

  /** The guides of a child by its name: several where conditions tell them apart. */
  named(name: string, ns: string, attribute: boolean): Guide[] {
    return this.children.filter(({ step }) => step?.name === name && step.ns === ns && step.attribute === attribute);
  }
}

export function guideOf(one: Case, carriers: Carriers): Guide {
  const root = new Guide(undefined);
  guideRules(one.rules, root, '', carriers);
  for (const { path, values } of one.outcome?.match ?? []) root.demand(path.steps).values = fc.constantFrom(...values);
  for (const { steps } of one.outcome?.present ?? []) {
    const guide = root.demand(steps);
    if (guide.list !== undefined) guide.list = { ...guide.list, least: Math.max(1, guide.list.least) };
  }
  for (const { steps } of one.outcome?.absent ?? []) root.at(steps).presence = 'never';
  return root;
}

function guideRules(rules: readonly Rule[], at: Guide, path: string, carriers: Carriers): void {
  for (const rule of rules) {
    if (rule.kind === 'pair' && rule.oneWay === undefined) guidePair(rule, at, path, carriers);
    if (rule.kind === 'each' || rule.kind === 'at') guideGroup(rule, at, path, carriers);
  }
}

function guidePair(rule: PairRule, at: Guide, path: string, carriers: Carriers): void {
  const carried = carriers.fields.get(joinNeutral(path, rule.neutral.text));
  const needed = !rule.optional && rule.empty === 'kept' && rule.default.neutral === undefined;
  for (const [index, { steps }] of rule.domestic.entries()) {
    const guide = needed ? at.demand(steps) : at.at(steps);
    // An item of a list that is empty is no item.
    guide.mayBeEmpty = rule.empty !== 'kept' && rule.neutral.names.length > 0;
    if (carried === undefined) continue;
    guide.values = carried.values.map((value) => {
      const written = domesticOf(() => carried.codec.toDomestic(value, { approximate: () => undefined }));
      return rule.domestic.length === 1 ? written : ((written as readonly JsonValue[] | null)?.[index] ?? null);
    });
  }
}

/** A value that one copy of a field takes and another does not is left out of the document. */
function domesticOf(write: () => JsonValue): JsonValue {
  try {
    return write();
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

function guideGroup(rule: GroupRule, at: Guide, path: string, carriers: Carriers): void {
  const here = joinNeutral(path, rule.neutral.text);
  const guide = rule.optional ? at.at(rule.domestic.steps) : at.demand(rule.domestic.steps);
  if (rule.kind === 'each') {
    guide.list = { least: 0, most: rule.max ?? Infinity };
    // An XML list without items is there all the same, as what stands around it.
    if (guide.presence === 'must' && rule.domestic.steps.length > 1) guide.presence = 'may';
  }
  guideRules(rule.rules, guide, isList(rule) ? `${here}[]` : here, carriers);
}
