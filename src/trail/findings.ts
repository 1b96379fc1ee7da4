/** How many things are wrong with the peers' logs, for metrics: looked at now and then, never while an exchange waits. */
import type { Clock } from '../platform/clock.ts';
import type { Breach, Mirror } from './mirror.ts';

const LOOK_MS = 10_000;
const BROKEN: readonly Breach['kind'][] = ['promise-late', 'promise-other-leaf', 'missing-there', 'unknown-here'];

export class Findings {
  readonly #mirror: Pick<Mirror, 'incidents' | 'breaches'>;
  readonly #clock: Clock;
  #next = -Infinity;
  /** Of all links, as of the last look. */
  incidents = 0;
  breaches = 0;
  unacknowledged = 0;

  constructor(mirror: Pick<Mirror, 'incidents' | 'breaches'>, clock: Clock) {
    this.#mirror = mirror;
    this.#clock = clock;
  }

  /** At most every ten seconds; the caller ticks. */
  async look(): Promise<void> {
    if (this.#clock.monotonic() < this.#next) return;
    this.#next = this.#clock.monotonic() + LOOK_MS;
    const [incidents, breaches] = [await this.#mirror.incidents('open'), await this.#mirror.breaches()];
    this.incidents = incidents.length;
    this.breaches = breaches.filter(({ kind }) => BROKEN.includes(kind)).length;
    this.unacknowledged = breaches.filter(({ kind }) => kind === 'unacknowledged').length;
  }
}
