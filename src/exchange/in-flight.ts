/** Work of which one piece an id runs at a time: copies that arrive meanwhile wait for its outcome (protocol.md, "Exactly what happens once"). */

export class InFlight<T> {
  readonly #running = new Map<string, { readonly digest: string; readonly outcome: Promise<T> }>();

  get size(): number {
    return this.#running.size;
  }

  /**
   * Runs `work` under `key`, or joins what runs under it. `conflict` makes the error for other bytes under the same key.
   * What `work` made durable stands in the store before the key is free: work that looks there first can never be done twice.
   */
  async run(key: string, digest: string, work: () => Promise<T>, conflict: () => Error): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) {
      if (running.digest !== digest) throw conflict();
      return running.outcome;
    }
    const outcome = work().finally(() => this.#running.delete(key));
    this.#running.set(key, { digest, outcome });
    return outcome;
  }

  /** Resolves when nothing is on its way any more, at most after `graceMs`. */
  async drained(graceMs: number): Promise<void> {
    const timer = Promise.withResolvers<'late'>();
    const handle = setTimeout(timer.resolve, graceMs, 'late');
    let late: unknown;
    while (this.#running.size > 0 && late !== 'late') late = await Promise.race([Promise.allSettled([...this.#running.values()].map(({ outcome }) => outcome)), timer.promise]);
    clearTimeout(handle);
  }
}
