/** Walks a page as its reader would: writes its files, runs its commands in the folders that it names, and fills in what earlier commands printed. */
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './pages.ts';
import type { Block } from './pages.ts';

/** A command of the page that runs until it is stopped. */
interface Running {
  stop(): Promise<void>;
}

const READY = /"msg":"ready"|Ctrl-C stops both/;
const READY_MS = 180_000;

export class Walk {
  /** Folder that holds all others: the page's desk. */
  readonly #desk: string;
  /** Where the page's short names are. */
  readonly #folders: Readonly<Record<string, string>>;
  /** What stands on the page and what stands for it here. */
  readonly #words = new Map<string, string>();
  readonly #running = new Map<string, Running>();
  #preamble = '';

  constructor(desk: string, folders: Readonly<Record<string, string>>) {
    this.#desk = desk;
    this.#folders = folders;
    for (const folder of Object.values(folders)) mkdirSync(join(desk, folder), { recursive: true });
    this.replace('/opt/causeway', ROOT);
  }

  /** From now on `found` stands wherever the page says `word`. */
  replace(word: string, found: string): void {
    this.#words.set(word, found);
  }

  /** Does what one block says; returns what it printed, standard error after standard output. Throws when a command fails. */
  async take({ language, words, text }: Block): Promise<string> {
    const [where = '', mode = ''] = words;
    const filled = this.#fill(text);
    if (language === 'yaml') return this.#write(words, filled);
    if (where === 'all') {
      this.#preamble = filled;
      return '';
    }
    const folder = join(this.#desk, this.#folders[where] ?? '.');
    if (mode === 'leave-running') return this.#leaveRunning(where, filled, folder);
    return this.run(filled, folder);
  }

  /** Runs a script in a folder of the desk, as `take` does. */
  run(script: string, folder = this.#desk): string {
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', `${this.#preamble}\n${script}`], { cwd: folder, encoding: 'utf8', timeout: 240_000 });
    if (status !== 0) throw new Error(`exit code ${status} of\n${script}\n${stdout}${stderr}`);
    return stdout + stderr;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.stop()));
  }

  #fill(text: string): string {
    return [...this.#words].reduce((filled, [word, found]) => filled.replaceAll(word, found), text);
  }

  #write(words: readonly string[], text: string): string {
    const append = words[0] === 'append';
    const file = join(this.#desk, words.at(-1) ?? '');
    mkdirSync(dirname(file), { recursive: true });
    (append ? appendFileSync : writeFileSync)(file, text);
    return '';
  }

  /** Starts a command and waits until it says that it is ready; the one that ran there before is stopped first, as Ctrl-C would. */
  async #leaveRunning(where: string, script: string, folder: string): Promise<string> {
    await this.#running.get(where)?.stop();
    // As the shell itself, so that a signal reaches it, and a Ctrl-C of this test too.
    const preamble = this.#preamble.replace('{ node ', '{ exec node ');
    const child = spawn('bash', ['-euc', `${preamble}\n${script}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#running.set(where, {
      stop: () => {
        child.kill('SIGTERM');
        return ended;
      },
    });
    let output = '';
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ready after ${READY_MS} ms:\n${script}\n${output}`)), READY_MS);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!READY.test(output)) return;
        clearTimeout(late);
        resolve(output);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void ended.then(() => reject(new Error(`ended before it was ready:\n${script}\n${output}`)));
      void ended.finally(() => clearTimeout(late));
    });
  }
}
