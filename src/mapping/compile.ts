/** Rules to closures, once at load: a message meets no rule, no path text and no lookup by name of a codec (mapping.md, "Speed"). */
import type { JsonValue } from '../stages.ts';
import type { Codec, CodecContext } from './codecs/codec.ts';
import { Unfit } from './codecs/codec.ts';
import { parseCodec } from './codecs/table.ts';
import { compileCompute as makeCompute } from './compute.ts';
import { Draft, type Slot } from './draft.ts';
import type { Known } from './known.ts';
import { parsePath, type PathForm } from './path.ts';
import type { GroupRule, PairRule, Rule } from './rules.ts';
import { setAt, valueAt, type JsonObject, type Run } from './run.ts';
import { follow, type Tree } from './tree.ts';

export type Read<N> = (node: N, out: JsonObject, run: Run) => void;
export type Write = (source: JsonValue | undefined, draft: Draft, run: Run) => void;

/** Where rules stand: the path so far in both forms, for messages and reports. */
export interface Place {
  readonly domestic: string;
  readonly neutral: string;
  readonly slot: Slot;
  readonly domesticKnown: Known;
  readonly neutralKnown: Known;
}

export interface Compiled<N> {
  readonly reads: Read<N>[];
  readonly writes: Write[];
}

/** What stays the same for all rules of a mapping. */
export interface CompileContext<N> {
  readonly tree: Tree<N>;
  readonly codecs: CodecContext;
  /** Form of the request that an answer may echo; its tree reads it. */
  readonly requestForm: PathForm;
  copyWithout(node: unknown, without: readonly string[]): Draft['copy'];
  readonly expand: (text: string) => string;
}

const IDENTITY: Codec = { toNeutral: (value) => value, toDomestic: (value) => value };

export function compileRules<N>(rules: readonly Rule[], place: Place, context: CompileContext<N>): Compiled<N> {
  const compiled: Compiled<N> = { reads: [], writes: [] };
  for (const rule of rules) compileRule(rule, place, context, compiled);
  return compiled;
}

function compileRule<N>(rule: Rule, place: Place, context: CompileContext<N>, out: Compiled<N>): void {
  switch (rule.kind) {
    case 'pair':
      return compilePair(rule, place, context, out);
    case 'each':
    case 'at':
      return compileGroup(rule, place, context, out);
    case 'constant-domestic': {
      const known = place.domesticKnown.at(rule.domestic.steps);
      known.leaf = true;
      const slots = place.slot.path(rule.domestic.steps);
      const find = follow(context.tree, rule.domestic.steps);
      // A value other than the constant has no place in the neutral form: it is lost, and said so.
      const field = joinDomestic(place.domestic, rule.domestic.text, context.tree.kind);
      out.reads.push((node, _out, run) => {
        run.field = field;
        const found = find(node);
        if (found === undefined) return;
        const value = context.tree.value(found, false);
        if (value !== rule.value && value !== '' && value !== null) run.lose('dropped', known.text);
      });
      out.writes.push((_source, draft) => {
        draft.descend(slots).value = rule.value;
      });
      return;
    }
    case 'constant-neutral': {
      place.neutralKnown.at(neutralSteps(rule.neutral.names)).leaf = true;
      const field = joinNeutral(place.neutral, rule.neutral.text);
      out.reads.push((_node, target) => setAt(target, rule.neutral.names, rule.value));
      out.writes.push((source, _draft, run) => {
        run.field = field;
        const value = valueAt(source, rule.neutral.names);
        if (value !== undefined && value !== rule.value) throw new Unfit(`${String(rule.value)} is expected`);
      });
      return;
    }
    case 'drop-domestic':
      for (const { steps } of rule.domestic) {
        place.domesticKnown.at(steps).rest = 'dropped';
        const slots = rule.written ? place.slot.path(steps) : [];
        // The form's own schema demands the element; what it holds does not cross.
        if (rule.written) out.writes.push((_source, draft) => (draft.descend(slots).value = ''));
      }
      return;
    case 'drop-neutral':
      place.neutralKnown.at(neutralSteps(rule.neutral.names)).rest = 'dropped';
      return;
    case 'echo': {
      const known = place.domesticKnown.at(rule.domestic.steps);
      known.rest = 'ignored';
      known.leaf = true;
      const slots = place.slot.path(rule.domestic.steps);
      const find = requestReader(rule, context);
      out.writes.push((_source, draft, run) => {
        const found = run.request === undefined ? undefined : find(run.request as N);
        if (found !== undefined) draft.descend(slots).copy = context.copyWithout(found, rule.without);
      });
      return;
    }
    case 'compute':
      return compileCompute(rule, place, context, out);
  }
}

function compileCompute<N>(rule: Rule & { kind: 'compute' }, place: Place, context: CompileContext<N>, out: Compiled<N>): void {
  place.neutralKnown.at(neutralSteps(rule.neutral.names)).rest = 'dropped';
  for (const { steps } of rule.from) place.domesticKnown.at(steps).rest = 'ignored';
  const field = joinDomestic(place.domestic, rule.from[0]?.text ?? '.', context.tree.kind);
  try {
    const compute = makeCompute(rule.expression);
    out.reads.push((node, target, run) => {
      run.field = field;
      const value = compute(context.tree.plain(node));
      if (value !== undefined) setAt(target, rule.neutral.names, value);
    });
  } catch (error) {
    rule.fields.report(error instanceof Error ? error.message : String(error), undefined, 'compute');
  }
}

function requestReader<N>(rule: Rule & { kind: 'echo' }, context: CompileContext<N>): (request: N) => N | undefined {
  try {
    return follow(context.tree, parsePath(rule.from, context.requestForm));
  } catch (error) {
    rule.fields.report(error instanceof Error ? error.message : String(error), undefined, 'echo');
    return () => undefined;
  }
}

function compilePair<N>(rule: PairRule, place: Place, context: CompileContext<N>, out: Compiled<N>): void {
  const codec = codecOf(rule, context);
  const oneWay = rule.oneWay ?? codec.only;
  if (codec.only !== undefined && rule.oneWay !== codec.only) rule.fields.report(`this codec works one way only`, `say one-way: ${codec.only}`, 'as');
  const domesticKnown = rule.domestic.map(({ steps }) => place.domesticKnown.at(steps));
  const neutralKnown = place.neutralKnown.at(neutralSteps(rule.neutral.names));
  // What is only written, a text beside a code, is a copy when it is read: no loss. What is only read is lost when written.
  for (const known of domesticKnown) (known.leaf = true, oneWay === 'to-domestic' && (known.rest = 'ignored'));
  if (oneWay === 'to-neutral') neutralKnown.rest = 'dropped';
  else neutralKnown.leaf = true;
  if (oneWay !== 'to-domestic') out.reads.push(pairRead(rule, place, context.tree, codec));
  if (oneWay !== 'to-neutral') out.writes.push(pairWrite(rule, place, codec));
}

function codecOf<N>(rule: PairRule, context: CompileContext<N>): Codec {
  if (rule.as === undefined) return IDENTITY;
  try {
    return parseCodec(context.expand(rule.as), context.codecs);
  } catch (error) {
    rule.fields.report(error instanceof Error ? error.message : String(error), undefined, 'as');
    return IDENTITY;
  }
}

function pairRead<N>(rule: PairRule, place: Place, tree: Tree<N>, codec: Codec): Read<N> {
  const finds = rule.domestic.map(({ steps }) => follow(tree, steps));
  const fields = rule.domestic.map(({ text }) => joinDomestic(place.domestic, text, tree.kind));
  const [single = () => undefined] = finds;
  const [field = ''] = fields;
  const { names } = rule.neutral;
  const emptyIsAbsent = rule.empty !== 'kept';
  const plain = (find: (node: N) => N | undefined, node: N): JsonValue | undefined => {
    const found = find(node);
    if (found === undefined) return undefined;
    const value = tree.value(found, rule.spaceKept);
    return emptyIsAbsent && (value === '' || value === null) ? undefined : value;
  };
  const several = (node: N, run: Run): JsonValue | undefined => {
    const values = finds.map((find, at) => ((run.field = fields[at] ?? ''), plain(find, node)));
    const absent = values.findIndex((value) => value === undefined);
    if (absent !== -1 && values.some((value) => value !== undefined)) throw ((run.field = fields[absent] ?? ''), new Unfit('the field is missing'));
    return absent === -1 ? (values as JsonValue[]) : undefined;
  };
  const read = finds.length === 1 ? (node: N): JsonValue | undefined => plain(single, node) : several;
  return (node, out, run) => {
    run.field = field;
    let value = read(node, run);
    if (value === undefined) {
      if (rule.default.neutral === undefined) {
        if (rule.optional || emptyIsAbsent) return;
        throw new Unfit('the field is missing');
      }
      run.lose('defaulted', field);
      value = rule.default.neutral;
    } else if (value !== null) value = codec.toNeutral(value, run);
    if (names.length === 0) run.self = value;
    else setAt(out, names, value);
  };
}

function pairWrite(rule: PairRule, place: Place, codec: Codec): Write {
  const targets = rule.domestic.map(({ steps }) => place.slot.path(steps));
  const [target = []] = targets;
  const field = joinNeutral(place.neutral, rule.neutral.text);
  const { names } = rule.neutral;
  const put = (draft: Draft, value: JsonValue): void => {
    if (targets.length === 1) draft.descend(target).value = value;
    else targets.forEach((slots, at) => (draft.descend(slots).value = (value as readonly JsonValue[])[at] ?? ''));
  };
  return (source, draft, run) => {
    run.field = field;
    const value = names.length === 0 ? source : valueAt(source, names);
    if (value !== undefined) return put(draft, value === null ? null : codec.toDomestic(value, run));
    if (rule.default.domestic !== undefined) {
      run.lose('defaulted', field);
      return put(draft, rule.default.domestic);
    }
    if (rule.empty === 'written') return put(draft, '');
    if (!rule.optional && rule.empty === 'kept') throw new Unfit('the field is missing');
  };
}

function compileGroup<N>(rule: GroupRule, place: Place, context: CompileContext<N>, out: Compiled<N>): void {
  const list = rule.kind === 'each';
  const slots = place.slot.path(rule.domestic.steps);
  const last = slots.at(-1);
  if (list && (last === undefined || rule.neutral.names.length === 0)) return rule.fields.report('"each" needs a list on both sides, not "."', undefined, 'each');
  if (list && last !== undefined) last.list = true;
  const domestic = joinDomestic(place.domestic, rule.domestic.text, context.tree.kind) + (list ? '[]' : '');
  const neutral = joinNeutral(place.neutral, rule.neutral.text) + (list ? '[]' : '');
  const inner = compileRules(rule.rules, {
    domestic: rule.domestic.steps.length === 0 ? place.domestic : domestic,
    neutral: rule.neutral.names.length === 0 ? place.neutral : neutral,
    slot: last ?? place.slot,
    domesticKnown: place.domesticKnown.at(rule.domestic.steps, list),
    neutralKnown: place.neutralKnown.at(neutralSteps(rule.neutral.names), list),
  }, context);
  out.reads.push(list ? eachRead(rule, domestic, context.tree, inner.reads) : atRead(rule, domestic, context.tree, inner.reads));
  out.writes.push(list && last !== undefined ? eachWrite(rule, neutral, slots, last, inner.writes) : atWrite(rule, neutral, slots, inner.writes));
}

function atRead<N>(rule: GroupRule, field: string, tree: Tree<N>, reads: readonly Read<N>[]): Read<N> {
  const find = follow(tree, rule.domestic.steps);
  const { names } = rule.neutral;
  return (node, out, run) => {
    run.field = field;
    const found = find(node);
    if (found === undefined) {
      if (rule.optional) return;
      throw new Unfit('the field is missing');
    }
    const existing = valueAt(out, names) as JsonObject | undefined;
    const target = names.length === 0 ? out : (existing ?? {});
    for (const read of reads) read(found, target, run);
    if (names.length > 0 && existing === undefined && (!rule.optional || Object.keys(target).length > 0)) setAt(out, names, target);
  };
}

function atWrite(rule: GroupRule, field: string, slots: readonly Slot[], writes: readonly Write[]): Write {
  const { names } = rule.neutral;
  return (source, draft, run) => {
    run.field = field;
    const value = valueAt(source, names);
    if (value === undefined) {
      if (rule.optional) return;
      throw new Unfit('the field is missing');
    }
    const target = draft.descend(slots);
    for (const write of writes) write(value, target, run);
  };
}

function eachRead<N>(rule: GroupRule, field: string, tree: Tree<N>, reads: readonly Read<N>[]): Read<N> {
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

function eachWrite(rule: GroupRule, field: string, slots: readonly Slot[], last: Slot, writes: readonly Write[]): Write {
  const prefix = slots.slice(0, -1);
  return (source, draft, run) => {
    run.field = field;
    const items = valueAt(source, rule.neutral.names);
    if (items === undefined) {
      if (rule.optional) return;
      throw new Unfit('the list is missing');
    }
    if (!Array.isArray(items)) throw new Unfit('a list is expected');
    if (rule.max !== undefined && items.length > rule.max) throw new Unfit(`at most ${rule.max} items are expected`);
    const parent = draft.descend(prefix);
    parent.lists.push(last);
    const level = run.indexes.length;
    for (const [at, item] of (items as readonly JsonValue[]).entries()) {
      run.indexes[level] = at;
      const target = parent.add(last);
      for (const write of writes) write(item, target, run);
    }
    run.indexes.length = level;
  };
}

/** Property names as steps, so that the neutral form is surveyed as a domestic JSON form is. */
export function neutralSteps(names: readonly string[]): { name: string; ns: string; accepted: readonly string[]; attribute: false; predicates: []; index: undefined; text: string }[] {
  return names.map((name) => ({ name, ns: '', accepted: [''], attribute: false, predicates: [], index: undefined, text: name }));
}

function joinDomestic(base: string, text: string, kind: 'xml' | 'json'): string {
  if (text === '.') return base;
  return base === '' ? text : `${base}${kind === 'xml' ? '/' : '.'}${text}`;
}

function joinNeutral(base: string, text: string): string {
  if (text === '.') return base;
  return base === '' ? text : `${base}.${text}`;
}
