/** Refusals over a rate become one counted entry a minute (trail.md): whoever floods a gateway must not fill its store. */

export interface CountedRefusals {
  readonly log: string;
  readonly count: number;
}

export class RefusalRate {
  readonly #perMinute: number;
  readonly #taken = new Map<string, number>();
  #minute = 0;
  #over: CountedRefusals[] = [];

  /** `perMinute`: refusals of one log that get entries of their own. */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether one more refusal gets entries of its own. */
  take(log: string, now: number): boolean {
    this.#turn(now);
    const taken = (this.#taken.get(log) ?? 0) + 1;
    this.#taken.set(log, taken);
    return taken <= this.#perMinute;
  }

  /** What was only counted in the minutes before this one; each is told once. */
  due(now: number): readonly CountedRefusals[] {
    this.#turn(now);
    const due = this.#over;
    this.#over = [];
    return due;
  }

  #turn(now: number): void {
    const minute = Math.floor(now / 60_000);
    if (minute === this.#minute) return;
    for (const [log, taken] of this.#taken) if (taken > this.#perMinute) this.#over.push({ log, count: taken - this.#perMinute });
    this.#taken.clear();
    this.#minute = minute;
  }
}
