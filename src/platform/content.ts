/** Bytes that may be large: what is small stays a plain Uint8Array, what is not is read in chunks and never held as a whole. */
import { CausewayError } from '../errors.ts';
import type { Content, StoredContent } from '../stages.ts';
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
  for await (const chunk of content.chunks()) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if (isStored(content)) yield* content.chunks();
  else if (content.length > 0) yield content;
}

/** `content` from byte `from` up to, not including, `to`. Of bytes it is a view. */
export function slice(content: Uint8Array | Spooled, from: number, to: number): Uint8Array | Spooled {
  return content instanceof Uint8Array ? content.subarray(from, to) : content.slice(from, to);
}

/** Contents one after the other; plain bytes where all of them are. */
export function joined(contents: readonly Content[]): Content {
  const pieces = contents.flatMap(piecesOf);
  const stored = pieces.some((piece) => piece instanceof Spooled);
  return stored ? new Joined(pieces) : Buffer.concat(pieces as Uint8Array[]);
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
}

function tooLarge(bytes: number, maxBytes?: number): CausewayError {
  const hint = maxBytes === undefined ? 'It is more than may lie in memory here.' : `At most ${maxBytes} bytes may lie in memory here.`;
  return new CausewayError('too-large', `${bytes} bytes where a message in memory is needed`, { facts: { hint } });
}
