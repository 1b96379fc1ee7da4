/** SHA-256 and the forms in which digests are written, and the commitment to a statement's content. */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';

/** Canonical base64url of 32 bytes (a digest, a salt, a nonce, a key): the last character leaves its two spare bits zero. */
export const BASE64URL_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export function sha256(data: Uint8Array | string): Buffer {
  return hash('sha256', data, 'buffer');
}

export function sha256Base64url(data: Uint8Array | string): string {
  return hash('sha256', data, 'base64url');
}

/** Claim `content` (protocol.md): HMAC-SHA-256(salt, "causeway/content/v1" 00 SHA-256(plaintext manifest)), base64url. */
export function contentCommitment(salt: Uint8Array, manifest: Uint8Array): string {
  return createHmac('sha256', salt).update('causeway/content/v1\0').update(sha256(manifest)).digest('base64url');
}

/** Equality of two short texts in constant time. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
