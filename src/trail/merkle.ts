/**
 * The Merkle tree of RFC 6962 over SHA-256: hashing, roots and proof verification. Pure.
 * A node is named by (level, index): the complete subtree over the leaves [index * 2^level, (index + 1) * 2^level).
 */
import { hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';

export const HASH_BYTES = 32;

/** Root of the tree without leaves: H(""). */
export const EMPTY_ROOT: Uint8Array = hash('sha256', '', 'buffer');

/** H(00 || entry), RFC 6962, 2.1. */
export function leafHash(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(entry.length + 1);
  bytes[0] = 0;
  bytes.set(entry, 1);
  return hash('sha256', bytes, 'buffer');
}

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** H(01 || left || right), RFC 6962, 2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/** The largest power of two below `size`, which is at least 2. */
export function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The complete subtrees that a tree of `size` leaves consists of, from the left, largest first. */
export function peaksOf(size: number): { readonly level: number; readonly index: number }[] {
  const peaks: { level: number; index: number }[] = [];
  for (let start = 0, level = 52; level >= 0; level--) {
    const width = 2 ** level;
    if (size - start < width) continue;
    peaks.push({ level, index: start / width });
    start += width;
  }
  return peaks;
}

/** The root over the complete subtrees of a tree, in the order of `peaksOf`. */
export function rootOfPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  if (peaks.length === 0) return EMPTY_ROOT;
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** The tree as its complete subtrees: appends in constant and answers its root in logarithmic time, without the leaves. */
export class CompactRange {
  #size: number;
  readonly #peaks: Uint8Array[];

  /** `peaks` are the hashes of `peaksOf(size)`. */
  constructor(size = 0, peaks: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    let node = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.#peaks.pop()!, node);
    this.#peaks.push(node);
    this.#size += 1;
  }

  root(): Uint8Array {
    return rootOfPeaks(this.#peaks);
  }
}

function refuse(what: string): never {
  throw new CausewayError('trail-broken', what);
}

function checkSizes(...sizes: readonly number[]): void {
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) refuse('a tree size or leaf index is not a whole number');
}

function checkHashes(...hashes: readonly Uint8Array[]): void {
  if (!hashes.every((bytes) => bytes.length === HASH_BYTES)) refuse('a hash is not 32 bytes long');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Shifts a node's index and the last index on its level up by the levels on which the node is a left-hand only child. */
function climb(node: number, last: number): [number, number] {
  while (node % 2 === 0 && node !== 0) {
    node /= 2;
    last = Math.floor(last / 2);
  }
  return [node, last];
}

/** Passes if `proof` shows that `leaf` is entry `index` of the tree (RFC 9162, 2.1.3.2); throws `trail-broken` otherwise. */
export function verifyInclusion(index: number, size: number, leaf: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): void {
  checkSizes(index, size);
  checkHashes(leaf, root, ...proof);
  if (index >= size) refuse('inclusion proof: the index lies beyond the tree');
  let node = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0) refuse('inclusion proof: too long');
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(sibling, computed);
      [node, last] = climb(node, last);
    } else {
      computed = nodeHash(computed, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) refuse('inclusion proof: too short');
  if (!same(computed, root)) refuse('inclusion proof: another root comes out');
}

/**
 * Passes if `proof` shows that the tree of `size2` leaves grew out of the tree of `size1` leaves (RFC 9162, 2.1.4.2); throws
 * `trail-broken` otherwise. An old size of 0 is refused: nothing can be proven about it, and an accepted "proof" would look like one.
 */
export function verifyConsistency(size1: number, size2: number, root1: Uint8Array, root2: Uint8Array, proof: readonly Uint8Array[]): void {
  checkSizes(size1, size2);
  if (size1 === 0) refuse('consistency proof: the old size is 0');
  if (size1 > size2) refuse('consistency proof: the tree shrank');
  if (size1 === size2) {
    if (proof.length > 0) refuse('consistency proof: not empty for equal sizes');
    if (!same(root1, root2)) refuse('consistency proof: two roots of one size');
    return;
  }
  checkHashes(root1, root2, ...proof);
  if (proof.length === 0) refuse('consistency proof: empty');
  climbConsistency(size1, size2, root1, root2, proof);
}

function climbConsistency(size1: number, size2: number, root1: Uint8Array, root2: Uint8Array, proof: readonly Uint8Array[]): void {
  let node = size1 - 1;
  let last = size2 - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // An old tree that is one complete subtree is its own first proof node; node is 0 then and only then.
  const [first, ...rest] = node === 0 ? [root1, ...proof] : proof;
  let old = first!;
  let grown = first!;
  for (const sibling of rest) {
    if (last === 0) refuse('consistency proof: too long');
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old);
      grown = nodeHash(sibling, grown);
      [node, last] = climb(node, last);
    } else {
      grown = nodeHash(grown, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) refuse('consistency proof: too short');
  if (!same(old, root1)) refuse('consistency proof: another old root comes out');
  if (!same(grown, root2)) refuse('consistency proof: another new root comes out');
}
