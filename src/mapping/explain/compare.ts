/** `causeway mappings diff`: what two revisions of a mapping make of the same neutral documents. */
import type { JsonValue } from '../../stages.ts';
import type { Explainer, Explanation } from './explain.ts';
import { differing, leavesOf } from './leaves.ts';
import type { Kind } from '../neutral.ts';

export interface Change {
  /** Path in the domestic form. */
  readonly path: string;
  /** Values as explain gives them; absent where the field is. */
  readonly old?: JsonValue;
  readonly new?: JsonValue;
}

export interface Comparison {
  readonly became: 'same' | 'changed' | 'refused' | 'accepted' | 'still-refused';
  readonly changes: readonly Change[];
  /** The field and what was expected, of the new revision where it refuses, else of the old. */
  readonly refused?: Explanation['refused'];
  /** Fields that are lost by the new revision and were not by the old. */
  readonly newlyLost: readonly string[];
}

/** One neutral document, written by both. The comparison is of the true values; what it tells holds none that is hidden. */
export function compareRevisions(old: Explainer, next: Explainer, kind: Kind, document: JsonValue): Comparison {
  const [before, after] = [old, next].map((explainer) => explainer.explain({ kind, to: 'domestic', input: document }));
  if (before?.refused !== undefined || after?.refused !== undefined) {
    const became = before?.refused === undefined ? 'refused' : after?.refused === undefined ? 'accepted' : 'still-refused';
    const refused = after?.refused ?? before?.refused;
    return { became, changes: [], newlyLost: [], ...(refused === undefined ? {} : { refused }) };
  }
  const [oldTrue, newTrue] = [old, next].map(({ plain }) => leavesOf({ domestic: plain.toDomestic(kind, document, undefined).document }));
  const [oldShown, newShown] = [before, after].map((one) => (one?.output === undefined ? new Map<string, JsonValue>() : leavesOf(one.output)));
  const changes = differing(oldTrue ?? new Map(), newTrue ?? new Map()).map((path): Change => ({ path, ...valued('old', oldShown?.get(path)), ...valued('new', newShown?.get(path)) }));
  const newlyLost = lostFields(after).filter((field) => !lostFields(before).includes(field));
  return { became: changes.length === 0 && newlyLost.length === 0 ? 'same' : 'changed', changes, newlyLost };
}

function valued<K extends 'old' | 'new'>(key: K, value: JsonValue | undefined): { [P in K]?: JsonValue } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: JsonValue };
}

function lostFields(explanation: Explanation | undefined): string[] {
  return Object.entries(explanation?.loss ?? {}).flatMap(([kind, paths]) => (paths as readonly string[]).map((path) => `${kind} ${path}`));
}
