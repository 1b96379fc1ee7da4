/**
 * What is kept of an exchange so that it can go on after a crash, and copies get its outcome. All of it is encrypted under the record key, sealed
 * bytes too: what a leg seals by TLS alone is in the clear.
 */
import { CausewayError } from '../errors.ts';
import { isStored } from '../platform/content.ts';
import { decodeFrames, encodeFrames } from '../platform/frames.ts';
import type { Frame } from '../platform/frames.ts';
import { packContent, unpackContent } from '../platform/packed-content.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { Grant } from '../federation/link.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { Attachment, Content } from '../stages.ts';
import type { Arrival } from './flow.ts';

const STATEMENT = 1;
const PAYLOAD = 2;
const PRIVATE = 3;
const SEALED = 4;

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
  return { ...head, body: unpackContent(frames, folder) ?? new Uint8Array() };
}

function framesOf({ statement, payload }: SealedBytes): Uint8Array {
  return encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(statement) }, packContent(payload)]);
}

function sealedOf(frames: readonly Frame[], folder: string): SealedBytes {
  return { statement: Buffer.from(frameOf(frames, STATEMENT)).toString(), payload: unpackContent(frames, folder) ?? new Uint8Array() };
}

/** The head of a question as JSON, without the bytes that have frames of their own. */
type KeptHead = Pick<KeptArrival, 'provenAt'> & Omit<Arrival, 'http'> & { http: Pick<HttpMessage, 'method' | 'target' | 'headers'>; attachments: ReturnType<typeof attachmentHead>[] };

function attachmentHead({ headers, type, sha256 }: Attachment) {
  return { headers: Buffer.from(headers).toString('base64'), type, sha256 };
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
