/** Collecting bytes that come in pieces: in memory at first, in a temporary file once they are more than may lie there. */
import type { Spooled } from './spool-file.ts';
import type { SpoolScope, SpoolWriter } from './spool.ts';

export class Collector {
  readonly #scope: SpoolScope | undefined;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #writer: SpoolWriter | undefined;

  /** Without a scope everything stays in memory: the caller counts. */
  constructor(scope: SpoolScope | undefined) {
    this.#scope = scope;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Whether it lies in a file: bytes that were added may be used again then, once `add` has resolved. */
  get spilled(): boolean {
    return this.#writer !== undefined;
  }

  /** A promise when the disk must be waited for before the next piece; it rejects with `disk-full`. */
  add(bytes: Uint8Array): Promise<void> | undefined {
    this.#length += bytes.length;
    if (this.#writer !== undefined) return this.#writer.add(bytes);
    this.#chunks.push(bytes);
    return this.#scope !== undefined && this.#length > this.#scope.memoryBytes ? this.#spill(this.#scope) : undefined;
  }

  /** What was added: at once, where all of it is in memory. */
  end(): Uint8Array | Promise<Spooled> {
    if (this.#writer !== undefined) return this.#writer.finish();
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks, this.#length);
  }

  async #spill(scope: SpoolScope): Promise<void> {
    this.#writer = await scope.writer();
    for (const chunk of this.#chunks.splice(0)) await this.#writer.add(chunk);
  }
}
