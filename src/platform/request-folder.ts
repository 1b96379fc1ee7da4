/**
 * What operators ask of a gateway, as one file a request in a folder that the gateway looks into. Who may ask is who may write there: the
 * operating system says, nothing listens, and a request outlives a gateway that is stopped.
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';

const SUFFIX = '.json';

export interface RequestFile<T> {
  readonly id: string;
  readonly content: T;
}

export class RequestFolder<T> {
  readonly #folder: string;
  readonly #parse: (value: unknown) => T;

  /** `parse` throws for what is none of ours. */
  constructor(folder: string, parse: (value: unknown) => T) {
    this.#folder = folder;
    this.#parse = parse;
  }

  /** Replaces what the file said; durable when it resolves. */
  async write(id: string, content: T): Promise<void> {
    await writeDurably(join(this.#folder, `${id}${SUFFIX}`), `${JSON.stringify(content, undefined, 2)}\n`);
  }

  async ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length)).sort();
  }

  /** Durable at the latest with the next file that is written here; one that is not there is no mistake. */
  async remove(id: string): Promise<void> {
    await rm(join(this.#folder, `${id}${SUFFIX}`), { force: true });
  }

  /** Throws what the file system or `parse` throws. */
  async read(id: string): Promise<T> {
    return this.#parse(JSON.parse(await readFile(join(this.#folder, `${id}${SUFFIX}`), 'utf8')));
  }
}
