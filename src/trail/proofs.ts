/** Making proofs (RFC 6962, 2.1.1 and 2.1.2) out of stored subtree hashes. Verifying them: merkle.ts. */
import { nodeHash, peaksOf, rootOfPeaks, splitPoint } from './merkle.ts';

/** Hash of the complete subtree (level, index). */
export type NodeReader = (level: number, index: number) => Uint8Array;

/** Root of the tree's first `size` leaves. */
export function rootAt(size: number, read: NodeReader): Uint8Array {
  return rootOfPeaks(peaksOf(size).map(({ level, index }) => read(level, index)));
}

/** Root of the leaves [begin, end), a range that the recursion of RFC 6962 comes to. */
function rangeRoot(begin: number, end: number, read: NodeReader): Uint8Array {
  const size = end - begin;
  const level = Math.log2(size);
  if (Number.isInteger(level)) return read(level, begin / size);
  const middle = begin + splitPoint(size);
  return nodeHash(rangeRoot(begin, middle, read), rangeRoot(middle, end, read));
}

/** Inclusion proof of the leaf `index` in the tree of `size` leaves, from the leaf's sibling up; index < size. */
export function inclusionProof(index: number, size: number, read: NodeReader): Uint8Array[] {
  const path = (begin: number, end: number): Uint8Array[] => {
    if (end - begin === 1) return [];
    const middle = begin + splitPoint(end - begin);
    return index < middle ? [...path(begin, middle), rangeRoot(middle, end, read)] : [...path(middle, end), rangeRoot(begin, middle, read)];
  };
  return path(0, size);
}

/** Consistency proof between the trees of `from` and `to` leaves; empty when `from` is 0 or equals `to`. */
export function consistencyProof(from: number, to: number, read: NodeReader): Uint8Array[] {
  if (from === 0 || from === to) return [];
  // `known`: the verifier has the root of [begin, end) already, because it is the old tree's own.
  const path = (begin: number, end: number, known: boolean): Uint8Array[] => {
    if (from === end) return known ? [] : [rangeRoot(begin, end, read)];
    const middle = begin + splitPoint(end - begin);
    return from <= middle
      ? [...path(begin, middle, known), rangeRoot(middle, end, read)]
      : [...path(middle, end, false), rangeRoot(begin, middle, read)];
  };
  return path(0, to, true);
}
