/** Reading shards from a file of the store, ours or a mirror, without holding anything of them: tiles, entries and proofs. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { EMPTY_ROOT, HASH_BYTES, peaksOf } from './merkle.ts';
import type { ShardHead } from './mirror.ts';
import { consistencyProof, inclusionProof } from './proofs.ts';
import type { NodeReader } from './proofs.ts';
import { TILE_HEIGHT, rootOfRow } from './sqlite-tree.ts';
import { TILE_WIDTH } from './tiles.ts';

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

export class Shards {
  readonly #sql: ReturnType<typeof statements>;

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

  /** Nodes of the first `size` leaves: each tile is read once, as wide as it is at that size. */
  #reader(shard: ShardRow, size: number): NodeReader {
    const tiles = new Map<string, Uint8Array>();
    const tile = (level: number, n: number): Uint8Array => {
      const key = `${level}/${n}`;
      const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - n * TILE_WIDTH);
      const hashes = tiles.get(key) ?? this.tile(shard, level, n, width);
      tiles.set(key, hashes);
      return hashes;
    };
    return (level, index) => {
      const width = 2 ** (level % TILE_HEIGHT);
      const first = index * width;
      const start = (first % TILE_WIDTH) * HASH_BYTES;
      return rootOfRow(tile(Math.floor(level / TILE_HEIGHT), Math.floor(first / TILE_WIDTH)).subarray(start, start + width * HASH_BYTES));
    };
  }
}


function joined(rows: readonly Record<string, SQLOutputValue>[]): Uint8Array {
  return Buffer.concat(rows.map(({ hash }) => hash as Uint8Array));
}
