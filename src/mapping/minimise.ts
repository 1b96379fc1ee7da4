/** Translated documents cut down to the fields that the link lets cross. */
import type { CrossingLoss, JsonValue, LossReport } from '../stages.ts';
import type { Face } from './face.ts';
import { fieldList, heldBack, isHeldBack, keepOnly, type FieldList } from './field-list.ts';
import type { Kind, NeutralForm } from './neutral.ts';

export interface Minimised {
  readonly document: JsonValue;
  readonly loss: CrossingLoss;
  /** Hash of the list. */
  readonly minimised: string;
}

/** What a list means for one kind of message of a mapping. */
interface Plan {
  readonly list: FieldList;
  /** Neutral paths that never cross, and the domestic ones that they come from. */
  readonly held: readonly string[];
  readonly domestic: ReadonlySet<string>;
}

/** Cuts documents of one mapping down; a list is looked through once. */
export function minimiser(neutral: NeutralForm, face: Face): (kind: Kind, translated: { readonly document: JsonValue; readonly loss: LossReport }, fields: readonly string[]) => Minimised {
  const plans = { request: new WeakMap<readonly string[], Plan>(), response: new WeakMap<readonly string[], Plan>() };
  return (kind, { document, loss }, fields) => {
    const plan = plans[kind].get(fields) ?? planOf(neutral, face, kind, fields);
    plans[kind].set(fields, plan);
    return { document: keepOnly(document, plan.list), loss: { ...lossOf(loss, plan), minimised: plan.held }, minimised: plan.list.sha256 };
  };
}

function planOf(neutral: NeutralForm, face: Face, kind: Kind, fields: readonly string[]): Plan {
  const list = fieldList(fields);
  const domestic = [...face.pairs(kind)].flatMap(([neutralPath, path]) => (isHeldBack(neutralPath, list) ? [path] : []));
  return { list, held: heldBack(neutral.schemas[kind], list), domestic: new Set(domestic) };
}

/** That a field which does not cross was defaulted or approximated would tell that it was there. */
function lossOf(loss: LossReport, { domestic }: Plan): LossReport {
  const crossing = (paths: readonly string[]): string[] => paths.filter((path) => !domestic.has(path.replaceAll('[]', '')));
  return { ...loss, defaulted: crossing(loss.defaulted), approximated: crossing(loss.approximated) };
}
