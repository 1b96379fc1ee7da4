/** What is kept of an open exchange so that it can go on after a crash: the sealed bytes, and our domestic request encrypted under the record key. */
import { decodeFrames, encodeFrames } from '../platform/frames.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { Arrival } from './flow.ts';

const STATEMENT = 1;
const PAYLOAD = 2;
const PRIVATE = 3;

/** Encrypts, or decrypts, under the record key of one exchange. */
export type Cipher = (bytes: Uint8Array) => Uint8Array;

/** The domestic request as it arrived, with the time at which it was proven: read and proven again, it gives the same question. */
export interface KeptArrival {
  readonly arrival: Arrival;
  /** UTC milliseconds. */
  readonly provenAt: number;
}

export function packSealed({ statement, payload }: SealedBytes): Uint8Array {
  return encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(statement) }, { kind: PAYLOAD, bytes: payload }]);
}

export function unpackSealed(kept: Uint8Array): SealedBytes {
  const frames = decodeFrames(kept, 3);
  return { statement: Buffer.from(frameOf(frames, STATEMENT)).toString(), payload: frameOf(frames, PAYLOAD) };
}

export function packQuestion(sealed: SealedBytes, { arrival, provenAt }: KeptArrival, encrypt: Cipher): Uint8Array {
  const { path, http, connection, trace, accept } = arrival;
  const head = Buffer.from(JSON.stringify({ path, connection, trace, accept, provenAt, http: headOf(http) }));
  const own = encrypt(encodeFrames([{ kind: STATEMENT, bytes: head }, { kind: PAYLOAD, bytes: http.body }]));
  return Buffer.concat([packSealed(sealed), encodeFrames([{ kind: PRIVATE, bytes: own }])]);
}

export function unpackQuestion(kept: Uint8Array, decrypt: Cipher): { sealed: SealedBytes } & KeptArrival {
  const frames = decodeFrames(decrypt(frameOf(decodeFrames(kept, 3), PRIVATE)), 2);
  const { provenAt, http, ...rest } = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as KeptArrival & Omit<Arrival, 'http'> & { http: Omit<HttpMessage, 'body'> };
  return { sealed: unpackSealed(kept), provenAt, arrival: { ...rest, http: { ...http, body: frameOf(frames, PAYLOAD) } } };
}

export function packReply({ status, headers, body }: HttpReply, encrypt: Cipher): Uint8Array {
  return encrypt(encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(JSON.stringify({ status, headers })) }, { kind: PAYLOAD, bytes: body }]));
}

export function unpackReply(kept: Uint8Array, decrypt: Cipher): HttpReply {
  const frames = decodeFrames(decrypt(kept), 2);
  const head = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as Omit<HttpReply, 'body'>;
  return { ...head, body: frameOf(frames, PAYLOAD) };
}

function headOf({ method, target, headers }: HttpMessage): Omit<HttpMessage, 'body'> {
  return { method, target, headers };
}

function frameOf(frames: readonly { readonly kind: number; readonly bytes: Uint8Array }[], kind: number): Uint8Array {
  return frames.find((frame) => frame.kind === kind)?.bytes ?? new Uint8Array();
}
