/** What every step of an exchange can be told with, whoever tells it: its link, and how long the exchange has been here. */
import type { Clock } from '../platform/clock.ts';

/** Exchanges remembered at once: more than can be on their way. What is forgotten is told without link and time. */
const REMEMBERED = 10_000;

export interface Progressed {
  readonly link?: unknown;
  /** An echo of the gateways, not a question of a member. */
  readonly echo?: true;
  /** Milliseconds since the first step here. */
  readonly ms?: number;
}

interface Begun {
  readonly at: number;
  link?: unknown;
  echo: boolean;
}

/** Remembers the first step of each exchange. */
export class Progress {
  readonly #begun = new Map<string, Begun>();
  readonly #clock: Clock;
  readonly #echoes: ReadonlySet<unknown>;

  /** `echoes`: federated identifiers of services whose exchanges are echoes. */
  constructor(clock: Clock, echoes: ReadonlySet<string> = new Set()) {
    this.#clock = clock;
    this.#echoes = echoes;
  }

  /** `facts` with the link that an earlier step named, and the time since the first one. */
  with<F extends { readonly xid: string; readonly link?: unknown; readonly service?: unknown }>(facts: F): F & Progressed {
    const { xid, link, service } = facts;
    if (xid === '') return facts;
    const begun = this.#begun.get(xid) ?? this.#begin(xid);
    begun.link ??= link;
    begun.echo ||= this.#echoes.has(service);
    return { ...facts, ...(begun.link === undefined ? {} : { link: begun.link }), ...(begun.echo ? { echo: true as const } : {}), ms: Math.round(this.#clock.monotonic() - begun.at) };
  }

  #begin(xid: string): Begun {
    const begun = { at: this.#clock.monotonic(), echo: false };
    this.#begun.set(xid, begun);
    // A Map keeps the order of insertion: the first is the oldest.
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > REMEMBERED && oldest !== undefined) this.#begun.delete(oldest);
    return begun;
  }
}
