/** Length-prefixed frames (protocol.md, "Payload"): `u8 kind, u64 length, bytes`, one after the other. */
import { CausewayError } from '../errors.ts';
import type { Content } from '../stages.ts';
import { isStored, joined, load, slice } from './content.ts';

export interface Frame {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

const HEADER = 9;

export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  const out = Buffer.allocUnsafe(frames.reduce((sum, frame) => sum + HEADER + frame.bytes.length, 0));
  let at = 0;
  for (const { kind, bytes } of frames) {
    out.writeUInt8(kind, at);
    out.writeBigUInt64BE(BigInt(bytes.length), at + 1);
    out.set(bytes, at + HEADER);
    at += HEADER + bytes.length;
  }
  return out;
}

/** A frame of any size. */
export interface LargeFrame {
  readonly kind: number;
  readonly content: Content;
}

/** As encodeFrames, of contents that may lie in files. */
export function frameContents(frames: readonly LargeFrame[]): Content {
  return joined(frames.flatMap(({ kind, content }) => [header(kind, content.length), content]));
}

/** As decodeFrames, of a content that may lie in a file: only the headers of the frames are read. */
export async function readFrames(content: Content, maxFrames: number): Promise<LargeFrame[]> {
  if (!isStored(content)) return decodeFrames(content, maxFrames).map(({ kind, bytes }) => ({ kind, content: bytes }));
  const frames: LargeFrame[] = [];
  for (let at = 0; at < content.length; ) {
    if (frames.length === maxFrames) throw new CausewayError('malformed', `more than ${maxFrames} frames`);
    if (content.length - at < HEADER) throw new CausewayError('malformed', 'a frame header is cut short');
    const head = Buffer.from(await load(slice(content, at, at + HEADER), HEADER));
    const length = head.readBigUInt64BE(1);
    if (length > BigInt(content.length - at - HEADER)) throw new CausewayError('malformed', 'a frame is cut short');
    const end = at + HEADER + Number(length);
    frames.push({ kind: head.readUInt8(0), content: slice(content, at + HEADER, end) });
    at = end;
  }
  return frames;
}

function header(kind: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(HEADER);
  head.writeUInt8(kind, 0);
  head.writeBigUInt64BE(BigInt(length), 1);
  return head;
}

/** The frames of `bytes`, as views on it. Throws `malformed` unless they fill it exactly, and at more than `maxFrames`. */
export function decodeFrames(bytes: Uint8Array, maxFrames: number): Frame[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  for (let at = 0; at < view.length; ) {
    if (frames.length === maxFrames) throw new CausewayError('malformed', `more than ${maxFrames} frames`);
    if (view.length - at < HEADER) throw new CausewayError('malformed', 'a frame header is cut short');
    const length = view.readBigUInt64BE(at + 1);
    if (length > BigInt(view.length - at - HEADER)) throw new CausewayError('malformed', 'a frame is cut short');
    const end = at + HEADER + Number(length);
    frames.push({ kind: view.readUInt8(at), bytes: view.subarray(at + HEADER, end) });
    at = end;
  }
  return frames;
}
