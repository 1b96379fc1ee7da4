/** ZIP archives that somebody else wrote: containers of signatures, read whole into memory within limits. */
import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { CausewayError } from '../errors.ts';

export interface ZipLimits {
  readonly maxFiles: number;
  /** Of all files together, uncompressed. */
  readonly maxBytes: number;
}

export const DEFAULT_ZIP_LIMITS: ZipLimits = { maxFiles: 1000, maxBytes: 64 * 1024 ** 2 };

/**
 * Files by name, in the order of the archive; folders are passed over. A name is relative, with forward slashes, and stands once: two readers
 * could take two different files for it. Throws `malformed`, and `too-large` before more than `limits` is inflated.
 */
export async function readZip(bytes: Uint8Array, limits: ZipLimits = DEFAULT_ZIP_LIMITS): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let total = 0;
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), { strictFileNames: true, validateEntrySizes: true, lazyEntries: true, autoClose: false });
    if (zip.entryCount > limits.maxFiles) throw tooLarge(`${zip.entryCount} files`);
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      if (files.has(entry.fileName) || entry.isEncrypted()) throw malformed('a file that stands twice, or is encrypted');
      total += entry.uncompressedSize;
      if (total > limits.maxBytes) throw tooLarge(`more than ${limits.maxBytes} bytes`);
      files.set(entry.fileName, await inflate(zip, entry));
    }
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    throw malformed('it cannot be read', cause);
  }
  return files;
}

async function inflate(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function malformed(what: string, cause?: unknown): CausewayError {
  return new CausewayError('malformed', `ZIP archive: ${what}`, { cause });
}

function tooLarge(what: string): CausewayError {
  return new CausewayError('too-large', `ZIP archive of ${what}`, { facts: { hint: 'The archive is larger than is accepted.' } });
}
