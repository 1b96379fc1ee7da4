/** An outside reader of C2SP tlog-tiles, written from the specification and knowing nothing of this code but SHA-256, reads a log through what the peer is served. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseBundle, parseTilePath, renderBundle, tilePath } from '../../../src/trail/tiles.ts';
import { append } from '../../support/trail.ts';
import { LINK, trailSides } from '../../support/trail-sides.ts';

const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (entry: Uint8Array): Buffer => sha256(Buffer.of(0), entry);
const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.of(1), left, right);

type Fetch = (path: string) => Promise<Uint8Array>;

/** RFC 6962, 2.1, as it stands there. */
function merkleTreeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return node(merkleTreeHash(leaves.slice(0, k)), merkleTreeHash(leaves.slice(k)));
}

function indexPath(n: number): string {
  const groups = [String(n % 1000).padStart(3, '0')];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return groups.join('/');
}

/** Paths and widths of all tiles of level `level` in a tree of `size`. */
function tilesOfLevel(level: number, size: number): { path: string; width: number }[] {
  const hashes = Math.floor(size / 256 ** level);
  const full = Array.from({ length: Math.floor(hashes / 256) }, (_, n) => ({ path: indexPath(n), width: 256 }));
  return hashes % 256 === 0 ? full : [...full, { path: `${indexPath(full.length)}.p/${hashes % 256}`, width: hashes % 256 }];
}

const split = (bytes: Uint8Array): Uint8Array[] => Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));

async function readLog(fetch: Fetch) {
  const [origin, size, root] = Buffer.from(await fetch('checkpoint')).toString().split('\n');
  const entries: Uint8Array[] = [];
  for (const { path, width } of tilesOfLevel(0, Number(size))) {
    const bundle = Buffer.from(await fetch(`tile/entries/${path}`));
    let at = 0;
    for (let n = 0; n < width; n++) {
      const length = bundle.readUInt16BE(at);
      entries.push(bundle.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    assert.equal(at, bundle.length);
  }
  const levels: Uint8Array[][] = [];
  for (let level = 0; Math.floor(Number(size) / 256 ** level) > 0; level++) {
    const tiles = await Promise.all(tilesOfLevel(level, Number(size)).map(async ({ path, width }) => {
      const tile = await fetch(`tile/${level}/${path}`);
      assert.equal(tile.length, width * 32);
      return split(tile);
    }));
    levels.push(tiles.flat());
  }
  return { origin, size: Number(size), root, entries, levels };
}

for (const size of [1, 255, 256, 257, 700]) {
  test(`a log of ${size} entries reads from its tiles: bundles, every tile of every level, and the root of the checkpoint`, async (t) => {
    const sides = await trailSides(t);
    await append(sides.FI.store, size);
    await sides.FI.keeper.tick();
    const fetch: Fetch = async (path) => Buffer.from((await sides.FI.keeper.serve(LINK, `/trail/ee-fi/2026h2/${path}`))?.body ?? assert.fail(path));
    const log = await readLog(fetch);
    assert.deepEqual([log.origin, log.size, log.entries.length], ['gateway.fi.example/trail/ee-fi/2026h2', size, size]);
    const leaves = log.entries.map(leaf);
    assert.deepEqual(log.levels[0]?.map((hash) => Buffer.from(hash)), leaves);
    for (const [above, level] of log.levels.slice(1).entries()) {
      assert.deepEqual(level.map((hash) => Buffer.from(hash)), level.map((_, n) => merkleTreeHash(log.levels[above]!.slice(n * 256, n * 256 + 256))), `level ${above + 1}`);
    }
    assert.equal(Buffer.from(merkleTreeHash(leaves)).toString('base64'), log.root);
  });
}

test('a tree of 70,000 entries has the tiles that the specification counts', async () => {
  assert.deepEqual([0, 1, 2].map((level) => tilesOfLevel(level, 70_000)).map((tiles) => [tiles.length, tiles.at(-1)?.width]), [[274, 112], [2, 17], [1, 1]]);
  assert.equal(tilePath(0, 1_234_067, 256), 'tile/0/x001/x234/067');
  assert.equal(tilePath('entries', 273, 112), 'tile/entries/273.p/112');
});

test('a path has one spelling; what the specification does not know is nothing', () => {
  assert.deepEqual(parseTilePath('tile/0/x001/x234/067.p/8'), { kind: 'tile', level: 0, n: 1_234_067, width: 8 });
  assert.deepEqual(parseTilePath('tile/63/000'), { kind: 'tile', level: 63, n: 0, width: 256 });
  for (const path of ['tile/64/000', 'tile/00/000', 'tile/0/0', 'tile/0/1234', 'tile/0/x000/001', 'tile/0/001/234', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/08', 'tile/data/000', 'tile/entries/', 'Checkpoint', 'tile/0/000/', 'tile/-1/000']) assert.equal(parseTilePath(path), undefined, path);
});

test('a bundle that does not hold exactly its entries is refused; a redacted entry has no bytes', () => {
  const bundle = renderBundle([Buffer.from('one'), undefined, Buffer.from('three')]);
  assert.deepEqual(parseBundle(bundle, 3).map((entry) => entry && Buffer.from(entry).toString()), ['one', undefined, 'three']);
  for (const [bytes, width] of [[bundle, 2], [bundle, 4], [bundle.subarray(0, -1), 3], [Buffer.concat([bundle, Buffer.of(0)]), 3]] as const) assert.throws(() => parseBundle(bytes, width), { code: 'peer-answer-invalid' });
});
