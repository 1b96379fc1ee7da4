/** Notes of ranges that both sides agree about, kept for whoever asks later: one file a side and range, below a folder a link. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../../platform/durable-file.ts';
import type { Range } from './reconcile.ts';

const FILE = /^[0-9]{1,15}-([0-9]{1,15})\.theirs\.note$/;

export class AgreedNotes {
  readonly #folder: string;
  readonly #until = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The peer's note last: with it the range is agreed, also after a crash. */
  async add(link: string, { from, to }: Range, { ours, theirs }: { readonly ours: string; readonly theirs: string }): Promise<void> {
    const file = (side: string) => join(this.#folder, link, `${from}-${to}.${side}.note`);
    await writeDurably(file('ours'), ours);
    await writeDurably(file('theirs'), theirs);
    this.#until.set(link, Math.max(this.until(link) ?? 0, to));
  }

  /** Number of the window up to which both sides agreed; undefined before the first. */
  until(link: string): number | undefined {
    if (!this.#until.has(link)) {
      const until = this.#read(link);
      if (until !== undefined) this.#until.set(link, until);
    }
    return this.#until.get(link);
  }

  #read(link: string): number | undefined {
    const ends = namesIn(join(this.#folder, link)).flatMap((name) => FILE.exec(name)?.[1] ?? []);
    return ends.length === 0 ? undefined : Math.max(...ends.map(Number));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
