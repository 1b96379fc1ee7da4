/** Recomputing one shard of a log, ours or mirrored, entry by entry: canonical form, leaves, tiles, head, checkpoint. Part of verify.ts. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { parseEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { isOfWitness, logVerifiers, witnessVerifiers } from './keys.ts';
import type { TrailKeys } from './keys.ts';
import { CompactRange, HASH_BYTES, leafHash } from './merkle.ts';
import { isOfKey } from './note.ts';
import { rootAt } from './proofs.ts';
import { SqliteTree, TileEdge } from './sqlite/tree.ts';
import type { FullTile } from './sqlite/tree.ts';
import { TILE_WIDTH } from './tiles.ts';

/** One thing that is not as it must be. */
export interface Wrong {
  readonly log: string;
  readonly origin: string;
  /** Of the entry; of a node, the first leaf below it; absent for head, checkpoint and what belongs to no entry. */
  readonly index?: number;
  readonly part: 'entry' | 'leaf' | 'node' | 'head' | 'checkpoint' | 'shard' | 'exchange' | 'evidence' | 'timestamp';
  readonly expected: string;
  readonly found: string;
}

export interface OriginRow {
  readonly id: number;
  readonly log: string;
  readonly name: string;
  /** From this index on the entries came back from the peer's mirror. */
  readonly recovered: number | null;
}

export interface LogReport {
  /** Our own log, or the peer's as we mirror it. */
  readonly whose: Whose;
  readonly log: string;
  readonly origin: string;
  readonly size: number;
  /** base64. */
  readonly root: string;
  /** Entries of which only the leaf hash is left. */
  readonly redacted: number;
  /** The stored checkpoint: its size, and the witnesses whose cosignatures verified. */
  readonly checkpoint?: CheckpointReport;
  /** The last that a public witness cosigned. */
  readonly publiclyWitnessed?: CheckpointReport;
}

interface CheckpointReport {
  readonly size: number;
  readonly cosigned: readonly string[];
}

export type Whose = 'ours' | 'peer';

/** Where the last note of a shard is: our own checkpoints, and those of peers that we cosigned. */
const LAST_NOTES: Readonly<Record<Whose, string>> = { ours: 'checkpoint', peer: 'witnessed' };
const PUBLICLY_WITNESSED = 'publicly_witnessed';

/** Carries the first wrong thing of a log out of the walk over it. */
export class Found extends Error {
  readonly wrong: Wrong;
  constructor(wrong: Wrong) {
    super(`${wrong.part} is wrong`);
    this.wrong = wrong;
  }
}

const LOCAL_LOG = 'local';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What becomes of each entry that was verified; undefined stands for one that was redacted to its leaf hash. */
export type Visit = (entry: Entry | undefined, index: number, leaf: Uint8Array) => void;

/** Hands every entry to `visit`, in order, after it has been verified. Throws Found at the first thing that is wrong. */
export function verifyLog(whose: Whose, db: DatabaseSync, origin: OriginRow, keys: TrailKeys, visit: Visit): LogReport {
  const wrong = (part: Wrong['part'], expected: string, found: string, index?: number): never => {
    throw new Found({ log: origin.log, origin: origin.name, ...(index !== undefined && { index }), part, expected, found });
  };
  const { range, redacted } = walk(db, origin, visit, wrong);
  const head = db.prepare('SELECT size, root FROM head WHERE origin = ?').get(origin.id) ?? { size: 0, root: range.root() };
  if (head['size'] !== range.size) wrong('head', `${range.size} entries, as the log holds`, `${String(head['size'])} entries`, Math.min(range.size, Number(head['size'])));
  if (!same(head['root'] as Uint8Array, range.root())) wrong('head', base64(range.root()), base64(head['root'] as Uint8Array));
  const checkpoint = verifyCheckpoint(LAST_NOTES[whose], whose, db, origin, keys, wrong);
  const publiclyWitnessed = whose === 'ours' ? verifyCheckpoint(PUBLICLY_WITNESSED, whose, db, origin, keys, wrong) : undefined;
  return { whose, log: origin.log, origin: origin.name, size: range.size, root: base64(range.root()), redacted, ...(checkpoint && { checkpoint }), ...(publiclyWitnessed && { publiclyWitnessed }) };
}

type Report = (part: Wrong['part'], expected: string, found: string, index?: number) => never;

function walk(db: DatabaseSync, origin: OriginRow, visit: Visit, wrong: Report): { readonly range: CompactRange; readonly redacted: number } {
  const range = new CompactRange();
  let tiles = 0;
  let redacted = 0;
  const edge = new TileEdge((tile) => {
    verifyTile(db, origin, tile, wrong);
    tiles += 1;
  });
  for (const { idx, leaf, bytes } of db.prepare('SELECT idx, leaf, bytes FROM entry WHERE origin = ? ORDER BY idx').iterate(origin.id)) {
    const index = range.size;
    if (idx !== index) wrong('entry', `entry ${index}`, `entry ${String(idx)} in its place`, index);
    const stored = leaf as Uint8Array;
    // An entry without bytes was redacted to its leaf hash, which still stands in the tree.
    if (bytes instanceof Uint8Array) {
      if (!same(leafHash(bytes), stored)) blame(db, origin, index, bytes, stored, wrong);
      visit(parsed(bytes, index, wrong), index, stored);
    } else {
      redacted += 1;
      visit(undefined, index, stored);
    }
    range.append(stored);
    edge.append(stored);
  }
  const stray = db.prepare('SELECT count(*) AS count FROM tile WHERE origin = ?').get(origin.id)?.['count'];
  if (stray !== tiles) wrong('node', `${tiles} full tiles`, `${String(stray)} full tiles`);
  return { range, redacted };
}

function parsed(bytes: Uint8Array, index: number, wrong: Report): Entry {
  try {
    return parseEntry(bytes);
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    const cause = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : '';
    return wrong('entry', 'a trail entry in RFC 8785 form', `${thrown.message}${cause}`, index);
  }
}

/** An entry and its leaf hash do not belong together: which was changed, the rest of the tree tells. */
function blame(db: DatabaseSync, origin: OriginRow, index: number, bytes: Uint8Array, leaf: Uint8Array, wrong: Report): never {
  const range = new CompactRange();
  for (const row of db.prepare('SELECT leaf FROM entry WHERE origin = ? ORDER BY idx').iterate(origin.id)) range.append(row['leaf'] as Uint8Array);
  const root = db.prepare('SELECT root FROM head WHERE origin = ?').get(origin.id)?.['root'];
  const leafStands = root instanceof Uint8Array && same(root, range.root());
  if (leafStands) return wrong('entry', `the entry with leaf hash ${base64(leaf)}, which the tree holds`, `an entry with leaf hash ${base64(leafHash(bytes))}`, index);
  return wrong('leaf', `${base64(leafHash(bytes))}, the hash of the entry`, base64(leaf), index);
}

function verifyTile(db: DatabaseSync, origin: OriginRow, tile: FullTile, wrong: Report): void {
  const { level, n } = tile;
  const span = TILE_WIDTH ** level;
  const first = n * TILE_WIDTH * span;
  const row = db.prepare('SELECT hashes, root FROM tile WHERE origin = ? AND level = ? AND n = ?').get(origin.id, level, n);
  if (row === undefined) return wrong('node', `tile ${level}/${n}`, 'no such tile', first);
  const hashes = row['hashes'] as Uint8Array;
  for (let at = 0; at < TILE_WIDTH; at++) {
    const [expected, found] = [tile.hashes, hashes].map((all) => all.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)) as [Uint8Array, Uint8Array];
    if (!same(expected, found)) wrong('node', `${base64(expected)} at ${at} of tile ${level}/${n}`, base64(found), first + at * span);
  }
  if (!same(tile.root, row['root'] as Uint8Array)) wrong('node', `${base64(tile.root)} as root of tile ${level}/${n}`, base64(row['root'] as Uint8Array), first);
}

/** The tree is verified when this runs, so that roots of older sizes may be read from it. */
function verifyCheckpoint(table: string, whose: Whose, db: DatabaseSync, origin: OriginRow, keys: TrailKeys, wrong: Report): CheckpointReport | undefined {
  const row = db.prepare(`SELECT size, note FROM ${table} WHERE origin = ?`).get(origin.id);
  if (row === undefined) return undefined;
  const verifiers = logVerifiers(keys, origin.name);
  if (verifiers.length === 0) wrong('checkpoint', `a key for the log ${origin.name}`, 'none among the keys given');
  try {
    const { head, note, cosigned } = openCheckpoint(row['note'] as string, verifiers, witnessVerifiers(keys));
    // We store lines of known keys alone: one that nobody knows was changed, or the keys given are too few to say.
    const unknown = note.signatures.find((signature) => !verifiers.some((verifier) => isOfKey(signature, verifier)) && !isOfWitness(signature, keys));
    if (unknown !== undefined) wrong('checkpoint', 'signatures of the log and of witnesses among the keys given', `one of ${unknown.name}, under another key`);
    if (head.origin !== origin.name || head.size !== row['size']) wrong('checkpoint', `${origin.name} of ${String(row['size'])} entries`, `${head.origin} of ${head.size} entries`);
    const tree = new SqliteTree(db, origin.id, origin.name);
    if (head.size > tree.size) wrong('checkpoint', `${head.size} entries, as was signed`, `${tree.size} entries in the log`, tree.size);
    const root = rootAt(head.size, tree.read);
    if (!same(root, head.root)) wrong('checkpoint', `${base64(head.root)}, as was signed`, `${base64(root)} at size ${head.size}`);
    if (whose === 'ours' && origin.log !== LOCAL_LOG && cosigned.length === 0) wrong('checkpoint', 'a cosignature', 'none');
    if (table === PUBLICLY_WITNESSED && new Set(cosigned).size < 2) wrong('checkpoint', "a cosignature of a public witness beside the peer's", `one of ${cosigned.join()} alone`);
    // What a mirror holds, it vouched for.
    if (whose === 'peer' && (cosigned.length === 0 || head.size !== tree.size)) wrong('checkpoint', `our cosignature of all ${tree.size} entries`, `${cosigned.length} cosignatures of ${head.size}`);
    return { size: head.size, cosigned };
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return wrong('checkpoint', 'a checkpoint signed by the log, with cosignatures that verify', thrown.message);
  }
}
