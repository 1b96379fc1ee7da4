/**
 * Temporary files for what does not fit in memory, encrypted under keys that stay in memory. A file belongs to a scope and goes with it; what must outlive
 * its scope is kept under a second name, which somebody durable knows. Whatever nobody names is removed at the next start: a crash gives
 * its disk back.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import { release } from './release.ts';
import { SPOOL_CHUNK, Spooled, sealChunk } from './spool-file.ts';
import type { SpoolFile } from './spool-file.ts';

/** The disk is full, or the quota on it. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Where a gateway has its spool; `data`: its data folder. */
export function spoolFolder(data: string): string {
  return join(data, 'spool');
}

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes that all temporary files may have together; what is kept does not count. */
  readonly maxBytes: number;
  /** Up to this many bytes a message stays in memory. */
  readonly memoryBytes: number;
}

export class Spool {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly #maxBytes: number;
  #used = 0;

  constructor({ folder, maxBytes, memoryBytes }: SpoolOptions) {
    this.folder = folder;
    this.memoryBytes = memoryBytes;
    this.#maxBytes = maxBytes;
  }

  /** Makes the folder, and removes what is in it and not among `named`. Returns how many files that were. */
  async clear(named: ReadonlySet<string>): Promise<number> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const left = (await readdir(this.folder)).filter((name) => !named.has(name));
    await this.remove(left);
    return left.length;
  }

  scope(): SpoolScope {
    return new SpoolScope(this);
  }

  /** Bytes of all temporary files at this moment. */
  get used(): number {
    return this.#used;
  }

  /** `disk-full` when this would be more than all of them may have. */
  take(bytes: number): CausewayError | undefined {
    if (this.#used + bytes > this.#maxBytes) return new CausewayError('disk-full', `temporary files may have ${this.#maxBytes} bytes together`);
    this.#used += bytes;
    return undefined;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }

  /**
   * The same files under further names, on disk when it resolves. The caller sees to it that somebody durable names them, or removes them. Throws
   * `disk-full`; then nothing is kept.
   */
  async keep(files: readonly SpoolFile[]): Promise<ReadonlyMap<SpoolFile, SpoolFile>> {
    const kept = new Map<SpoolFile, SpoolFile>();
    try {
      for (const file of files) {
        const name = newName('kept');
        await sync(join(file.folder, file.name));
        await link(join(file.folder, file.name), join(this.folder, name));
        kept.set(file, { ...file, folder: this.folder, name });
      }
      await sync(this.folder);
      return kept;
    } catch (thrown) {
      await this.remove([...kept.values()].map(({ name }) => name));
      throw fileError(thrown);
    }
  }

  /** Whoever reads one of them at this moment reads on to its end. */
  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => unlink(join(this.folder, name)).catch(unlessGone)));
  }
}

/** The temporary files of one piece of work. */
export class SpoolScope {
  readonly #spool: Spool;
  readonly #writers: SpoolWriter[] = [];

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  get memoryBytes(): number {
    return this.#spool.memoryBytes;
  }

  /** Throws `disk-full`. */
  async writer(): Promise<SpoolWriter> {
    const name = newName('temporary');
    const writer = new SpoolWriter(this.#spool, name, await open(join(this.#spool.folder, name), 'wx', 0o600).catch(failed));
    this.#writers.push(writer);
    return writer;
  }

  /** Removes every file of the scope: what was not kept must not be read any more. */
  async dispose(): Promise<void> {
    const writers = this.#writers.splice(0);
    await Promise.all(writers.map((writer) => writer.close()));
    await this.#spool.remove(writers.map(({ name }) => name));
    for (const { taken } of writers) this.#spool.giveBack(taken);
  }
}

/** Writes one file from its beginning to its end. */
export class SpoolWriter {
  readonly name: string;
  readonly #spool: Spool;
  readonly #handle: FileHandle;
  readonly #key = randomBytes(32);
  readonly #pending = Buffer.allocUnsafeSlow(SPOOL_CHUNK);
  #filled = 0;
  #chunks = 0;
  #taken = 0;
  #closed = false;

  constructor(spool: Spool, name: string, handle: FileHandle) {
    this.#spool = spool;
    this.name = name;
    this.#handle = handle;
  }

  /** Plaintext bytes so far: where the next ones will be. */
  get length(): number {
    return this.#chunks * SPOOL_CHUNK + this.#filled;
  }

  /** Bytes that this file has of the spool's. */
  get taken(): number {
    return this.#taken;
  }

  /** A promise when the disk must be waited for, which rejects with `disk-full`. The bytes may be used again when it resolves, and at once where there is none. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    const full = this.#spool.take(bytes.length);
    if (full !== undefined) return Promise.reject(full);
    this.#taken += bytes.length;
    const rest = this.#fill(bytes);
    return this.#filled === SPOOL_CHUNK ? this.#write(rest) : undefined;
  }

  /** What does not fit into the chunk that is being filled. */
  #fill(bytes: Uint8Array): Uint8Array {
    const more = bytes.subarray(0, SPOOL_CHUNK - this.#filled);
    this.#pending.set(more, this.#filled);
    this.#filled += more.length;
    return bytes.subarray(more.length);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (this.#filled === SPOOL_CHUNK) {
      await this.#flush();
      rest = this.#fill(rest);
    }
  }

  /** All that was added. */
  async finish(): Promise<Spooled> {
    const { length } = this;
    if (this.#filled > 0) await this.#flush();
    await this.close();
    return new Spooled({ folder: this.#spool.folder, name: this.name, key: this.#key, length }, 0, length);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  async #flush(): Promise<void> {
    const sealed = sealChunk(this.#key, this.#chunks, this.#pending.subarray(0, this.#filled));
    const [ciphertext, tag] = sealed;
    const length = ciphertext.length + tag.length;
    const { bytesWritten } = await this.#handle.writev(sealed).catch(failed);
    release(ciphertext);
    // The last bytes of a disk take part of a chunk, without an error.
    if (bytesWritten !== length) throw new CausewayError('disk-full', 'a chunk could not be written to its end');
    this.#chunks += 1;
    this.#filled = 0;
  }
}

function newName(what: 'temporary' | 'kept'): string {
  return `${what}-${randomBytes(16).toString('hex')}`;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unlessGone(thrown: unknown): void {
  if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
}

function failed(thrown: unknown): never {
  throw fileError(thrown);
}

function fileError(thrown: unknown): CausewayError {
  const code = String((thrown as NodeJS.ErrnoException).code);
  return new CausewayError(FULL.has(code) ? 'disk-full' : 'internal', `a temporary file cannot be written: ${code}`, { cause: thrown });
}
