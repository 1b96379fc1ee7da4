/**
 * A file of the spool (spool.ts): chunks, each encrypted under the file's own key with its number as the nonce, so that any range can be
 * read without the rest. The key and the length are not in the file.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import type { StoredContent } from '../stages.ts';
import { release } from './release.ts';
import type { Look } from './release.ts';

/** Plaintext bytes of one chunk; each is followed by its tag. */
export const SPOOL_CHUNK = 128 * 1024;
const TAG = 16;

/** Where a file is and what opens it: enough to read it in another process. */
export interface SpoolFile {
  readonly folder: string;
  readonly name: string;
  /** 32 bytes, of this file alone. */
  readonly key: Uint8Array;
  /** Plaintext bytes. */
  readonly length: number;
}

/** A range of a file. */
export class Spooled implements StoredContent {
  readonly file: SpoolFile;
  readonly from: number;
  readonly length: number;

  constructor(file: SpoolFile, from: number, length: number) {
    this.file = file;
    this.from = from;
    this.length = length;
  }

  /** From `from` up to, not including, `to`, both counted from the beginning of this range. */
  slice(from: number, to: number): Spooled {
    if (from < 0 || to < from || to > this.length) throw new RangeError('a slice beyond its content');
    return new Spooled(this.file, this.from + from, to - from);
  }

  /** Throws `internal` when the file is gone or was changed. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for await (const { chunk, from, to } of this.#read()) yield chunk.subarray(from, to);
  }

  /** As chunks. */
  async scan(look: Look): Promise<void> {
    for await (const { chunk, from, to } of this.#read()) {
      await look(chunk.subarray(from, to));
      release(chunk);
    }
  }

  async *#read(): AsyncGenerator<{ readonly chunk: Buffer; readonly from: number; readonly to: number }> {
    if (this.length === 0) return;
    const handle = await open(join(this.file.folder, this.file.name)).catch(unreadable);
    const sealed = Buffer.allocUnsafeSlow(Math.min(SPOOL_CHUNK, this.file.length) + TAG);
    try {
      const end = this.from + this.length;
      for (let n = Math.floor(this.from / SPOOL_CHUNK); n * SPOOL_CHUNK < end; n += 1) {
        const chunk = await readChunk(handle, this.file, n, sealed);
        const start = n * SPOOL_CHUNK;
        yield { chunk, from: Math.max(0, this.from - start), to: Math.min(chunk.length, end - start) };
      }
    } finally {
      release(sealed);
      await handle.close();
    }
  }
}

/** Chunk `n` as it stands in the file: ciphertext and tag. */
export function sealChunk(key: Uint8Array, n: number, plaintext: Uint8Array): readonly [Buffer, Buffer] {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(n));
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return [ciphertext, cipher.getAuthTag()];
}

/** `room` holds the chunk as it is read. */
async function readChunk(handle: FileHandle, { key, length }: SpoolFile, n: number, room: Buffer): Promise<Buffer> {
  const size = Math.min(SPOOL_CHUNK, length - n * SPOOL_CHUNK);
  const sealed = room.subarray(0, size + TAG);
  const { bytesRead } = await handle.read(sealed, 0, sealed.length, n * (SPOOL_CHUNK + TAG)).catch(unreadable);
  if (bytesRead !== sealed.length) throw new CausewayError('internal', 'a temporary file is cut short');
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(n)).setAuthTag(sealed.subarray(size));
  const plaintext = decipher.update(sealed.subarray(0, size));
  try {
    decipher.final();
  } catch (cause) {
    throw new CausewayError('internal', 'a temporary file was changed', { cause });
  }
  return plaintext;
}

function nonceOf(chunk: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(chunk, 8);
  return nonce;
}

function unreadable(cause: unknown): never {
  throw new CausewayError('internal', `a temporary file cannot be read: ${String((cause as NodeJS.ErrnoException).code)}`, { cause });
}
