/** Rules to closures, once at load: a message meets no rule, no path text and no lookup by name of a codec (mapping.md, "Speed"). */
import { Unfit, type Codec } from './codecs/codec.ts';
import { parseCodec } from './codecs/table.ts';
import { joinDomestic, joinNeutral, neutralSteps, type CompileContext, type Compiled, type Place } from './compiled.ts';
import { compileExpression } from './compute.ts';
import { atRead, atWrite, eachRead, eachWrite } from './group.ts';
import { pairRead, pairWrite } from './pair.ts';
import { parsePath } from './path.ts';
import { isList, type GroupRule, type PairRule, type Rule } from './rules.ts';
import { scalarText, setAt, valueAt } from './run.ts';
import { follow } from './tree.ts';

const IDENTITY: Codec = { toNeutral: (value) => value, toDomestic: (value) => value };

export function compileRules<N>(rules: readonly Rule[], place: Place<N>, context: CompileContext<N>): Compiled<N> {
  const compiled: Compiled<N> = { reads: [], writes: [] };
  for (const rule of rules) {
    const one: Compiled<N> = { reads: [], writes: [] };
    compileRule(rule, place, context, one);
    const { reads, writes } = context.watch?.rule(rule, one, place, context.tree) ?? one;
    compiled.reads.push(...reads);
    compiled.writes.push(...writes);
  }
  return compiled;
}

function compileRule<N>(rule: Rule, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
  switch (rule.kind) {
    case 'pair':
      return compilePair(rule, place, context, out);
    case 'each':
    case 'at':
      return compileGroup(rule, place, context, out);
    case 'constant-domestic':
      return compileDomesticConstant(rule, place, context, out);
    case 'constant-neutral':
      return compileNeutralConstant(rule, place, out);
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
    case 'echo':
      return compileEcho(rule, place, context, out);
    case 'compute':
      return compileCompute(rule, place, context, out);
  }
}

function compileDomesticConstant<N>(rule: Rule & { kind: 'constant-domestic' }, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
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
}

function compileNeutralConstant<N>(rule: Rule & { kind: 'constant-neutral' }, place: Place<N>, out: Compiled<N>): void {
  place.neutralKnown.at(neutralSteps(rule.neutral.names)).leaf = true;
  const field = joinNeutral(place.neutral, rule.neutral.text);
  out.reads.push((_node, target) => setAt(target, rule.neutral.names, rule.value));
  out.writes.push((source, _draft, run) => {
    run.field = field;
    const value = valueAt(source, rule.neutral.names);
    if (value !== undefined && value !== rule.value) throw new Unfit(`${scalarText(rule.value)} is expected`);
  });
}

function compileEcho<N>(rule: Rule & { kind: 'echo' }, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
  const known = place.domesticKnown.at(rule.domestic.steps);
  known.rest = 'ignored';
  known.leaf = true;
  const slots = place.slot.path(rule.domestic.steps);
  const find = requestReader(rule, context);
  out.writes.push((_source, draft, run) => {
    const found = run.request === undefined ? undefined : find(run.request as N);
    if (found !== undefined) draft.descend(slots).copy = context.copyWithout(found, rule.without);
  });
}

function compileCompute<N>(rule: Rule & { kind: 'compute' }, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
  place.neutralKnown.at(neutralSteps(rule.neutral.names)).rest = 'dropped';
  for (const { steps } of rule.from) place.domesticKnown.at(steps).rest = 'ignored';
  const field = joinDomestic(place.domestic, rule.from[0]?.text ?? '.', context.tree.kind);
  try {
    const compute = compileExpression(rule.expression);
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

function compilePair<N>(rule: PairRule, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
  const codec = codecOf(rule, context);
  const oneWay = rule.oneWay ?? codec.only;
  if (codec.only !== undefined && rule.oneWay !== codec.only) rule.fields.report(`this codec works one way only`, `say one-way: ${codec.only}`, 'as');
  const domesticKnown = rule.domestic.map(({ steps }) => place.domesticKnown.at(steps));
  const neutralKnown = place.neutralKnown.at(neutralSteps(rule.neutral.names));
  // What is only written, a text beside a code, is a copy when it is read: no loss. What is only read is lost when written.
  for (const known of domesticKnown) {
    known.leaf = true;
    if (oneWay === 'to-domestic') known.rest = 'ignored';
  }
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

function compileGroup<N>(rule: GroupRule, place: Place<N>, context: CompileContext<N>, out: Compiled<N>): void {
  const list = rule.kind === 'each';
  const slots = place.slot.path(rule.domestic.steps);
  const last = slots.at(-1);
  if (list && (last === undefined || rule.neutral.names.length === 0)) return rule.fields.report('"each" needs a list on both sides, not "."', undefined, 'each');
  if (list && last !== undefined) last.list = true;
  const domestic = joinDomestic(place.domestic, rule.domestic.text, context.tree.kind);
  const neutral = joinNeutral(place.neutral, rule.neutral.text);
  const each = list ? '[]' : '';
  const neutralList = isList(rule);
  const inner = compileRules(rule.rules, {
    domestic: domestic + each,
    neutral: neutralList ? `${neutral}[]` : neutral,
    slot: last ?? place.slot,
    domesticKnown: place.domesticKnown.at(rule.domestic.steps, list),
    neutralKnown: place.neutralKnown.at(neutralSteps(rule.neutral.names), neutralList),
  }, context);
  out.reads.push(list ? eachRead(rule, domestic, context.tree, inner.reads) : atRead(rule, domestic, context.tree, inner.reads));
  out.writes.push(list && last !== undefined ? eachWrite(rule, neutral, slots, last, inner.writes) : atWrite(rule, neutral, slots, inner.writes));
}
