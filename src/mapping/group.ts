/** Compiled groups: rules that stand in a part of both forms (`at`), once or for each item of a list (`each`). */
import type { JsonValue } from '../stages.ts';
import { Unfit } from './codecs/codec.ts';
import type { Read, Write } from './compiled.ts';
import type { Slot } from './draft.ts';
import type { GroupRule } from './rules.ts';
import { setAt, valueAt, type JsonObject, type Run } from './run.ts';
import { follow, type Tree } from './tree.ts';

export function atRead<N>(rule: GroupRule, field: string, tree: Tree<N>, reads: readonly Read<N>[]): Read<N> {
  const find = follow(tree, rule.domestic.steps);
  const { names } = rule.neutral;
  return (node, out, run) => {
    run.field = field;
    const found = find(node);
    if (found === undefined) {
      if (rule.optional) return;
      throw new Unfit('the field is missing');
    }
    if (rule.alone) {
      const item: JsonObject = {};
      for (const read of reads) read(found, item, run);
      if (!rule.optional || Object.keys(item).length > 0) setAt(out, names, [item]);
      return;
    }
    const existing = valueAt(out, names) as JsonObject | undefined;
    const target = names.length === 0 ? out : (existing ?? {});
    for (const read of reads) read(found, target, run);
    if (names.length > 0 && existing === undefined && (!rule.optional || Object.keys(target).length > 0)) setAt(out, names, target);
  };
}

export function atWrite(rule: GroupRule, field: string, slots: readonly Slot[], writes: readonly Write[]): Write {
  const { names } = rule.neutral;
  return (source, draft, run) => {
    run.field = field;
    const value = valueAt(source, names);
    if (value === undefined) {
      if (rule.optional) return;
      throw new Unfit('the field is missing');
    }
    const target = draft.descend(slots);
    if (!rule.alone) {
      for (const write of writes) write(value, target, run);
      return;
    }
    const [item, ...others] = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    if (item === undefined || others.length > 0) throw new Unfit('exactly one item is expected');
    run.indexes.push(0);
    for (const write of writes) write(item, target, run);
    run.indexes.pop();
  };
}

export function eachRead<N>(rule: GroupRule, field: string, tree: Tree<N>, reads: readonly Read<N>[]): Read<N> {
  const { steps } = rule.domestic;
  const find = follow(tree, steps.slice(0, -1));
  const last = steps.at(-1);
  const items = last === undefined ? (): undefined => undefined : tree.items(last);
  const nested = steps.length > 1;
  const single = rule.rules.some((inner) => 'neutral' in inner && inner.neutral.names.length === 0);
  return (node, out, run) => {
    run.field = field;
    const base = find(node);
    const found = base === undefined ? undefined : items(base);
    if (found === undefined || (rule.optional && !nested && tree.kind === 'xml' && found.length === 0)) {
      if (rule.optional) return;
      throw new Unfit('the list is missing');
    }
    setAt(out, rule.neutral.names, readItems(found, reads, single, run));
  };
}

function readItems<N>(nodes: readonly N[], reads: readonly Read<N>[], single: boolean, run: Run): JsonValue[] {
  const list: JsonValue[] = [];
  const outer = run.self;
  const level = run.indexes.length;
  for (const [at, node] of nodes.entries()) {
    run.indexes[level] = at;
    run.self = undefined;
    const item: JsonObject = {};
    for (const read of reads) read(node, item, run);
    if (!single) list.push(item);
    else if (run.self !== undefined) list.push(run.self);
  }
  run.indexes.length = level;
  run.self = outer;
  return list;
}

export function eachWrite(rule: GroupRule, field: string, slots: readonly Slot[], last: Slot, writes: readonly Write[]): Write {
  const prefix = slots.slice(0, -1);
  return (source, draft, run) => {
    run.field = field;
    const items = valueAt(source, rule.neutral.names);
    if (rule.emptyWritten && (items === undefined || (Array.isArray(items) && items.length === 0))) {
      draft.descend(prefix).add(last).value = '';
      return;
    }
    if (items === undefined) {
      if (rule.optional) return;
      throw new Unfit('the list is missing');
    }
    if (!Array.isArray(items)) throw new Unfit('a list is expected');
    if (rule.max !== undefined && items.length > rule.max) throw new Unfit(`at most ${rule.max} items are expected`);
    const parent = draft.descend(prefix);
    (parent.lists ??= []).push(last);
    const level = run.indexes.length;
    for (const [at, item] of (items as readonly JsonValue[]).entries()) {
      run.indexes[level] = at;
      const target = parent.add(last);
      for (const write of writes) write(item, target, run);
    }
    run.indexes.length = level;
  };
}
