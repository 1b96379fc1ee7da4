/** Contents as a record names them: bytes as they are; of a file, where it is and what opens it. The result is as secret as the content, and is always encrypted. */
import { joined, piecesOf } from './content.ts';
import { decodeFrames, encodeFrames } from './frames.ts';
import type { Frame } from './frames.ts';
import { Spooled } from './spool-file.ts';
import type { Content } from '../stages.ts';

const PAYLOAD = 2;
/** In place of PAYLOAD: bytes, and where in which file the others are. */
const PIECES = 5;
const BYTES = 1;
const RANGE = 2;
const MAX_PIECES = 10_000;

/** One frame, to stand among others of other kinds. */
export function packContent(content: Content): Frame {
  const pieces = piecesOf(content);
  const [only] = pieces;
  if (pieces.length === 1 && only instanceof Uint8Array) return { kind: PAYLOAD, bytes: only };
  return { kind: PIECES, bytes: encodeFrames(pieces.map((piece) => (piece instanceof Spooled ? { kind: RANGE, bytes: Buffer.from(JSON.stringify(rangeOf(piece))) } : { kind: BYTES, bytes: piece }))) };
}

/** What packContent packed, among `frames`; `folder`: where its files are. Undefined where it is not among them. */
export function unpackContent(frames: readonly Frame[], folder: string): Content | undefined {
  const packed = frames.find(({ kind }) => kind === PAYLOAD || kind === PIECES);
  if (packed === undefined || packed.kind === PAYLOAD) return packed?.bytes;
  return joined(decodeFrames(packed.bytes, MAX_PIECES).map(({ kind, bytes }) => (kind === RANGE ? spooledAt(JSON.parse(Buffer.from(bytes).toString()) as Range, folder) : bytes)));
}

interface Range {
  readonly name: string;
  /** base64. */
  readonly key: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly from: number;
  readonly length: number;
}

function rangeOf({ file, from, length }: Spooled): Range {
  return { name: file.name, key: Buffer.from(file.key).toString('base64'), size: file.length, from, length };
}

function spooledAt({ name, key, size, from, length }: Range, folder: string): Spooled {
  return new Spooled({ folder, name, key: Buffer.from(key, 'base64'), length: size }, from, length);
}
