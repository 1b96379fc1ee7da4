/** The expiry horizon of a running gateway: a line in the log as each end comes nearer, and days for the metrics. */
import { asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { daysLeft, endsWithin } from './horizon.ts';
import type { HorizonItem } from './horizon.ts';

/** Days before an end at which the log tells of it, nearest first. */
export const WARN_DAYS = [1, 7, 30, 60] as const;
/** From here on every day. */
const DAILY_FROM = 7;
const DAY_MS = 86_400_000;

export interface HorizonWatchOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Reads the files again: they are replaced while the gateway runs. */
  read(now: number): Promise<readonly HorizonItem[]>;
}

export class HorizonWatch {
  readonly #options: HorizonWatchOptions;
  #items: readonly HorizonItem[] = [];
  /** By item: the band that the log has told of, and when. */
  #told: ReadonlyMap<string, { readonly band: number; readonly at: number }> = new Map();

  constructor(options: HorizonWatchOptions) {
    this.#options = options;
  }

  /** To be called more often than once a day; what was told is not told again that day. Never throws. */
  async look(): Promise<void> {
    const { clock, log, read } = this.#options;
    const now = clock.now();
    try {
      this.#items = await read(now);
    } catch (thrown) {
      return log.error({ err: asCausewayError(thrown) }, 'what will expire cannot be told');
    }
    this.#told = new Map(this.#items.flatMap((item) => this.#tell(item, now)));
  }

  /** Days that are left, by what ends: as metrics show them. What cannot be read has none left. */
  *days(): Iterable<readonly [string, number]> {
    const now = this.#options.clock.now();
    const ends = this.#items.filter(({ kind, at, problem }) => kind === 'ends' && (at !== undefined || problem !== undefined));
    // A label that several share shows the soonest: it is the first of the list.
    for (const [label, [item]] of Map.groupBy(ends, ({ what, file }) => `${what}: ${file}`)) if (item !== undefined) yield [label, daysLeft(item, now) ?? 0];
  }

  #tell(item: HorizonItem, now: number): readonly (readonly [string, { readonly band: number; readonly at: number }])[] {
    const band = WARN_DAYS.find((days) => endsWithin(item, days, now));
    if (band === undefined) return [];
    const key = `${item.what}\n${item.about}\n${item.file}`;
    const before = this.#told.get(key);
    const again = band <= DAILY_FROM && now - (before?.at ?? 0) >= DAY_MS;
    if (before !== undefined && band >= before.band && !again) return [[key, { band, at: before.at }]];
    const { what, about, file, at, problem } = item;
    const facts = { what, about, file, ...(at === undefined ? {} : { at: new Date(at).toISOString(), days: daysLeft(item, now) }), ...(problem === undefined ? {} : { problem }) };
    if (band === WARN_DAYS[0]) this.#options.log.error(facts, 'expired, or expires within a day: causeway horizon');
    else this.#options.log.warn(facts, `expires within ${band} days: causeway horizon`);
    return [[key, { band, at: now }]];
  }
}
