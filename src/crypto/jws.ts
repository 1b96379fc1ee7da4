/**
 * Compact JWS (RFC 7515) with a closed header: `alg typ kid`; `alg` comes from the pinned key, never from the header (RFC 8725, 3.1).
 * On node:crypto: the library's way through WebCrypto takes nearly twice the time, four times an exchange. The tests hold it
 * against the library, both ways.
 */
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { sha256Base64url } from './digest.ts';

export interface JwsKey {
  readonly kid: string;
  readonly alg: 'ES256';
  readonly key: KeyObject;
}

/** A key that signs: `key` is its public half, and where the private one is, the signer alone knows (a file, a token). */
export interface Signer extends JwsKey {
  /** ES256 over `input`: R ‖ S, 64 bytes. */
  sign(input: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface ParsedJws {
  readonly compact: string;
  readonly alg: string;
  readonly typ: string;
  readonly kid: string;
  /** As signed; nothing has been made of it yet. */
  readonly payload: Uint8Array;
  readonly signingInput: string;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** base64url SHA-256 of the signing input, never of the signature: ECDSA signatures are malleable. */
  readonly identity: string;
}

export async function signJws(typ: string, payload: string, signer: Signer): Promise<string> {
  const { alg, kid } = signer;
  const signingInput = `${base64url(JSON.stringify({ alg, typ, kid }))}.${base64url(payload)}`;
  return `${signingInput}.${Buffer.from(await signer.sign(Buffer.from(signingInput))).toString('base64url')}`;
}

/** RFC 7518, 3.4: R ‖ S, 64 bytes. */
export const SIGNATURE_FORM = 'ieee-p1363';

/** Identity of a compact JWS that we made ourselves. */
export function jwsIdentity(compact: string): string {
  return sha256Base64url(compact.slice(0, compact.lastIndexOf('.')));
}

export function signingInputOf(compact: string): string {
  return compact.slice(0, compact.lastIndexOf('.'));
}

/**
 * Shape only; nothing of the result may be believed before `verifyJws`. Throws `statement-malformed`: not three canonical base64url
 * segments, a signature that is not 64 bytes, a header that is not exactly `{"alg":…,"typ":…,"kid":…}` (so also any `crit`, `jwk`,
 * `x5c`, `b64`, and any other spelling of the three), longer than `maxBytes`.
 */
export function parseJws(compact: string, maxBytes: number): ParsedJws {
  if (compact.length > maxBytes) throw malformed(`the statement has ${compact.length} bytes, ${maxBytes} are allowed`);
  const segments = compact.split('.');
  if (segments.length !== 3) throw malformed('the statement is not a compact JWS');
  const [head, body, signature] = segments.map(decodeCanonical) as [Buffer, Buffer, Buffer];
  if (signature.length !== 64) throw malformed('an ES256 signature has 64 bytes');
  const header = parseObject(head);
  const { alg, typ, kid } = header;
  if (typeof alg !== 'string' || typeof typ !== 'string' || typeof kid !== 'string') throw malformed('the header needs alg, typ and kid');
  if (!Buffer.from(JSON.stringify({ alg, typ, kid })).equals(head)) throw malformed('the header has other members than alg, typ and kid, or another spelling of them');
  const signingInput = signingInputOf(compact);
  return { compact, alg, typ, kid, payload: body, signingInput, signature, identity: sha256Base64url(signingInput) };
}

/** Throws `statement-invalid` unless `key` signed exactly this, with the algorithm of the key: the header's `alg` only has to agree. */
export function verifyJws(jws: ParsedJws, { alg, key }: JwsKey): void {
  if (jws.alg !== alg) throw new CausewayError('statement-invalid', "the statement's algorithm is not that of the key");
  if (!verify('sha256', Buffer.from(jws.signingInput), { key, dsaEncoding: SIGNATURE_FORM }, jws.signature)) throw new CausewayError('statement-invalid', "the statement's signature does not verify");
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decodeCanonical(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== segment) throw malformed('a segment is not canonical base64url');
  return bytes;
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw malformed('the header is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('the header is not an object');
  return value as Record<string, unknown>;
}

function malformed(message: string): CausewayError {
  return new CausewayError('statement-malformed', message);
}
