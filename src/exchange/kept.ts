/**
 * What is kept of an exchange so that it can go on after a crash, and copies get its outcome. All of it is encrypted under the record key, sealed
 * bytes too: what a leg seals by TLS alone is in the clear.
 */
import { CausewayError } from '../errors.ts';
import { decodeFrames, encodeFrames } from '../platform/frames.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
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

/** What either of them packed. Throws `outcome-unknown` when the key that it takes was erased. */
export function unpackSealed(kept: Uint8Array, decrypt: Cipher | undefined): SealedBytes {
  const frames = decodeFrames(kept, 2);
  if (frames[0]?.kind !== PRIVATE) return sealedOf(frames);
  if (decrypt === undefined) throw new CausewayError('outcome-unknown', 'the record key of the exchange was erased');
  return sealedOf(decodeFrames(decrypt(frames[0].bytes), 2));
}

export function packQuestion(sealed: SealedBytes, { arrival, provenAt }: KeptArrival, encrypt: Cipher): Uint8Array {
  const { path, http, connection, trace, accept } = arrival;
  const head = Buffer.from(JSON.stringify({ path, connection, trace, accept, provenAt, http: headOf(http) }));
  return encrypt(encodeFrames([{ kind: STATEMENT, bytes: head }, { kind: PAYLOAD, bytes: http.body }, { kind: SEALED, bytes: framesOf(sealed) }]));
}

export function unpackQuestion(kept: Uint8Array, decrypt: Cipher): { sealed: SealedBytes } & KeptArrival {
  const frames = decodeFrames(decrypt(kept), 3);
  const { provenAt, http, ...rest } = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as KeptArrival & Omit<Arrival, 'http'> & { http: Omit<HttpMessage, 'body'> };
  return { sealed: sealedOf(decodeFrames(frameOf(frames, SEALED), 2)), provenAt, arrival: { ...rest, http: { ...http, body: frameOf(frames, PAYLOAD) } } };
}

export function packReply({ status, headers, body }: HttpReply, encrypt: Cipher): Uint8Array {
  return encrypt(encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(JSON.stringify({ status, headers })) }, { kind: PAYLOAD, bytes: body }]));
}

export function unpackReply(kept: Uint8Array, decrypt: Cipher): HttpReply {
  const frames = decodeFrames(decrypt(kept), 2);
  const head = JSON.parse(Buffer.from(frameOf(frames, STATEMENT)).toString()) as Omit<HttpReply, 'body'>;
  return { ...head, body: frameOf(frames, PAYLOAD) };
}

function framesOf({ statement, payload }: SealedBytes): Uint8Array {
  return encodeFrames([{ kind: STATEMENT, bytes: Buffer.from(statement) }, { kind: PAYLOAD, bytes: payload }]);
}

function sealedOf(frames: ReturnType<typeof decodeFrames>): SealedBytes {
  return { statement: Buffer.from(frameOf(frames, STATEMENT)).toString(), payload: frameOf(frames, PAYLOAD) };
}

function headOf({ method, target, headers }: HttpMessage): Omit<HttpMessage, 'body'> {
  return { method, target, headers };
}

function frameOf(frames: readonly { readonly kind: number; readonly bytes: Uint8Array }[], kind: number): Uint8Array {
  return frames.find((frame) => frame.kind === kind)?.bytes ?? new Uint8Array();
}
