/** The little DER that certificates need: reading one strictly, and writing one. Source: X.690, sections 8 and 10. */

/** One element: its tag byte and where its content lies in `bytes`. */
export interface Der {
  readonly tag: number;
  /** Content without tag and length. */
  readonly content: Buffer;
  /** The whole element with tag and length. */
  readonly bytes: Buffer;
}

export const TAG = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8: 0x0c, printable: 0x13, ia5: 0x16, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, set: 0x31 } as const;

/** The one element that `bytes` consist of. Throws RangeError when they are not exactly one. */
export function readDer(bytes: Uint8Array): Der {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const der = readAt(buffer, 0);
  if (der.bytes.length !== buffer.length) throw new RangeError('bytes after the DER element');
  return der;
}

/** The elements inside a constructed one. */
export function readChildren(parent: Der): Der[] {
  const children: Der[] = [];
  for (let at = 0; at < parent.content.length; ) {
    const child = readAt(parent.content, at);
    children.push(child);
    at += child.bytes.length;
  }
  return children;
}

function readAt(buffer: Buffer, at: number): Der {
  const tag = byteAt(buffer, at);
  if ((tag & 0x1f) === 0x1f) throw new RangeError('DER tag of more than one byte');
  const first = byteAt(buffer, at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4) throw new RangeError('DER length that is indefinite or too long');
  const start = at + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : longLength(buffer, at + 2, lengthBytes);
  if (start + length > buffer.length) throw new RangeError('DER element longer than its container');
  return { tag, content: buffer.subarray(start, start + length), bytes: buffer.subarray(at, start + length) };
}

function longLength(buffer: Buffer, at: number, lengthBytes: number): number {
  let length = 0;
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + byteAt(buffer, at + index);
  if (length < 0x80 || length < 256 ** (lengthBytes - 1)) throw new RangeError('DER length that is not the shortest');
  return length;
}

function byteAt(buffer: Buffer, at: number): number {
  const byte = buffer[at];
  if (byte === undefined) throw new RangeError('DER that ends too early');
  return byte;
}

/** Dotted form of the content of an object identifier. */
export function readOid(der: Der): string {
  if (der.tag !== TAG.oid || der.content.length === 0) throw new RangeError('not an object identifier');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of der.content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

/** An element of that tag around the given content. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), writeLength(content.length), content]);
}

function writeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...contents);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(TAG.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128));
  return bytes;
}

/** A non-negative integer from its big-endian bytes. */
export function integer(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const shortest = start === -1 ? Buffer.from([0]) : Buffer.from(magnitude.subarray(start));
  return der(TAG.integer, shortest[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

/** Whole bytes. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return der(TAG.bitString, Buffer.from([unused]), bytes);
}

/** UTCTime until 2049, GeneralizedTime after. Source: RFC 5280, section 4.1.2.5. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050 ? der(TAG.utcTime, Buffer.from(digits.slice(2))) : der(TAG.generalizedTime, Buffer.from(digits));
}
