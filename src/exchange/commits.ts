/** Commits of the store, with the files of the spool that they name. */
import { asCausewayError } from '../errors.ts';
import { cohort } from '../platform/cohort.ts';
import { keepContent } from '../platform/content.ts';
import type { Spool } from '../platform/spool.ts';
import type { Content } from '../stages.ts';
import type { Commit, CommitResult, KeptFile, Store } from '../trail/store.ts';

/** Keeps a content beyond its exchange; what does not fit in memory is then a file of its own, which the commit names. Throws `disk-full`. */
export type Keep = (content: Content, keptFor: KeptFile['keptFor']) => Promise<Content>;

export class Commits {
  readonly #store: Store;
  readonly #spool: Spool;

  constructor(store: Store, spool: Spool) {
    this.#store = store;
    this.#spool = spool;
  }

  /**
   * Store.commit of what `make` makes. The files that it keeps are on disk before the commit names them; those that nobody names are removed, but when the store
   * fails: then nobody knows, and the next start looks.
   */
  async run(make: (keep: Keep) => Commit | Promise<Commit>): Promise<CommitResult> {
    const files: KeptFile[] = [];
    const keep: Keep = async (content, keptFor) => {
      const kept = await keepContent(content, this.#spool);
      files.push(...kept.files.map((name) => ({ name, keptFor })));
      return kept.content;
    };
    await cohort('record');
    try {
      const commit = await make(keep);
      const result = await this.#store.commit(files.length === 0 ? commit : { ...commit, files });
      await this.#remove(result.kind === 'committed' ? result.dropped : namesOf(files));
      return result;
    } catch (thrown) {
      if (asCausewayError(thrown).code !== 'store-unavailable') await this.#remove(namesOf(files));
      throw thrown;
    }
  }

  async #remove(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#spool.remove(names);
  }
}

function namesOf(files: readonly KeptFile[]): string[] {
  return files.map(({ name }) => name);
}
