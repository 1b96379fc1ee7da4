/** Which exchanges may begin: so many at once, none once the process drains, none on a link whose trail is broken. */
import { CausewayError } from '../errors.ts';

export class Admission {
  readonly #max: number;
  readonly #intact: (link: string) => boolean;
  #running = 0;
  #draining = false;

  /** `intact`: whether the log of a link is still the one that its peer cosigned. */
  constructor(max: number, intact: (link: string) => boolean) {
    this.#max = max;
    this.#intact = intact;
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

  /** Throws `trail-broken`: for work that is admitted before its link is known. */
  requireIntact(link: string): void {
    if (!this.#intact(link)) throw new CausewayError('trail-broken', `the peer has cosigned a history of link "${link}" that our log does not hold`);
  }

  /** Throws `draining`, `trail-broken` or `overloaded` without running `work`. `link`: undefined where only the message will tell. */
  async run<T>(link: string | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#draining) throw new CausewayError('draining', 'the process is shutting down');
    if (link !== undefined) this.requireIntact(link);
    if (this.#running >= this.#max) throw new CausewayError('overloaded', `${this.#max} exchanges are on their way`);
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }
}
