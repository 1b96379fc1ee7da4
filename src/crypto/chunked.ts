/**
 * C2SP chunked-encryption v1 (https://c2sp.org/chunked-encryption) in its instantiation Cobblestone-256: HKDF-Expand with SHA-512 and
 * AEAD_AES_256_GCM. 16 KiB chunks, the last one always shorter, key-committing. Ciphertext: salt (24) ‖ commitment (32) ‖ chunks of at
 * most 16 KiB + 16.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { CausewayError } from '../errors.ts';

const CHUNK = 16 * 1024;
const TAG = 16;
const SALT = 24;
const COMMITMENT = 32;
const INFO = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');

/** `inputKey`: 32 uniformly random bytes; `context` binds the ciphertext to its place. */
export function encryptChunked(inputKey: Uint8Array, context: string, plaintext: Uint8Array): Uint8Array {
  const salt = randomBytes(SALT);
  const { key, nonce, commitment } = derive(inputKey, salt, context);
  const pieces: Uint8Array[] = [salt, commitment];
  const chunks = Math.floor(plaintext.length / CHUNK) + 1;
  for (let n = 0; n < chunks; n += 1) {
    const cipher = createCipheriv('aes-256-gcm', key, chunkNonce(nonce, n));
    pieces.push(cipher.update(plaintext.subarray(n * CHUNK, (n + 1) * CHUNK)), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(pieces);
}

/** Throws `seal-mismatch` on another key or context, on any change, and on truncation. */
export function decryptChunked(inputKey: Uint8Array, context: string, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length < SALT + COMMITMENT + TAG) throw new CausewayError('seal-mismatch', 'the part is cut short');
  const { key, nonce, commitment } = derive(inputKey, ciphertext.subarray(0, SALT), context);
  if (!timingSafeEqual(commitment, ciphertext.subarray(SALT, SALT + COMMITMENT))) throw new CausewayError('seal-mismatch', 'the part was not made with this key in this place');
  const chunks = ciphertext.subarray(SALT + COMMITMENT);
  const count = Math.ceil(chunks.length / (CHUNK + TAG));
  const last = chunks.length - (count - 1) * (CHUNK + TAG);
  if (last < TAG || last === CHUNK + TAG) throw new CausewayError('seal-mismatch', 'the part is truncated: its last chunk is not short');
  const pieces: Uint8Array[] = [];
  for (let n = 0; n < count; n += 1) pieces.push(decryptChunk(key, chunkNonce(nonce, n), chunks.subarray(n * (CHUNK + TAG), (n + 1) * (CHUNK + TAG))));
  return Buffer.concat(pieces);
}

function decryptChunk(key: Uint8Array, nonce: Uint8Array, chunk: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(chunk.subarray(chunk.length - TAG));
  const plaintext = decipher.update(chunk.subarray(0, chunk.length - TAG));
  try {
    decipher.final();
  } catch (cause) {
    throw new CausewayError('seal-mismatch', 'a chunk of the part was changed', { cause });
  }
  return plaintext;
}

/** HKDF-Expand (RFC 5869, 2.3) without Extract, since the input key is uniformly random already: two blocks of 64 bytes hold 32 + 12 + 32. */
function derive(inputKey: Uint8Array, salt: Uint8Array, context: string): { key: Uint8Array; nonce: Uint8Array; commitment: Uint8Array } {
  const info = Buffer.concat([INFO, salt, Buffer.from(context)]);
  const blocks: Buffer[] = [];
  for (let n = 1; n <= 2; n += 1) blocks.push(createHmac('sha512', inputKey).update(blocks[n - 2] ?? Buffer.alloc(0)).update(info).update(Buffer.of(n)).digest());
  const okm = Buffer.concat(blocks);
  return { key: okm.subarray(0, 32), nonce: okm.subarray(32, 44), commitment: okm.subarray(44, 76) };
}

/** The base nonce XOR the chunk number as a big-endian integer. A number stays below 2^32: 64 TiB. */
function chunkNonce(base: Uint8Array, n: number): Uint8Array {
  const nonce = Buffer.from(base);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ n) >>> 0, 8);
  return nonce;
}
