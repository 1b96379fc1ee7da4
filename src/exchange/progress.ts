/** What every step of an exchange can be told with, whoever tells it: its link, and how long the exchange has been here. */
import type { Clock } from '../platform/clock.ts';

/** Exchanges remembered at once: more than can be on their way. What is forgotten is told without link and time. */
const REMEMBERED = 10_000;

export interface Progressed {
  readonly link?: unknown;
  /** Milliseconds since the first step here. */
  readonly ms?: number;
}

/** Remembers the first step of each exchange. */
export class Progress {
  readonly #begun = new Map<string, { readonly at: number; link?: unknown }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `facts` with the link that an earlier step named, and the time since the first one. */
  with<F extends { readonly xid: string; readonly link?: unknown }>(facts: F): F & Progressed {
    const { xid, link } = facts;
    if (xid === '') return facts;
    const begun = this.#begun.get(xid) ?? this.#begin(xid);
    begun.link ??= link;
    return { ...facts, ...(begun.link === undefined ? {} : { link: begun.link }), ms: Math.round(this.#clock.monotonic() - begun.at) };
  }

  #begin(xid: string): { readonly at: number; link?: unknown } {
    const begun = { at: this.#clock.monotonic() };
    this.#begun.set(xid, begun);
    // A Map keeps the order of insertion: the first is the oldest.
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > REMEMBERED && oldest !== undefined) this.#begun.delete(oldest);
    return begun;
  }
}
