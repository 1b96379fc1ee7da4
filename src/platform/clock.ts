/** Time as an argument (house.md, law 5): rooms get a Clock, only platform, cli and main make one. */
export interface Clock {
  /** Wall clock, UTC milliseconds. */
  now(): number;
  /** Monotonic milliseconds; for durations and deadlines, never for dates. */
  monotonic(): number;
}

/** The machine's clock, shifted by `offsetMs` (tests and the sandbox set a clock wrong with it). */
export function systemClock(offsetMs = 0): Clock {
  return { now: () => Date.now() + offsetMs, monotonic: () => performance.now() };
}
