/**
 * C2SP chunked-encryption v1 (https://c2sp.org/chunked-encryption) in its instantiation Cobblestone-256: HKDF-Expand with SHA-512 and
 * AEAD_AES_256_GCM. 16 KiB chunks, the last one always shorter, key-committing. Ciphertext: salt (24) ‖ commitment (32) ‖ chunks of at
 * most 16 KiB + 16. Either way the bytes may come in any pieces.
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { randomBytes } from '../platform/random.ts';

const CHUNK = 16 * 1024;
const TAG = 16;
const SALT = 24;
const COMMITMENT = 32;
const INFO = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');

/** Bytes of the ciphertext of `length` bytes. */
export function chunkedLength(length: number): number {
  return SALT + COMMITMENT + length + (Math.floor(length / CHUNK) + 1) * TAG;
}

/** `inputKey`: 32 uniformly random bytes; `context` binds the ciphertext to its place. */
export function encryptChunked(inputKey: Uint8Array, context: string, plaintext: Uint8Array): Uint8Array {
  const encryptor = new ChunkedEncryptor(inputKey, context);
  return Buffer.concat([...encryptor.update(plaintext), ...encryptor.final()]);
}

/** Throws `seal-mismatch` on another key or context, on any change, and on truncation. */
export function decryptChunked(inputKey: Uint8Array, context: string, ciphertext: Uint8Array): Uint8Array {
  const decryptor = new ChunkedDecryptor(inputKey, context);
  return Buffer.concat([...decryptor.update(ciphertext), ...decryptor.final()]);
}

/** As encryptChunked, for a plaintext that comes in pieces: what `update` and then `final` return is the ciphertext. */
export class ChunkedEncryptor {
  readonly #derived: Derived;
  readonly #blocks = new Blocks(CHUNK);
  #head: readonly Buffer[];
  #chunk = 0;

  constructor(inputKey: Uint8Array, context: string) {
    const salt = randomBytes(SALT);
    this.#derived = derive(inputKey, salt, context);
    this.#head = [salt, this.#derived.commitment];
  }

  update(plaintext: Uint8Array): Buffer[] {
    const sealed = [...this.#head];
    this.#head = [];
    this.#blocks.add(plaintext, (block) => sealed.push(...this.#seal(block)));
    return sealed;
  }

  final(): Buffer[] {
    return [...this.#head, ...this.#seal(this.#blocks.rest)];
  }

  #seal(block: Uint8Array): Buffer[] {
    const { key, nonce } = this.#derived;
    const cipher = createCipheriv('aes-256-gcm', key, chunkNonce(nonce, this.#chunk));
    this.#chunk += 1;
    const ciphertext = cipher.update(block);
    cipher.final();
    return [ciphertext, cipher.getAuthTag()];
  }
}

/** As decryptChunked, for a ciphertext that comes in pieces. Each chunk that is returned is authentic; that none is missing, `final` says. */
export class ChunkedDecryptor {
  readonly #inputKey: Uint8Array;
  readonly #context: string;
  readonly #blocks = new Blocks(CHUNK + TAG);
  #head: Buffer | undefined = Buffer.alloc(0);
  #derived: Derived | undefined;
  #chunk = 0;

  constructor(inputKey: Uint8Array, context: string) {
    this.#inputKey = inputKey;
    this.#context = context;
  }

  update(ciphertext: Uint8Array): Buffer[] {
    if (this.#head === undefined) {
      const opened: Buffer[] = [];
      this.#blocks.add(ciphertext, (block) => opened.push(this.#open(block)));
      return opened;
    }
    const head = Buffer.concat([this.#head, ciphertext]);
    this.#head = head;
    if (head.length < SALT + COMMITMENT) return [];
    this.#head = undefined;
    this.#derived = derive(this.#inputKey, head.subarray(0, SALT), this.#context);
    if (!timingSafeEqual(this.#derived.commitment, head.subarray(SALT, SALT + COMMITMENT))) throw new CausewayError('seal-mismatch', 'the part was not made with this key in this place');
    return this.update(head.subarray(SALT + COMMITMENT));
  }

  /** The last chunk, which is always shorter: a ciphertext that ends after a whole one was cut. */
  final(): Buffer[] {
    if (this.#blocks.rest.length < TAG) throw new CausewayError('seal-mismatch', 'the part is cut short');
    return [this.#open(this.#blocks.rest)];
  }

  #open(block: Uint8Array): Buffer {
    if (this.#derived === undefined) throw new CausewayError('seal-mismatch', 'the part is cut short');
    const { key, nonce } = this.#derived;
    const decipher = createDecipheriv('aes-256-gcm', key, chunkNonce(nonce, this.#chunk)).setAuthTag(block.subarray(block.length - TAG));
    this.#chunk += 1;
    const plaintext = decipher.update(block.subarray(0, block.length - TAG));
    try {
      decipher.final();
    } catch (cause) {
      throw new CausewayError('seal-mismatch', 'a chunk of the part was changed', { cause });
    }
    return plaintext;
  }
}

/** Pieces of any length in, blocks of one length out. A block is a view on what was added wherever it can be, and lasts until `each` returns. */
class Blocks {
  readonly #size: number;
  #room: Buffer | undefined;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** What is less than a block. */
  get rest(): Buffer {
    return this.#room?.subarray(0, this.#filled) ?? Buffer.alloc(0);
  }

  add(bytes: Uint8Array, each: (block: Buffer) => void): void {
    let at = 0;
    if (this.#filled > 0) {
      at = this.#keep(bytes.subarray(0, this.#size - this.#filled));
      if (this.#filled < this.#size) return;
      this.#filled = 0;
      each(this.#room!);
    }
    for (; bytes.length - at >= this.#size; at += this.#size) each(Buffer.from(bytes.buffer, bytes.byteOffset + at, this.#size));
    this.#keep(bytes.subarray(at));
  }

  /** A copy: the caller may use its bytes again. What comes in one piece, as most messages do, gets no more room than it needs. */
  #keep(bytes: Uint8Array): number {
    const length = this.#filled + bytes.length;
    if (this.#room === undefined) this.#room = Buffer.from(bytes);
    else {
      if (this.#room.length < length) this.#room = Buffer.concat([this.rest], this.#size);
      this.#room.set(bytes, this.#filled);
    }
    this.#filled = length;
    return bytes.length;
  }
}

interface Derived {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly commitment: Buffer;
}

/** HKDF-Expand (RFC 5869, 2.3) without Extract, since the input key is uniformly random already: two blocks of 64 bytes hold 32 + 12 + 32. */
function derive(inputKey: Uint8Array, salt: Uint8Array, context: string): Derived {
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
