/** Compiled pairs: a domestic and a neutral field, read and written. */
import type { JsonValue } from '../stages.ts';
import { Unfit, type Codec } from './codecs/codec.ts';
import { joinDomestic, joinNeutral, type Place, type Read, type Write } from './compiled.ts';
import type { Draft } from './draft.ts';
import type { PairRule } from './rules.ts';
import { getter, setter, type Run } from './run.ts';
import { follow, type Tree } from './tree.ts';

/** Reads the domestic field, or fields, into the neutral one. Throws Unfit with `run.field` set. */
export function pairRead<N>(rule: PairRule, place: Place<N>, tree: Tree<N>, codec: Codec): Read<N> {
  const finds = rule.domestic.map(({ steps }) => follow(tree, steps));
  const fields = rule.domestic.map(({ text }) => joinDomestic(place.domestic, text, tree.kind));
  const [single = () => undefined] = finds;
  const [field = ''] = fields;
  const isItem = rule.neutral.names.length === 0;
  const set = setter(rule.neutral.names);
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
    if (isItem) run.self = value;
    else set(out, value);
  };
}

/** Writes the neutral field into the domestic one, or ones. */
export function pairWrite<N>(rule: PairRule, place: Place<N>, codec: Codec): Write {
  const targets = rule.domestic.map(({ steps }) => place.slot.path(steps));
  const [target = []] = targets;
  const field = joinNeutral(place.neutral, rule.neutral.text);
  const get = getter(rule.neutral.names);
  const put = (draft: Draft, value: JsonValue): void => {
    if (targets.length === 1) draft.descend(target).value = value;
    else targets.forEach((slots, at) => (draft.descend(slots).value = (value as readonly JsonValue[])[at] ?? ''));
  };
  return (source, draft, run) => {
    run.field = field;
    const value = get(source);
    if (value !== undefined) return put(draft, value === null ? null : codec.toDomestic(value, run));
    if (rule.default.domestic !== undefined) {
      run.lose('defaulted', field);
      return put(draft, rule.default.domestic);
    }
    if (rule.empty === 'written') return put(draft, '');
    if (!rule.optional && rule.empty === 'kept') throw new Unfit('the field is missing');
  };
}
