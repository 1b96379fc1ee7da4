/** `causeway mappings try`: a message to the other side and back again, which must give the same neutral document. */
import type { JsonValue, Payload } from '../../stages.ts';
import { refusalOf, type Explainer, type Explanation, type Message } from './explain.ts';
import { differing, leavesOf } from './leaves.ts';
import type { Step } from './step.ts';

export interface RoundTrip {
  /** The message to the other side, and what came of that on its way back; absent where the first was refused. */
  readonly there: Explanation;
  readonly back?: Explanation;
  /** Neutral fields that are not what they were: none, by the law of translation, but for `reported`. */
  readonly changed: readonly string[];
  /** Of these, the ones that a rule computes, drops, makes up or approximates, and says so. */
  readonly reported: readonly string[];
}

const UNCHANGED = { changed: [], reported: [] };
const REPORTED: readonly Step['became'][] = ['computed', 'dropped', 'defaulted', 'approximated'];

/** Runs both directions; never throws for what a message holds. */
export function roundTrip(explainer: Explainer, message: Message): RoundTrip {
  const { plain } = explainer;
  const { kind } = message;
  const there = explainer.explain(message);
  if (there.refused !== undefined) return { there, ...UNCHANGED };
  const neutral = message.to === 'neutral' ? plain.toNeutral(kind, message.input).document : message.input;
  const domestic = message.to === 'domestic' ? plain.toDomestic(kind, message.input, message.request).document : undefined;
  const back = explainer.explain(domestic === undefined ? { kind, to: 'domestic', input: neutral } : { kind, to: 'neutral', input: domestic });
  if (back.refused !== undefined) return { there, back, ...UNCHANGED };
  const changed = changedFields(explainer, kind, neutral, domestic ?? plain.toDomestic(kind, neutral, undefined).document);
  const steps = [...there.steps, ...back.steps].filter(({ became }) => REPORTED.includes(became));
  return { there, back, changed, reported: changed.filter((path) => steps.some((step) => speaksOf(step, path))) };
}

/** `neutral` against what `domestic`, written from it, is read as. */
function changedFields(explainer: Explainer, kind: Message['kind'], neutral: JsonValue, domestic: Payload): string[] {
  try {
    return differing(leavesOf({ neutral }), leavesOf({ neutral: explainer.plain.toNeutral(kind, domestic).document }));
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === undefined) throw error;
    return [refused.field];
  }
}

/** Of the field, or of what it stands in; reports of what is dropped have no indexes. */
function speaksOf({ neutral }: Step, path: string): boolean {
  if (neutral === undefined) return false;
  const [field, whole] = [path, neutral].map((one) => one.replaceAll(/\[\d*\]/g, '')) as [string, string];
  return field === whole || field.startsWith(`${whole}.`);
}
