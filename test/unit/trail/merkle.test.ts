import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import { CompactRange, EMPTY_ROOT, leafHash, nodeHash, verifyConsistency, verifyInclusion } from '../../../src/trail/merkle.ts';
import { consistencyProof, inclusionProof, rootAt } from '../../../src/trail/proofs.ts';

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** RFC 6962, 2.1, word for word: the definition that everything else is held against. */
function definedRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

const leavesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, at) => Buffer.from(`entry ${at}`));
const reader = (leaves: readonly Uint8Array[]) => (level: number, index: number) => definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

test('the root of no entries is the hash of nothing', () => {
  assert.equal(Buffer.from(EMPTY_ROOT).toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.deepEqual(new CompactRange().root(), EMPTY_ROOT);
});

test('leaf and node hashes are separated by their first byte', () => {
  const [a, b] = [sha256('a'), sha256('b')];
  assert.deepEqual(leafHash(Buffer.from('x')), sha256(Uint8Array.of(0), 'x'));
  assert.deepEqual(nodeHash(a, b), sha256(Uint8Array.of(1), a, b));
});

test('a compact range has the root of the definition at every size to 300', () => {
  const leaves = leavesOf(300);
  const range = new CompactRange();
  for (const leaf of leaves) {
    range.append(leafHash(leaf));
    assert.deepEqual(Buffer.from(range.root()), definedRoot(leaves.slice(0, range.size)), `size ${range.size}`);
  }
});

test('every inclusion and consistency proof of every tree to 40 entries verifies', () => {
  const leaves = leavesOf(40);
  const read = reader(leaves);
  const roots = Array.from({ length: 41 }, (_, size) => rootAt(size, read));
  for (let size = 1; size <= 40; size++) {
    for (let index = 0; index < size; index++) verifyInclusion(index, size, leafHash(leaves[index]!), inclusionProof(index, size, read), roots[size]!);
    for (let old = 1; old <= size; old++) verifyConsistency(old, size, roots[old]!, roots[size]!, consistencyProof(old, size, read));
  }
});

test('a proof with any one bit flipped, or one hash more or fewer, is refused', () => {
  const leaves = leavesOf(100);
  const read = reader(leaves);
  const root = rootAt(100, read);
  const refused = (run: () => void) => assert.throws(run, (error) => error instanceof CausewayError && error.code === 'trail-broken');
  fc.assert(
    fc.property(fc.nat(98), fc.nat(1000), fc.nat(255), (old, which, bit) => {
      const proof = consistencyProof(old + 1, 100, read).map((hash) => Buffer.from(hash));
      const check = () => verifyConsistency(old + 1, 100, rootAt(old + 1, read), root, proof);
      check();
      proof[which % proof.length]![bit >> 3]! ^= 1 << (bit & 7);
      refused(check);
      proof[which % proof.length]![bit >> 3]! ^= 1 << (bit & 7);
      proof.push(Buffer.alloc(32));
      refused(check);
      proof.splice(-2);
      refused(check);
    }),
    { numRuns: 60 },
  );
});

test('indices beyond 2^32 are counted, not truncated', () => {
  // The right-most leaf of a tree of 2^40 + 1 entries has one sibling: the root of all the others.
  const [left, leaf] = [sha256('left'), sha256('leaf')];
  verifyInclusion(2 ** 40, 2 ** 40 + 1, leaf, [left], nodeHash(left, leaf));
  verifyConsistency(2 ** 40, 2 ** 40 + 1, left, nodeHash(left, leaf), [leaf]);
});
