/** Copies of a message that arrive while the first one is on its way wait for its outcome (protocol.md, "Exactly what happens once"). */

export class InFlight<T> {
  readonly #running = new Map<string, { readonly digest: string; readonly outcome: Promise<T> }>();

  get size(): number {
    return this.#running.size;
  }

  /** Runs `work` under `key`, or joins what runs under it. `conflict` makes the error for other bytes under the same key. */
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

  /** Resolves when nothing is on its way any more. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()].map(({ outcome }) => outcome));
  }
}
