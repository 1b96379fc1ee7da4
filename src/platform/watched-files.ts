/** Files that people and programs replace while the gateway runs. */
import { statSync } from 'node:fs';

export class WatchedFiles {
  readonly #files: () => readonly string[];
  #seen: string;

  /** `files`: asked for at each look. What is there now is known. */
  constructor(files: () => readonly string[]) {
    this.#files = files;
    this.#seen = this.#state();
  }

  /** Whether any of them is another one than at the last look that said so. */
  changed(): boolean {
    const now = this.#state();
    if (now === this.#seen) return false;
    this.#seen = now;
    return true;
  }

  #state(): string {
    return this.#files().map((file) => stateOf(file)).join('\n');
  }
}

/** A file that is renamed into place has another inode, one that is written in place another time. */
function stateOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? `${file} -` : `${file} ${stat.ino} ${stat.size} ${stat.mtimeNs}`;
}
