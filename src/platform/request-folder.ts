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
    await writeDurably(this.#path(id), `${JSON.stringify(content, undefined, 2)}\n`);
  }

  async ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(unlessMissing([]));
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length)).sort();
  }

  /** Durable at the latest with the next file that is written here; one that is not there is no mistake. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Throws what the file system or `parse` throws. */
  async read(id: string): Promise<T> {
    return this.#parse(JSON.parse(await readFile(this.#path(id), 'utf8')));
  }

  /** Undefined where there is none: another process may take it away at any time. Throws as `read`. */
  async find(id: string): Promise<T | undefined> {
    const text = await readFile(this.#path(id), 'utf8').catch(unlessMissing(undefined));
    return text === undefined ? undefined : this.#parse(JSON.parse(text));
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${SUFFIX}`);
  }
}

function unlessMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
