/** A PKCS#11 token, by way of a process of its own: begun anew when it ends, asked whether it is well, and gone for nobody who does not need it. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { CausewayError } from '../../errors.ts';
import { childEnvironment } from '../../platform/environment.ts';
import type { FromToken, TokenSettings, TokenWork } from './messages.ts';

const PROCESS = join(import.meta.dirname, 'token-process.ts');
const PING_MS = 2000;
/** Before a process is begun anew; doubled each time that it ends before it was ready. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export interface TokenOptions extends TokenSettings {
  /** Milliseconds for one piece of work, and for a session at the start; a process that is slower is ended. */
  readonly timeout: number;
}

interface Asked {
  readonly resolve: (result: Buffer | undefined) => void;
  readonly reject: (error: CausewayError) => void;
}

export class Token {
  readonly #options: TokenOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #timer: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #said = '';
  #pause = FIRST_PAUSE_MS;
  #next = 0;
  #closed = false;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#begin();
    this.#timer = setInterval(() => void this.#ping(), PING_MS);
    this.#timer.unref();
  }

  /** Why the token cannot be used now; undefined where it can. */
  get loss(): string | undefined {
    return this.#isReady ? undefined : `the token "${this.#options.token}" is not there${this.#said === '' ? '' : `: ${this.#said}`}`;
  }

  /** Of the process that holds the vendor's library. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Waits for a token that is just coming. Undefined where it has no key of that label. Throws `dependency-lost`. */
  async ask(work: TokenWork): Promise<Buffer | undefined> {
    await this.#within(this.#ready.promise);
    const id = (this.#next += 1);
    const answer = new Promise<Buffer | undefined>((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.#child?.send({ ...work, id });
    try {
      return await this.#within(answer);
    } catch (thrown) {
      // One that hangs holds a session; whoever comes after begins with a new process.
      if (this.#asked.delete(id)) this.#child?.kill('SIGKILL');
      throw thrown;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  #begin(): void {
    const child = fork(PROCESS, [], { env: childEnvironment({}), execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#said = chunk.toString().trim().slice(0, 200)));
    child.on('message', (message: FromToken) => this.#hear(message));
    // Sending to one that has just ended.
    child.on('error', () => {});
    child.once('exit', () => this.#ended());
    child.unref();
    child.channel?.unref();
    const { timeout: _, ...settings } = this.#options;
    child.send(settings);
  }

  #hear(message: FromToken): void {
    if ('ready' in message) {
      [this.#isReady, this.#pause, this.#said] = [true, FIRST_PAUSE_MS, ''];
      this.#ready.resolve();
      return;
    }
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    asked?.resolve('result' in message ? Buffer.from(message.result, 'base64') : undefined);
  }

  #ended(): void {
    if (this.#isReady) this.#ready = Promise.withResolvers<void>();
    this.#isReady = false;
    for (const { reject } of this.#asked.values()) reject(lost('the process that holds its library ended'));
    this.#asked.clear();
    if (this.#closed) return;
    setTimeout(() => this.#closed || this.#begin(), this.#pause).unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  async #ping(): Promise<void> {
    if (this.#isReady) await this.ask({ work: 'ping' }).catch(() => {});
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    // An answer that came while this process was busy is heard first: it is not the token that was slow.
    const timer = setTimeout(() => setImmediate(() => late.reject(lost(this.loss ?? 'the token does not answer'))), this.#options.timeout);
    return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
  }
}

function lost(why: string): CausewayError {
  return new CausewayError('dependency-lost', why);
}
