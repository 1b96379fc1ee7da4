/**
 * Comparing two sides' sets over [from, to): roots first, and only where they differ the parts below, so that what agrees costs one hash. The
 * other side is asked at most four times: roots of windows, nodes, buckets, elements. It may be in this process, as a mirror, or abroad.
 */
import { ELEMENT_BYTES } from './set.ts';
import { HASH_BYTES } from '../merkle.ts';
import { EMPTY, bitmapOf, hourRoot, hoursOf, sameHash, windowsOf } from './tree.ts';
import type { Children, Rollup } from './tree.ts';

export interface Range {
  /** Numbers of windows: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** One message to the other side; the answer is a list of byte strings, in the order of what was asked. */
export type Question =
  /** Our roots of the hours in `range`; answered, for each hour whose root is another, with the roots of its windows. */
  | { readonly ask: 'windows'; readonly range: Range; readonly hours: readonly Uint8Array[] }
  /** Answered with bitmap and hashes of the nodes of each window. */
  | { readonly ask: 'nodes'; readonly windows: readonly number[] }
  /** `[window, node]`: bitmap and hashes of its buckets. */
  | { readonly ask: 'buckets'; readonly nodes: readonly (readonly [number, number])[] }
  /** `[window, node, bucket]`: its elements. */
  | { readonly ask: 'elements'; readonly buckets: readonly (readonly [number, number, number])[] };

export type Ask = (question: Question) => Promise<readonly Uint8Array[]>;

export interface Difference {
  /** `different`: both sides recorded this step of this exchange, with other statements. */
  readonly kind: 'missing-here' | 'missing-there' | 'different';
  readonly window: number;
  readonly key: Uint8Array;
  readonly ours: readonly Uint8Array[];
  readonly theirs: readonly Uint8Array[];
}

/** The other side's part: what `rollup` holds, as it was asked for. `made` sees each part as it is made: it throws where all of them are too much. */
export function answerQuestion(question: Question, rollup: Rollup, made: (part: Uint8Array) => void = () => {}): Uint8Array[] {
  const each = <T>(asked: readonly T[], answer: (one: T) => Uint8Array): Uint8Array[] =>
    asked.map((one) => {
      const part = answer(one);
      made(part);
      return part;
    });
  if (question.ask === 'windows') return windowRoots(question.range, question.hours, rollup, made);
  if (question.ask === 'nodes') return each(question.windows, (window) => sparse(rollup.tree(window).nodes));
  if (question.ask === 'buckets') return each(question.nodes, ([window, node]) => sparse(rollup.tree(window).buckets(node)));
  return each(question.buckets, ([window, node, bucket]) => rollup.tree(window).elements(node, bucket));
}

/** One answer an hour: nothing where it agrees. */
function windowRoots({ from, to }: Range, hours: readonly Uint8Array[], rollup: Rollup, made: (part: Uint8Array) => void): Uint8Array[] {
  return hoursOf(from, to).map((hour, at) => {
    const agrees = sameHash(rollup.hour(hour, from, to), hours[at] ?? EMPTY);
    const part = agrees ? new Uint8Array(0) : Buffer.concat(windowsOf(hour, from, to).map((window) => rollup.window(window)));
    made(part);
    return part;
  });
}

/**
 * Differences in the order of windows and keys, between two sides of which each is asked the same. Rejects as they do; an answer that does not fit its
 * question throws RangeError.
 */
export async function compareSets(range: Range, ours: Ask, theirs: Ask): Promise<Difference[]> {
  const windows = await differingWindows(range, ours, theirs);
  const nodes = await differingChildren(windows.map((window) => [window] as const), { ask: 'nodes', windows }, ours, theirs);
  const buckets = await differingChildren(nodes, { ask: 'buckets', nodes }, ours, theirs);
  if (buckets.length === 0) return [];
  const [mine, others] = await both({ ask: 'elements', buckets }, buckets.length, ours, theirs);
  return buckets.flatMap(([window], at) => differencesIn(window, mine[at]!, others[at]!));
}

async function differingWindows(range: Range, ours: Ask, theirs: Ask): Promise<number[]> {
  const { from, to } = range;
  const hours = hoursOf(from, to);
  // Compared with nothing, every hour that has something shows its windows.
  const mine = fitting(await ours({ ask: 'windows', range, hours: [] }), hours.length);
  const others = fitting(await theirs({ ask: 'windows', range, hours: hours.map((hour, at) => hourRoot(hour, from, to, mine[at]!)) }), hours.length);
  return hours.flatMap((hour, at) => {
    const roots = others[at]!;
    // The hour agrees.
    if (roots.length === 0) return [];
    const windows = windowsOf(hour, from, to);
    if (roots.length !== windows.length * HASH_BYTES) throw new RangeError('not one root for each window');
    const rootOf = (all: Uint8Array, n: number) => (all.length === 0 ? EMPTY : all.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES));
    return windows.filter((_, n) => !sameHash(rootOf(mine[at]!, n), rootOf(roots, n)));
  });
}

/** Places below `places` whose hashes differ. */
async function differingChildren<P extends readonly number[]>(places: readonly P[], question: Question, ours: Ask, theirs: Ask): Promise<[...P, number][]> {
  if (places.length === 0) return [];
  const [mine, others] = await both(question, places.length, ours, theirs);
  return places.flatMap((place, at) => {
    const [a, b] = [dense(mine[at]!), dense(others[at]!)];
    const either = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
    return either.filter((child) => !sameHash(a.get(child) ?? EMPTY, b.get(child) ?? EMPTY)).map((child): [...P, number] => [...place, child]);
  });
}

async function both(question: Question, parts: number, ours: Ask, theirs: Ask): Promise<readonly [readonly Uint8Array[], readonly Uint8Array[]]> {
  return [fitting(await ours(question), parts), fitting(await theirs(question), parts)];
}

function fitting(answers: readonly Uint8Array[], length: number): readonly Uint8Array[] {
  if (answers.length !== length) throw new RangeError('not one answer for each part of the question');
  return answers;
}

function sparse(children: Children): Uint8Array {
  return Buffer.concat([bitmapOf(children), ...children.values()]);
}

function dense(bytes: Uint8Array): Children {
  const [bitmap, hashes] = [bytes.subarray(0, HASH_BYTES), bytes.subarray(HASH_BYTES)];
  const places = Array.from({ length: 256 }, (_, at) => at).filter((at) => ((bitmap[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0);
  if (bytes.length !== HASH_BYTES * (1 + places.length)) throw new RangeError('not one hash for each bit');
  return new Map(places.map((place, at) => [place, hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)]));
}

function differencesIn(window: number, ours: Uint8Array, theirs: Uint8Array): Difference[] {
  if (theirs.length % ELEMENT_BYTES !== 0) throw new RangeError('not whole elements');
  const [mine, other] = [valuesByKey(ours), valuesByKey(theirs)];
  const keys = [...new Set([...mine.keys(), ...other.keys()])].sort();
  return keys.flatMap((key): Difference[] => {
    const [a, b] = [mine.get(key) ?? [], other.get(key) ?? []];
    if (a.length === b.length && a.every((value, at) => sameHash(value, b[at]!))) return [];
    const kind = a.length === 0 ? 'missing-here' : b.length === 0 ? 'missing-there' : 'different';
    return [{ kind, window, key: Buffer.from(key, 'hex'), ours: a, theirs: b }];
  });
}

function valuesByKey(elements: Uint8Array): Map<string, Uint8Array[]> {
  const values = new Map<string, Uint8Array[]>();
  for (let at = 0; at < elements.length; at += ELEMENT_BYTES) {
    const key = Buffer.from(elements.subarray(at, at + HASH_BYTES)).toString('hex');
    values.set(key, [...(values.get(key) ?? []), elements.subarray(at + HASH_BYTES, at + ELEMENT_BYTES)]);
  }
  return values;
}
