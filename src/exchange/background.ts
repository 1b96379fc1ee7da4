/** Work of an exchange that goes on after its caller got an answer; waited for before the process ends. */
import { asCausewayError } from '../errors.ts';
import type { CausewayError } from '../errors.ts';

export class Background {
  readonly #running = new Map<string, Promise<void>>();
  readonly #failed: (xid: string, error: CausewayError) => void;

  constructor(failed: (xid: string, error: CausewayError) => void) {
    this.#failed = failed;
  }

  /** One piece of work an exchange: a second one under the same id joins the first. */
  run(xid: string, work: () => Promise<void>): void {
    if (this.#running.has(xid)) return;
    const running = work()
      .catch((thrown: unknown) => this.#failed(xid, asCausewayError(thrown)))
      .finally(() => this.#running.delete(xid));
    this.#running.set(xid, running);
  }

  /** Waits at most `graceMs`; what is still open then is taken up again at the next start. */
  async drain(graceMs: number): Promise<void> {
    const timer = Promise.withResolvers<void>();
    const handle = setTimeout(timer.resolve, graceMs);
    await Promise.race([Promise.allSettled(this.#running.values()), timer.promise]);
    clearTimeout(handle);
  }
}
