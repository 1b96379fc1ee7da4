/** Reading shards from a file of the store, ours or a mirror, without holding anything of them: tiles, entries and proofs. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { CausewayError } from '../../errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash, peaksOf } from '../merkle.ts';
import type { ShardHead } from '../mirror.ts';
import { consistencyProof, inclusionProof } from '../proofs.ts';
import type { NodeReader } from '../proofs.ts';
import { TILE_HEIGHT } from './tree.ts';
import { TILE_WIDTH } from '../tiles.ts';

function statements(db: DatabaseSync) {
  return {
    shard: db.prepare('SELECT origin.id, coalesce(head.size, 0) AS size FROM origin LEFT JOIN head ON head.origin = origin.id WHERE name = ?'),
    shards: db.prepare('SELECT name, size, root, recovered FROM origin LEFT JOIN head ON head.origin = origin.id WHERE log = ? ORDER BY ordinal'),
    entries: db.prepare('SELECT bytes FROM entry WHERE origin = ? AND idx >= ? AND idx < ? ORDER BY idx'),
    leaves: db.prepare('SELECT leaf AS hash FROM entry WHERE origin = ? AND idx >= ? AND idx < ? ORDER BY idx'),
    full: db.prepare('SELECT hashes FROM tile WHERE origin = ? AND level = ? AND n = ?'),
    roots: db.prepare('SELECT root AS hash FROM tile WHERE origin = ? AND level = ? AND n >= ? AND n < ? ORDER BY n'),
  };
}

export interface ShardRow {
  readonly id: number;
  readonly name: string;
  readonly size: number;
}

/** Tiles of which all nodes are kept: 16 KiB each. */
const TILES_KEPT = 512;

export class Shards {
  readonly #sql: ReturnType<typeof statements>;
  readonly #tiles = new LRUCache<string, readonly Uint8Array[]>({ max: TILES_KEPT });

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  find(name: string): ShardRow | undefined {
    const row = this.#sql.shard.get(name) as { id: number; size: number } | undefined;
    return row && { name, ...row };
  }

  /** Heads of a log's shards, oldest first. */
  heads(log: string): ShardHead[] {
    return this.#sql.shards.all(log).map(({ name, size, root, recovered }) => ({
      origin: name as string,
      size: (size ?? 0) as number,
      root: root instanceof Uint8Array ? root : new Uint8Array(EMPTY_ROOT),
      ...(typeof recovered === 'number' && { recovered }),
    }));
  }

  /** Undefined stands for a redacted entry. Throws `trail-broken` for a hole. */
  entries({ id, name }: ShardRow, from: number, to: number): (Uint8Array | undefined)[] {
    const rows = this.#sql.entries.all(id, from, to);
    if (rows.length !== to - from) throw new CausewayError('trail-broken', `${name}: entries ${from} to ${to} have a hole`);
    return rows.map(({ bytes }) => (bytes instanceof Uint8Array ? bytes : undefined));
  }

  /** `width` hashes of tile `n`, one after the other. Throws `trail-broken` where they are not all there. */
  tile({ id, name }: ShardRow, level: number, n: number, width: number): Uint8Array {
    const [from, to] = [n * TILE_WIDTH, n * TILE_WIDTH + width];
    const hashes = width === TILE_WIDTH ? this.#full(id, level, n) : joined(level === 0 ? this.#sql.leaves.all(id, from, to) : this.#sql.roots.all(id, level - 1, from, to));
    if (hashes.length !== width * HASH_BYTES) throw new CausewayError('trail-broken', `${name}: tile ${level}/${n} is missing or cut short`);
    return hashes;
  }

  /** Hashes of the complete subtrees of the first `size` leaves, from the left. */
  peaks(shard: ShardRow, size: number): Uint8Array[] {
    const read = this.#reader(shard, size);
    return peaksOf(size).map(({ level, index }) => new Uint8Array(read(level, index)));
  }

  consistencyProof(shard: ShardRow, from: number, to: number): Uint8Array[] {
    return consistencyProof(from, to, this.#reader(shard, to)).map((hash) => new Uint8Array(hash));
  }

  inclusionProof(shard: ShardRow, index: number, size: number): Uint8Array[] {
    return inclusionProof(index, size, this.#reader(shard, size)).map((hash) => new Uint8Array(hash));
  }

  #full(id: number, level: number, n: number): Uint8Array {
    const hashes = this.#sql.full.get(id, level, n)?.['hashes'];
    return hashes instanceof Uint8Array ? hashes : new Uint8Array(0);
  }

  /** Nodes of the first `size` leaves. A tile of one width never changes, so what was computed of it is kept. */
  #reader(shard: ShardRow, size: number): NodeReader {
    return (level, index) => {
      const tileLevel = Math.floor(level / TILE_HEIGHT);
      const first = index * 2 ** (level % TILE_HEIGHT);
      const n = Math.floor(first / TILE_WIDTH);
      const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** tileLevel) - n * TILE_WIDTH);
      const nodes = this.#expanded(shard, tileLevel, n, width)[level % TILE_HEIGHT]!;
      const at = (first % TILE_WIDTH) / 2 ** (level % TILE_HEIGHT);
      return nodes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    };
  }

  #expanded(shard: ShardRow, level: number, n: number, width: number): readonly Uint8Array[] {
    const key = `${shard.id}/${level}/${n}/${width}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const levels = expand(this.tile(shard, level, n, width));
    this.#tiles.set(key, levels);
    return levels;
  }
}

/** The complete subtrees above a row of hashes, level by level, as far as one tile spans them. */
function expand(hashes: Uint8Array): Uint8Array[] {
  const levels = [hashes];
  for (let below = hashes; levels.length < TILE_HEIGHT; ) {
    const row = new Uint8Array(Math.floor(below.length / HASH_BYTES / 2) * HASH_BYTES);
    for (let at = 0; at < row.length; at += HASH_BYTES) row.set(nodeHash(below.subarray(2 * at, 2 * at + HASH_BYTES), below.subarray(2 * at + HASH_BYTES, 2 * at + 2 * HASH_BYTES)), at);
    levels.push(row);
    below = row;
  }
  return levels;
}

function joined(rows: readonly Record<string, SQLOutputValue>[]): Uint8Array {
  return Buffer.concat(rows.map(({ hash }) => hash as Uint8Array));
}
