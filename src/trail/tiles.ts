/** Paths and contents of C2SP tlog-tiles: tiles of 256 hashes, bundles of 256 entries, and the partial ones at the right edge. Pure. */
import { CausewayError } from '../errors.ts';
import { MAX_ENTRY_BYTES } from './entry.ts';

export const TILE_WIDTH = 256;

export type TileResource =
  | { readonly kind: 'checkpoint' }
  /** `width` hashes from `n` * 256 on, at tile level `level`. */
  | { readonly kind: 'tile'; readonly level: number; readonly n: number; readonly width: number }
  | { readonly kind: 'entries'; readonly n: number; readonly width: number };

const TILE = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;
const MAX_LEVEL = 63;

/** The resource at `path` below a log's prefix; undefined where the specification knows none, other spellings of a known one included. */
export function parseTilePath(path: string): TileResource | undefined {
  if (path === 'checkpoint') return { kind: 'checkpoint' };
  const [, level, index, partial] = TILE.exec(path) ?? [];
  if (level === undefined || index === undefined) return undefined;
  const n = Number(index.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (spell(n) !== index || width > TILE_WIDTH || (partial !== undefined && width === TILE_WIDTH)) return undefined;
  if (level === 'entries') return { kind: 'entries', n, width };
  return Number(level) > MAX_LEVEL ? undefined : { kind: 'tile', level: Number(level), n, width };
}

export function tilePath(level: number | 'entries', n: number, width: number): string {
  return `tile/${level}/${spell(n)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** 1234067 is `x001/x234/067`. */
function spell(n: number): string {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0');
  return digits.replaceAll(/...(?!$)/g, 'x$&/');
}

/** Which part of each tile row the leaves [from, to) lie in: `skip` of the `width` hashes or entries of tile `n` come before `from`. */
export function tilesOver(from: number, to: number): { readonly n: number; readonly width: number; readonly skip: number }[] {
  const tiles = [];
  for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < to; n++) {
    const start = n * TILE_WIDTH;
    tiles.push({ n, width: Math.min(TILE_WIDTH, to - start), skip: Math.max(0, from - start) });
  }
  return tiles;
}

/** An entry bundle: u16 big-endian length and bytes of each entry. A redacted entry has length 0: its leaf hash stands in the tile of level 0. */
export function renderBundle(entries: readonly (Uint8Array | undefined)[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => [lengthOf(entry), entry ?? Buffer.alloc(0)]));
}

function lengthOf(entry: Uint8Array | undefined): Buffer {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(entry?.length ?? 0);
  return length;
}

/** The most bytes that a bundle of our entries can have. */
export const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);

/** Exactly `width` entries; undefined stands for a redacted one. Views on `bytes`. Throws `peer-answer-invalid`. */
export function parseBundle(bytes: Uint8Array, width: number): (Uint8Array | undefined)[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: (Uint8Array | undefined)[] = [];
  let at = 0;
  while (at + 2 <= view.length && entries.length < width) {
    const end = at + 2 + view.readUInt16BE(at);
    if (end > view.length) break;
    entries.push(end === at + 2 ? undefined : bytes.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== view.length) throw new CausewayError('peer-answer-invalid', `an entry bundle that does not hold exactly ${width} entries`);
  return entries;
}
