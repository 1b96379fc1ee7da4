/** Calls to an object that lives in a thread of its own: arguments and results are copied, errors come back as CausewayError. */
import { parentPort } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

/** Methods by name; the thread runs them one at a time, in the order of the calls. */
export type CallTable<C> = { readonly [M in keyof C]: (...args: never[]) => unknown };

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly code: ErrorCode; readonly message: string });

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Id of the message with which a thread says that it is there, or why not. */
const OPENED = 0;

export class WorkerCalls<C extends CallTable<C>> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = OPENED;
  #gone: string | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error) => this.#lose(String(error)));
    worker.on('exit', () => this.#lose('its thread ended'));
  }

  /** Resolves when the thread has opened what it keeps. */
  opened(): Promise<void> {
    return new Promise((resolve, reject) => void this.#waiting.set(OPENED, { resolve, reject }));
  }

  /** Rejects with what the method threw, and with `store-unavailable` once the thread is gone. */
  call<M extends keyof C & string>(method: M, ...args: Parameters<C[M]>): Promise<ReturnType<C[M]>> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) throw this.#unavailable();
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      this.#worker.postMessage({ id: this.#last, method, args } satisfies Call);
    });
  }

  /** Ends the thread after the calls that were made. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage({ id: -1, method: 'close', args: [] } satisfies Call);
    await ended;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('code' in answer) waiting?.reject(new CausewayError(answer.code, answer.message));
    else waiting?.resolve(answer.value as never);
  }

  #lose(reason: string): void {
    this.#gone ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#unavailable());
    this.#waiting.clear();
  }

  #unavailable(): CausewayError {
    return new CausewayError('store-unavailable', `the mirror failed: ${this.#gone}`);
  }
}

/** The thread's side: opens, then answers calls until it is told to close. `what` names the file in errors of the database. */
export function serveCalls<C extends CallTable<C>>(what: string, open: () => { readonly calls: C; readonly close: () => void }): void {
  const port = parentPort!;
  const answer = (id: number, run: () => unknown): void => {
    try {
      port.postMessage({ id, value: run() } satisfies Answer);
    } catch (thrown) {
      const { code, message } = failureOf(thrown, what);
      port.postMessage({ id, code, message } satisfies Answer);
      if (id === OPENED) port.close();
    }
  };
  answer(OPENED, () => {
    const { calls, close } = open();
    port.on('message', ({ id, method, args }: Call) => {
      if (method !== 'close') return answer(id, () => calls[method as keyof C](...(args as never[])));
      close();
      port.close();
    });
  });
}

/** An error that is none of ours comes from SQLite: a disk that is full, a page that is damaged. */
function failureOf(thrown: unknown, what: string): { readonly code: ErrorCode; readonly message: string } {
  const { code, message } = asCausewayError(thrown);
  const isDatabase = code === 'internal' && typeof thrown === 'object' && thrown !== null && 'errcode' in thrown;
  return isDatabase ? { code: 'store-unavailable', message: `${what}: ${message}` } : { code, message };
}
