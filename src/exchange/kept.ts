/**
 * What is kept of an exchange so that it can go on after a crash, and copies get its outcome. All of it is encrypted under the record key, sealed
 * bytes too: what a leg seals by TLS alone is in the clear.
 */
import { CausewayError } from '../errors.ts';
import { isStored, joined, piecesOf } from '../platform/content.ts';
import { decodeFrames, encodeFrames } from '../platform/frames.ts';
import type { Frame } from '../platform/frames.ts';
import { Spooled } from '../platform/spool-file.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { Grant } from '../federation/link.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { Attachment, Content } from '../stages.ts';
import type { Arrival } from './flow.ts';

const STATEMENT = 1;
const PAYLOAD = 2;
const PRIVATE = 3;
const SEALED = 4;
/** In place of PAYLOAD: bytes, and where in which file the others are. */
const PIECES = 5;
const BYTES = 1;
const RANGE = 2;
const MAX_PIECES = 10_000;

/** Encrypts, or decrypts, under the record key of one exchange. */
export type Cipher = (bytes: Uint8Array) => Uint8Array;

/** The domestic request as it arrived, with the time at which it was proven: read and proven again, it gives the same question. */
export interface KeptArrival {
  readonly arrival: Arrival;
  /** UTC milliseconds. */
  readonly provenAt: number;
}

export function packSealed(sealed: SealedBytes, encrypt: Cipher): Uint8Array {
  return encodeFrames([{ kind: PRIVATE, bytes: encrypt(framesOf(sealed)) }]);
}

/** A refusal says nothing of a person, and may have been made before its exchange had a key. */
export function packRefusal(sealed: SealedBytes): Uint8Array {
  return framesOf(sealed);
}

/** What either of them packed; `folder`: of the spool. Throws `outcome-unknown` when the key that it takes was erased. */
export function unpackSealed(kept: Uint8Array, decrypt: Cipher | undefined, folder: string): SealedBytes {
  const frames = decodeFrames(kept, 2);
  if (frames[0]?.kind !== PRIVATE) return sealedOf(frames, folder);
  if (decrypt === undefined) throw new CausewayError('outcome-unknown', 'the record key of the exchange was erased');
  return sealedOf(decodeFrames(decrypt(frames[0].bytes), 2), folder);
}

/** The attachments of the domestic request are not in it: what is read again is its root alone. */
export function packQuestion(sealed: SealedBytes, { arrival, provenAt }: KeptArrival, encrypt: Cipher): Uint8Array {
  const { path, http, connection, trace, accept } = arrival;
  const head = Buffer.from(JSON.stringify({ path, connection, trace, accept, provenAt, http: headOf(http), attachments: (http.attachments ?? []).map(attachmentHead) }));
  return encrypt(encodeFrames([{ kind: STATEMENT, bytes: head }, { kind: PAYLOAD, bytes: http.body }, { kind: SEALED, bytes: framesOf(sealed) }]));
}

export function unpackQuestion(kept: Uint8Array, decrypt: Cipher, folder: string): { sealed: SealedBytes } & KeptArrival {
  const frames = decodeFrames(decrypt(kept), 3);
  const { provenAt, http, attachments, ...rest } = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as KeptHead;
  const parts = attachments.length === 0 ? {} : { attachments: attachments.map(({ headers, ...more }) => ({ ...more, headers: Buffer.from(headers, 'base64'), content: new Uint8Array() })) };
  return { sealed: sealedOf(decodeFrames(frameOf(frames, SEALED), 2), folder), provenAt, arrival: { ...rest, http: { ...http, body: frameOf(frames, PAYLOAD), ...parts } } };
}

export function packReply({ status, headers, body }: HttpReply<Content>, encrypt: Cipher): Uint8Array {
  return encrypt(encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(JSON.stringify({ status, headers })) }, packContent(body)]));
}

export function unpackReply(kept: Uint8Array, decrypt: Cipher, folder: string): HttpReply<Content> {
  const frames = decodeFrames(decrypt(kept), 2);
  const head = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as Omit<HttpReply, 'body'>;
  return { ...head, body: contentOf(frames, folder) };
}

function framesOf({ statement, payload }: SealedBytes): Uint8Array {
  return encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(statement) }, packContent(payload)]);
}

function sealedOf(frames: readonly Frame[], folder: string): SealedBytes {
  return { statement: Buffer.from(frameOf(frames, STATEMENT)).toString(), payload: contentOf(frames, folder) };
}

/** The head of a question as JSON, without the bytes that have frames of their own. */
type KeptHead = Pick<KeptArrival, 'provenAt'> & Omit<Arrival, 'http'> & { http: Pick<HttpMessage, 'method' | 'target' | 'headers'>; attachments: ReturnType<typeof attachmentHead>[] };

function attachmentHead({ headers, type, sha256 }: Attachment) {
  return { headers: Buffer.from(headers).toString('base64'), type, sha256 };
}

/** Bytes as they are; of a file, where it is and what opens it: the result is as secret as the content, and is always encrypted. */
function packContent(content: Content): Frame {
  const pieces = piecesOf(content);
  const [only] = pieces;
  if (pieces.length === 1 && only instanceof Uint8Array) return { kind: PAYLOAD, bytes: only };
  return { kind: PIECES, bytes: encodeFrames(pieces.map((piece) => (piece instanceof Spooled ? { kind: RANGE, bytes: Buffer.from(JSON.stringify(rangeOf(piece))) } : { kind: BYTES, bytes: piece }))) };
}

function contentOf(frames: readonly Frame[], folder: string): Content {
  const pieces = frames.find(({ kind }) => kind === PIECES);
  if (pieces === undefined) return frameOf(frames, PAYLOAD);
  return joined(decodeFrames(pieces.bytes, MAX_PIECES).map(({ kind, bytes }) => (kind === RANGE ? spooledAt(JSON.parse(Buffer.from(bytes).toString()) as Range, folder) : bytes)));
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

function headOf({ method, target, headers }: HttpMessage): KeptHead['http'] {
  return { method, target, headers };
}

function frameOf(frames: readonly { readonly kind: number; readonly bytes: Uint8Array }[], kind: number): Uint8Array {
  return frames.find((frame) => frame.kind === kind)?.bytes ?? new Uint8Array();
}

/** A large payload is kept only for whoever would hand it over again after a crash. */
export function neededAgain(payload: Content, { idempotent }: Grant): Content {
  return isStored(payload) && !idempotent ? new Uint8Array() : payload;
}
