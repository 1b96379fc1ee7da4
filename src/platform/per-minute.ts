/** Counting what may be done so many times a minute. In memory: after a restart the minute begins anew. */

const MINUTE_MS = 60_000;

export class PerMinute {
  readonly #taken = new Map<string, number>();
  #minute = -1;

  /** How often `key` was taken in this minute, this time included. `ms`: of whatever clock counts. */
  take(key: string, ms: number): number {
    const minute = Math.floor(ms / MINUTE_MS);
    if (minute !== this.#minute) this.#taken.clear();
    this.#minute = minute;
    const taken = (this.#taken.get(key) ?? 0) + 1;
    this.#taken.set(key, taken);
    return taken;
  }
}

/** RFC 3339: when the minute of `now` (UTC ms) is over. */
export function endOfMinute(now: number): string {
  return new Date((Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS).toISOString();
}
