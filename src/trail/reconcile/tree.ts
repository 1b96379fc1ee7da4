/**
 * Hash trees over sets: 256 nodes of 256 buckets a window, by the first and the second byte of the key; windows roll up to hours, hours to days.
 * An inner hash is over the children that are not empty, so that a tree costs as much as what is in it.
 */
import { hash } from 'node:crypto';
import { HASH_BYTES } from '../merkle.ts';
import { ELEMENT_BYTES } from './set.ts';

/** Stands for a set without elements: no hash is known to be it. */
export const EMPTY = new Uint8Array(HASH_BYTES);
const CHILDREN = 256;
export const WINDOWS_AN_HOUR = 60;
const HOURS_A_DAY = 24;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);
const ROLL_UP = Buffer.from([2]);

const sha256 = (parts: readonly Uint8Array[]): Uint8Array => hash('sha256', Buffer.concat(parts), 'buffer');
export const sameHash = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** `SHA-256(kind ‖ bitmap of 32 bytes ‖ children that are not empty)`; empty of children that all are. */
function inner(kind: Uint8Array, children: ReadonlyMap<number, Uint8Array>): Uint8Array {
  if (children.size === 0) return EMPTY;
  return sha256([kind, bitmapOf(children), ...children.values()]);
}

/** Bit `n` from the left says that child `n` is there. */
export function bitmapOf(children: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const bitmap = new Uint8Array(CHILDREN / 8);
  for (const at of children.keys()) bitmap[at >> 3]! |= 0x80 >> (at & 7);
  return bitmap;
}

/** Children by their place, those that are not empty, in order. */
export type Children = ReadonlyMap<number, Uint8Array>;

/** The tree of one window. */
export class WindowTree {
  readonly count: number;
  readonly root: Uint8Array;
  readonly nodes: Children;
  readonly #buckets = new Map<number, Map<number, Uint8Array>>();
  readonly #contents = new Map<number, Uint8Array>();

  /** `elements`: sorted, each once (packElements). */
  constructor(elements: Uint8Array) {
    this.count = elements.length / ELEMENT_BYTES;
    for (let at = 0; at < elements.length; ) {
      const place = placeOf(elements, at);
      let end = at;
      while (end < elements.length && placeOf(elements, end) === place) end += ELEMENT_BYTES;
      this.#add(place, elements.subarray(at, end));
      at = end;
    }
    const nodes = new Map<number, Uint8Array>();
    for (const [at, buckets] of this.#buckets) nodes.set(at, inner(NODE, buckets));
    this.nodes = nodes;
    this.root = inner(NODE, nodes);
  }

  /** Hashes of the buckets of a node. */
  buckets(node: number): Children {
    return this.#buckets.get(node) ?? new Map();
  }

  /** Elements of a bucket, one after the other. */
  elements(node: number, bucket: number): Uint8Array {
    return this.#contents.get((node << 8) | bucket) ?? new Uint8Array(0);
  }

  #add(place: number, contents: Uint8Array): void {
    const node = place >> 8;
    const buckets = this.#buckets.get(node) ?? new Map<number, Uint8Array>();
    this.#buckets.set(node, buckets.set(place & 0xff, sha256([LEAF, contents])));
    this.#contents.set(place, contents);
  }
}

function placeOf(elements: Uint8Array, at: number): number {
  return (elements[at]! << 8) | elements[at + 1]!;
}

/** What one window comes to. */
export interface WindowSummary {
  readonly root: Uint8Array;
  readonly count: number;
}

/** What one side holds, window by window. */
export interface SetReader {
  /** Elements of a window, sorted, each once. */
  elements(window: number): Uint8Array;
  /** Where it is known without them. */
  summary?(window: number): WindowSummary;
}

/** Roots of one side's windows, hours and days; the trees themselves are made again where somebody looks into them. */
export class Rollup {
  readonly #reader: SetReader;
  readonly #windows = new Map<number, WindowSummary>();
  #last: { readonly window: number; readonly tree: WindowTree } | undefined;

  constructor(reader: SetReader) {
    this.#reader = reader;
  }

  tree(window: number): WindowTree {
    if (this.#last?.window !== window) this.#last = { window, tree: new WindowTree(this.#reader.elements(window)) };
    return this.#last.tree;
  }

  window(window: number): Uint8Array {
    return this.#summary(window).root;
  }

  /** Root of the windows of an hour that lie in [from, to). */
  hour(hour: number, from: number, to: number): Uint8Array {
    return rollUp(hour, WINDOWS_AN_HOUR, from, to, (window) => this.window(window));
  }

  /** Root over [from, to): hours, then days, then all of them. What is outside counts as empty, so that both sides must name the same range. */
  root(from: number, to: number): Uint8Array {
    const width = WINDOWS_AN_HOUR * HOURS_A_DAY;
    const days = new Map<number, Uint8Array>();
    for (let day = Math.floor(from / width); day * width < to; day += 1) {
      const root = rollUp(day, HOURS_A_DAY, Math.floor(from / WINDOWS_AN_HOUR), Math.ceil(to / WINDOWS_AN_HOUR), (hour) => this.hour(hour, from, to));
      if (!sameHash(root, EMPTY)) days.set(day, root);
    }
    const list = [...days].map(([day, root]) => Buffer.concat([Buffer.from(`${day}\n`), root]));
    return list.length === 0 ? EMPTY : sha256([ROLL_UP, ...list]);
  }

  count(from: number, to: number): number {
    let count = 0;
    for (let window = from; window < to; window += 1) count += this.#summary(window).count;
    return count;
  }

  #summary(window: number): WindowSummary {
    const known = this.#windows.get(window);
    if (known !== undefined) return known;
    const { root, count } = this.#reader.summary?.(window) ?? this.tree(window);
    const summary = { root, count };
    this.#windows.set(window, summary);
    return summary;
  }
}

function rollUp(parent: number, width: number, from: number, to: number, child: (at: number) => Uint8Array): Uint8Array {
  const children = new Map<number, Uint8Array>();
  for (let at = Math.max(parent * width, from); at < Math.min((parent + 1) * width, to); at += 1) {
    const root = child(at);
    if (!sameHash(root, EMPTY)) children.set(at - parent * width, root);
  }
  return inner(ROLL_UP, children);
}

/** Root of the windows of an hour that lie in [from, to), out of their roots, one after the other; nothing stands for an hour that is empty. */
export function hourRoot(hour: number, from: number, to: number, roots: Uint8Array): Uint8Array {
  if (roots.length === 0) return EMPTY;
  const first = Math.max(hour * WINDOWS_AN_HOUR, from);
  return rollUp(hour, WINDOWS_AN_HOUR, from, to, (window) => roots.subarray((window - first) * HASH_BYTES, (window - first + 1) * HASH_BYTES));
}

/** Hours that have windows in [from, to). */
export function hoursOf(from: number, to: number): number[] {
  const first = Math.floor(from / WINDOWS_AN_HOUR);
  return Array.from({ length: Math.max(0, Math.ceil(to / WINDOWS_AN_HOUR) - first) }, (_, at) => first + at);
}

export function windowsOf(hour: number, from: number, to: number): number[] {
  return Array.from({ length: WINDOWS_AN_HOUR }, (_, at) => hour * WINDOWS_AN_HOUR + at).filter((window) => from <= window && window < to);
}
