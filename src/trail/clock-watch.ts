/**
 * What others' clocks say of ours (trail.md, "Cross-witnessing and time"): time-stamping authorities about our own, each peer about the two of us.
 * A peer alone can stop its own link and nothing else; the gateway stops when two authorities agree that its clock is wrong.
 */
import type { Clock } from '../platform/clock.ts';
import type { Entry } from './entry.ts';

/** How far another clock is ahead of ours, in milliseconds, give or take `within`. `at`: monotonic milliseconds of the measurement. */
export interface Offset {
  readonly ms: number;
  readonly within: number;
  readonly at: number;
}

/** `theirs`: what the other clock said between `sent` (our clock) and the answer; `before` and `after` are monotonic. */
export function offsetOf(measured: { readonly theirs: number; readonly within: number; readonly sent: number; readonly before: number; readonly after: number }): Offset {
  const half = (measured.after - measured.before) / 2;
  return { ms: measured.theirs - (measured.sent + half), within: measured.within + half, at: measured.after };
}

export interface ClockLimits {
  /** Milliseconds by which our clock may be off and still count as synchronised. */
  readonly alarmOffset: number;
  /** Beyond it, for two authorities, the gateway takes no exchanges. */
  readonly maxOffset: number;
  /** Beyond it, for the peer, its link takes none. */
  readonly maxPeerOffset: number;
  /** How long a measurement tells the state of the clock. */
  readonly freshFor: number;
}

export class ClockWatch {
  readonly #limits: ClockLimits;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #authorities = new Map<string, Offset>();
  readonly #peers = new Map<string, Offset>();

  constructor(limits: ClockLimits, clock: Pick<Clock, 'monotonic'>) {
    this.#limits = limits;
    this.#clock = clock;
  }

  measuredByAuthority(name: string, offset: Offset): void {
    this.#authorities.set(name, offset);
  }

  measuredByPeer(link: string, offset: Offset): void {
    this.#peers.set(link, offset);
  }

  /** The latest measurements, for metrics. */
  get offsets(): { readonly authorities: ReadonlyMap<string, Offset>; readonly peers: ReadonlyMap<string, Offset> } {
    return { authorities: this.#authorities, peers: this.#peers };
  }

  /** As entries say it: `unknown` where no authority has answered lately, `unsynchronised` where one is sure that we are off. */
  get state(): Entry['t']['clock'] {
    const oldest = this.#clock.monotonic() - this.#limits.freshFor;
    const fresh = [...this.#authorities.values()].filter(({ at }) => at >= oldest);
    if (fresh.length === 0) return 'unknown';
    return fresh.some((offset) => surelyBeyond(offset, this.#limits.alarmOffset) !== 0) ? 'unsynchronised' : 'synchronised';
  }

  /** Whether two authorities agree that our clock is wrong. One that falls silent afterwards does not take it back. */
  get wrong(): boolean {
    const signs = [...this.#authorities.values()].map((offset) => surelyBeyond(offset, this.#limits.maxOffset));
    return [-1, 1].some((sign) => signs.filter((one) => one === sign).length >= 2);
  }

  /** Whether our clock and that of a link's peer are too far apart, whoever of the two is wrong. */
  apart(link: string): boolean {
    const offset = this.#peers.get(link);
    return offset !== undefined && surelyBeyond(offset, this.#limits.maxPeerOffset) !== 0;
  }
}

/** 0 unless the offset is beyond `limit` even at its least; else its sign. */
function surelyBeyond({ ms, within }: Offset, limit: number): number {
  return Math.abs(ms) - within > limit ? Math.sign(ms) : 0;
}
