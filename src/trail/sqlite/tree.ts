/** One origin's Merkle tree in SQLite: full tiles of 256 hashes (C2SP tlog-tiles) in rows, the partial ones at the right edge in memory. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { CompactRange, HASH_BYTES, peaksOf } from '../merkle.ts';
import type { NodeReader } from '../proofs.ts';
import { TILE_WIDTH } from '../tiles.ts';

/** Levels of the tree that one tile spans. */
export const TILE_HEIGHT = 8;

export interface FullTile {
  readonly level: number;
  readonly n: number;
  /** 256 hashes, one after the other. */
  readonly hashes: Uint8Array;
  readonly root: Uint8Array;
}

/** Root over a power of two of hashes that stand one after the other. */
function rootOfRow(hashes: Uint8Array): Uint8Array {
  const range = new CompactRange();
  for (let at = 0; at < hashes.length; at += HASH_BYTES) range.append(hashes.subarray(at, at + HASH_BYTES));
  return range.root();
}

/** The growing right edge: takes leaves, hands out each tile once, when it is full. */
export class TileEdge {
  readonly #rows: { hashes: Buffer; count: number; n: number }[] = [];
  readonly #emit: (tile: FullTile) => void;

  constructor(emit: (tile: FullTile) => void) {
    this.#emit = emit;
  }

  append(leaf: Uint8Array): void {
    this.push(0, leaf);
  }

  /** Adds the next hash of tile level `level`; also how a stored edge is put back. */
  push(level: number, hash: Uint8Array): void {
    const row = this.row(level);
    row.hashes.set(hash, row.count * HASH_BYTES);
    row.count += 1;
    if (row.count < TILE_WIDTH) return;
    const root = rootOfRow(row.hashes);
    this.#emit({ level, n: row.n, hashes: Buffer.from(row.hashes), root });
    row.n += 1;
    row.count = 0;
    this.push(level + 1, root);
  }

  row(level: number): { hashes: Buffer; count: number; n: number } {
    while (this.#rows.length <= level) this.#rows.push({ hashes: Buffer.alloc(TILE_WIDTH * HASH_BYTES), count: 0, n: 0 });
    return this.#rows[level]!;
  }
}

/** The tree of one origin: what is committed, or being committed. */
export class SqliteTree {
  readonly id: number;
  readonly origin: string;
  readonly #range: CompactRange;
  readonly #edge: TileEdge;
  readonly #saveTile: StatementSync;
  readonly #readTile: StatementSync;

  constructor(db: DatabaseSync, id: number, origin: string) {
    this.id = id;
    this.origin = origin;
    this.#saveTile = db.prepare('INSERT INTO tile (origin, level, n, hashes, root) VALUES (?, ?, ?, ?, ?)');
    this.#readTile = db.prepare('SELECT hashes FROM tile WHERE origin = ? AND level = ? AND n = ?');
    this.#edge = new TileEdge((tile) => this.#saveTile.run(this.id, tile.level, tile.n, tile.hashes, tile.root));
    const head = db.prepare('SELECT size, root FROM head WHERE origin = ?').get(id);
    const size = Number(head?.['size'] ?? 0);
    this.#restoreEdge(db, size);
    this.#range = new CompactRange(size, peaksOf(size).map(({ level, index }) => this.read(level, index)));
    // What a damaged page changed must not be signed: the next checkpoint would vouch for it.
    if (head !== undefined && Buffer.compare(head['root'] as Uint8Array, this.root()) !== 0) throw new CausewayError('trail-broken', `${origin}: the stored hashes do not give the root of the stored head`);
  }

  get size(): number {
    return this.#range.size;
  }

  root(): Uint8Array {
    return this.#range.root();
  }

  /** Inside the transaction that stores the entry: full tiles are written with it. */
  append(leaf: Uint8Array): void {
    this.#range.append(leaf);
    this.#edge.append(leaf);
  }

  /** Hash of a complete subtree within the tree's present size. */
  readonly read: NodeReader = (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const first = index * width;
    const start = (first % TILE_WIDTH) * HASH_BYTES;
    return rootOfRow(this.#tile(tileLevel, Math.floor(first / TILE_WIDTH)).subarray(start, start + width * HASH_BYTES));
  };

  #tile(level: number, n: number): Uint8Array {
    const edge = this.#edge.row(level);
    if (edge.n === n) return edge.hashes;
    const hashes = this.#readTile.get(this.id, level, n)?.['hashes'];
    if (!(hashes instanceof Uint8Array) || hashes.length !== TILE_WIDTH * HASH_BYTES) {
      throw new CausewayError('trail-broken', `${this.origin}: tile ${level}/${n} is missing or cut short`);
    }
    return hashes;
  }

  /** Reads the partial tiles back: leaves from the entries, every higher level from the roots of the full tiles below. */
  #restoreEdge(db: DatabaseSync, size: number): void {
    const leaves = db.prepare('SELECT leaf AS hash FROM entry WHERE origin = ? AND idx >= ? AND idx < ? ORDER BY idx');
    const roots = db.prepare('SELECT root AS hash FROM tile WHERE origin = ? AND n >= ? AND n < ? AND level = ? ORDER BY n');
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      const row = this.#edge.row(level);
      row.n = Math.floor(count / TILE_WIDTH);
      const start = row.n * TILE_WIDTH;
      const hashes = level === 0 ? leaves.all(this.id, start, count) : roots.all(this.id, start, count, level - 1);
      if (hashes.length !== count - start) throw new CausewayError('trail-broken', `${this.origin}: the right edge of tile level ${level} is incomplete`);
      for (const { hash } of hashes) this.#edge.push(level, hash as Uint8Array);
    }
  }
}
