/** JSON as a Tree. A list is a list even with one item, and nothing else is. */
import type { JsonValue } from '../stages.ts';
import { Unfit } from './codecs/codec.ts';
import type { Fits, Known } from './known.ts';
import type { Predicate, Step } from './path.ts';
import type { Run } from './run.ts';
import type { Tree } from './tree.ts';

type Members = Readonly<Record<string, JsonValue>>;

export const jsonTree: Tree<JsonValue> = {
  kind: 'json',
  firstIndex: 0,
  child(step) {
    const { name, index } = step;
    if (index === undefined && step.predicates.length === 0) return (node) => member(node, name);
    const matches = matcher(step);
    return (node) => {
      const found = listOf(member(node, name))?.filter(matches) ?? [];
      if (index !== undefined) return found[index];
      if (found.length > 1) throw new Unfit('more than one item fits');
      return found[0];
    };
  },
  items(step) {
    const matches = matcher(step);
    return (node) => listOf(member(node, step.name))?.filter(matches);
  },
  value(node) {
    if (typeof node === 'object' && node !== null) throw new Unfit('a single value is expected');
    return node;
  },
  survey,
  plain: (node) => node,
  fits(step): Fits<JsonValue> {
    if (step.index === undefined && step.predicates.length === 0) return always;
    const matches = matcher(step);
    const { index } = step;
    return (item, at) => (index === undefined || index === at) && matches(item);
  },
};

const always: Fits<JsonValue> = () => true;

function member(node: JsonValue, name: string): JsonValue | undefined {
  if (!isMembers(node)) throw new Unfit('an object is expected around it');
  return Object.hasOwn(node, name) ? node[name] : undefined;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new Unfit('a list is expected');
  return value as readonly JsonValue[];
}

function isMembers(value: JsonValue): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function matcher(step: Step): (item: JsonValue) => boolean {
  const filters = step.predicates.map(predicate);
  return (item) => filters.every((filter) => filter(item));
}

function predicate({ step, value }: Predicate): (item: JsonValue) => boolean {
  return (item) => {
    const found = isMembers(item) && Object.hasOwn(item, step.name) ? item[step.name] : undefined;
    if (value === undefined) return found === undefined || found === null || found === '';
    return found !== undefined && typeof found !== 'object' && String(found) === value;
  };
}

function survey(node: JsonValue, known: Known<JsonValue>, run: Run): void {
  if (!isMembers(node)) {
    if (!known.leaf && known.rest === 'dropped' && carries(node)) run.lose('dropped', known.dropText);
    return;
  }
  for (const name of Object.keys(node)) {
    const value = node[name] ?? null;
    if (!Array.isArray(value)) surveyChild(value, 0, known, name, run);
    else for (const [at, item] of (value as readonly JsonValue[]).entries()) surveyChild(item, at, known, `${name}[]`, run, name);
  }
}

function surveyChild(child: JsonValue, at: number, known: Known<JsonValue>, text: string, run: Run, name = text): void {
  let fitting = false;
  for (const entry of known.children.get(name) ?? []) {
    if ((entry.otherwise && fitting) || !entry.fits(child, at)) continue;
    fitting = true;
    survey(child, entry.node, run);
  }
  if (!fitting && carries(child)) report(known, text, run);
}

function report(known: Known<JsonValue>, name: string, run: Run): void {
  if (known.rest === 'dropped') run.lose('dropped', known.dropText);
  else if (known.rest === 'unknown') run.lose('unknown', known.unknownChild(name));
}

/** Null, an empty text, list or object is no loss. */
function carries(value: JsonValue): boolean {
  if (value === null || value === '') return false;
  if (Array.isArray(value)) return value.some(carries);
  return typeof value === 'object' ? Object.values(value).some(carries) : true;
}
