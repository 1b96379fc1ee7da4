/** How many exchanges may be on their way at once, and none once the process drains. */
import { CausewayError } from '../errors.ts';

export class Admission {
  readonly #max: number;
  #running = 0;
  #draining = false;

  constructor(max: number) {
    this.#max = max;
  }

  get running(): number {
    return this.#running;
  }

  get open(): boolean {
    return !this.#draining;
  }

  /** From now on every new exchange is refused with `draining`. */
  drain(): void {
    this.#draining = true;
  }

  /** Throws `draining` or `overloaded` without running `work`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#draining) throw new CausewayError('draining', 'the process is shutting down');
    if (this.#running >= this.#max) throw new CausewayError('overloaded', `${this.#max} exchanges are on their way`);
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}
