/** Which exchanges may begin: so many at once, none once the process drains, none on a link whose trail is not known to be whole. */
import { CausewayError } from '../errors.ts';

export class Admission {
  readonly #max: number;
  readonly #admit: (link: string) => Promise<void>;
  #running = 0;
  #draining = false;

  /** `admit` resolves where the log of a link is the one that its peer cosigned, and throws `trail-broken` or `trail-unconfirmed`. */
  constructor(max: number, admit: (link: string) => Promise<void>) {
    this.#max = max;
    this.#admit = admit;
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

  /** Throws `trail-broken` or `trail-unconfirmed`: for work that is admitted before its link is known. */
  requireIntact(link: string): Promise<void> {
    return this.#admit(link);
  }

  /** Throws `draining`, `trail-broken`, `trail-unconfirmed` or `overloaded` without running `work`. `link`: undefined where only the message will tell. */
  async run<T>(link: string | undefined, work: () => Promise<T>): Promise<T> {
    if (link !== undefined) await this.#admit(link);
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
