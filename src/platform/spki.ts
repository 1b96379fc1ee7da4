/** Pins: a party is known by the SHA-256 of its public key, so that a renewed certificate over the same key stays known (RFC 7469, section 2.4). */
import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Base64 SHA-256 of the SubjectPublicKeyInfo (DER) of `key`. */
export function spkiPin(key: KeyObject): string {
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64');
}

/** Whether `text` has the form of a pin: 32 bytes in canonical base64. */
export function isSpkiPin(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}
