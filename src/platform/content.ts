/** Bytes that may be large: what is small stays a plain Uint8Array, what is not is read in chunks and never held as a whole. */
import { createHash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { Content, StoredContent } from '../stages.ts';
import type { Look } from './release.ts';
import type { Spool } from './spool.ts';
import { Spooled } from './spool-file.ts';

/** What a content is made of in the end. */
export type Piece = Uint8Array | Spooled;

export function isStored(content: Content): content is StoredContent {
  return !(content instanceof Uint8Array);
}

/** For whoever reads messages in memory alone. Throws `too-large` for what lies in a file. */
export function bytesOf(content: Content): Uint8Array {
  if (isStored(content)) throw tooLarge(content.length);
  return content;
}

/** All bytes in memory. Throws `too-large` past `maxBytes`, before anything is read. */
export async function load(content: Content, maxBytes: number): Promise<Uint8Array> {
  if (content.length > maxBytes) throw tooLarge(content.length, maxBytes);
  if (!isStored(content)) return content;
  const whole = Buffer.allocUnsafe(content.length);
  let at = 0;
  await content.scan((chunk) => {
    whole.set(chunk, at);
    at += chunk.length;
  });
  return whole;
}

export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if (isStored(content)) yield* content.chunks();
  else if (content.length > 0) yield content;
}

/** base64url SHA-256. */
export async function sha256Of(content: Content): Promise<string> {
  const hash = createHash('sha256');
  await scan(content, (chunk) => void hash.update(chunk));
  return hash.digest('base64url');
}

/** StoredContent.scan, of bytes in memory too. */
export async function scan(content: Content, look: Look): Promise<void> {
  if (isStored(content)) await content.scan(look);
  else if (content.length > 0) await look(content);
}

/** `content` from byte `from` up to, not including, `to`: a view, never a copy of a file. */
export function slice(content: Content, from: number, to: number): Content {
  let start = 0;
  const pieces = piecesOf(content).flatMap((piece): readonly Piece[] => {
    const [first, last] = [Math.max(0, from - start), Math.min(piece.length, to - start)];
    start += piece.length;
    if (first >= last) return [];
    return piece instanceof Uint8Array ? [piece.subarray(first, last)] : [piece.slice(first, last)];
  });
  return joined(pieces);
}

/** `content` in files that outlive its scope, and their names (Spool.keep); in memory it is kept as it is. Throws `disk-full`. */
export async function keepContent(content: Content, spool: Spool): Promise<{ readonly content: Content; readonly files: readonly string[] }> {
  const pieces = piecesOf(content);
  const files = new Set(pieces.filter((piece) => piece instanceof Spooled).map(({ file }) => file));
  if (files.size === 0) return { content, files: [] };
  const kept = await spool.keep([...files]);
  const moved = pieces.map((piece) => (piece instanceof Spooled ? new Spooled(kept.get(piece.file) ?? piece.file, piece.from, piece.length) : piece));
  return { content: joined(moved), files: [...kept.values()].map(({ name }) => name) };
}

/** Contents one after the other; plain bytes where all of them are. */
export function joined(contents: readonly Content[]): Content {
  const pieces = contents.flatMap(piecesOf);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  return pieces.every((piece) => piece instanceof Uint8Array) ? Buffer.concat(pieces) : new Joined(pieces);
}

/** Throws a TypeError for content of another making. */
export function piecesOf(content: Content): readonly Piece[] {
  if (content instanceof Uint8Array || content instanceof Spooled) return [content];
  if (content instanceof Joined) return content.pieces;
  throw new TypeError('content that is neither bytes nor of a spool');
}

class Joined implements StoredContent {
  readonly pieces: readonly Piece[];
  readonly length: number;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (const piece of this.pieces) yield* chunksOf(piece);
  }

  async scan(look: Look): Promise<void> {
    for (const piece of this.pieces) await scan(piece, look);
  }
}

function tooLarge(bytes: number, maxBytes?: number): CausewayError {
  const hint = maxBytes === undefined ? 'It is more than may lie in memory here.' : `At most ${maxBytes} bytes may lie in memory here.`;
  return new CausewayError('too-large', `${bytes} bytes where a message in memory is needed`, { facts: { hint } });
}
