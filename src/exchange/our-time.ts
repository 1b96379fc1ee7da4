/** The time of one gateway as its configuration says: tokens over its trail, its clock compared with others', and when either stops exchanges. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { ClockWatch } from '../trail/clock-watch.ts';
import type { Offset } from '../trail/clock-watch.ts';
import type { Entry } from '../trail/entry.ts';
import type { PeerClocks } from '../trail/peer-offset.ts';
import { Stamper } from '../trail/stamper.ts';
import type { ObserveTrail } from '../trail/steps.ts';
import type { LogName } from '../trail/store.ts';
import type { TimeAuthority } from '../trail/time-authority.ts';
import type { Dependencies } from './dependencies.ts';
import type { Peer } from './flow.ts';
import type { TrailStores } from './our-trail.ts';

const TICK_MS = 1000;
/** A measurement tells the state of the clock until the third one after it is due. */
const FRESH_INTERVALS = 3;

export interface TimeParts {
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly onStep: ObserveTrail | undefined;
  readonly dependencies: Pick<Dependencies, 'report'>;
}

export class OurTime implements PeerClocks {
  readonly #settings: GatewayConfig['timestamps'];
  readonly #parts: TimeParts;
  readonly #watch: ClockWatch;
  readonly #stamper: Stamper | undefined;
  #mayAppend: (link: LogName) => boolean = () => false;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #alarms = new Map<string, boolean>();

  /** Throws `config-invalid` for a root that is no certificate. */
  constructor(config: GatewayConfig, { store, mirror }: TrailStores, parts: TimeParts) {
    const { clock, log, peers, onStep } = parts;
    this.#settings = config.timestamps;
    this.#parts = parts;
    this.#watch = new ClockWatch({ ...config.clock, freshFor: FRESH_INTERVALS * (config.timestamps?.every ?? 0) }, clock);
    this.#stamper = config.timestamps && new Stamper({
      links: peers.map(({ link: { id, versions } }) => ({ id, version: (versions.at(-1) ?? versions[0]).agreement.version })),
      mayAppend: (link) => this.#mayAppend(link),
      authorities: config.timestamps.authorities.map(authorityOf),
      every: config.timestamps.every,
      limits: { maxBytes: config.timestamps.maxBytes, timeout: config.timestamps.timeout, signal: this.#stop.signal },
      store,
      reader: mirror,
      clock,
      watch: this.#watch,
      report: (authority, error) => (error === undefined ? log.info({ authority }, 'a time-stamping authority answers again') : log.warn({ authority, err: error }, 'no time-stamp; it is tried again')),
      observe: (step, facts) => {
        log.debug({ step, ...facts }, 'trail');
        onStep?.(step, facts);
      },
    });
    this.#tellMetrics();
  }

  /** As entries say it. */
  get state(): Entry['t']['clock'] {
    return this.#watch.state;
  }

  /** Whether two authorities agree that our clock is wrong. */
  get wrong(): boolean {
    return this.#watch.wrong;
  }

  /** What does not work, and does not stop the gateway yet. */
  get degraded(): string[] {
    const failing = this.#stamper?.failing.map((name) => `no time-stamps from ${name}`) ?? [];
    return this.state === 'unsynchronised' ? [...failing, 'the clock is off'] : failing;
  }

  /** Throws `time-unproven` where no exchange may begin on a link: our clock is wrong, or its peer's differs. What happens while nobody stamps, the link says (dependencies.ts). */
  admit(link: LogName): void {
    if (this.#watch.wrong) throw new CausewayError('time-unproven', 'two time-stamping authorities agree that the clock of this machine is wrong');
    if (this.apart(link)) throw new CausewayError('time-unproven', `our clock and that of the peer of link "${link}" are too far apart`);
  }

  measured(link: LogName, offset: Offset): void {
    this.#watch.measuredByPeer(link, offset);
    this.#alarm(`peer ${link}`, this.apart(link), { link, offsetMs: Math.round(offset.ms) }, "our clock and the peer's are too far apart: the link takes no exchanges");
  }

  apart(link: LogName): boolean {
    return this.#watch.apart(link);
  }

  /** From now on authorities are asked. `mayAppend`: whether the log of a link may grow. */
  start(mayAppend: (link: LogName) => boolean): void {
    this.#mayAppend = mayAppend;
    if (this.#stamper === undefined) return;
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
    void this.#tick();
  }

  /** Whoever is being asked is not waited for. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#ticking;
  }

  #tick(): Promise<void> {
    this.#ticking ??= this.#tickOnce().finally(() => (this.#ticking = undefined));
    return this.#ticking;
  }

  async #tickOnce(): Promise<void> {
    await this.#stamper?.tick();
    this.#tellLost();
    const offsets = Object.fromEntries([...this.#watch.offsets.authorities].map(([name, { ms }]) => [name, Math.round(ms)]));
    this.#alarm('wrong', this.#watch.wrong, { offsets }, 'two time-stamping authorities agree that our clock is wrong: the gateway takes no exchanges');
    this.#alarm('off', this.#watch.state === 'unsynchronised', { offsets }, 'our clock is off');
  }

  /** Lost since the oldest entry that nobody stamped, while none of the authorities answers. */
  #tellLost(): void {
    const { peers, dependencies } = this.#parts;
    const silent = this.#stamper !== undefined && this.#stamper.failing.length === this.#settings?.authorities.length;
    for (const { link } of peers) {
      const since = silent ? this.#stamper?.waitingSince(link.id) : undefined;
      dependencies.report('timestamps', since === undefined ? undefined : { why: 'no time-stamping authority answers', since }, link.id);
    }
  }

  /** Once when it begins, and once when it is over. */
  #alarm(name: string, on: boolean, facts: object, message: string): void {
    if (on === (this.#alarms.get(name) ?? false)) return;
    this.#alarms.set(name, on);
    if (on) this.#parts.log.error(facts, message);
    else this.#parts.log.info(facts, `no longer so: ${message}`);
  }

  #tellMetrics(): void {
    const { metrics, peers, clock } = this.#parts;
    const seconds = (offsets: ReadonlyMap<string, Offset>) => [...offsets].map(([name, { ms }]) => [name, ms / 1000] as const);
    metrics.gauges('clock_offset_seconds', 'How far the clock of a time-stamping authority, or of a link\'s peer, is ahead of ours.', 'source', () => [...seconds(this.#watch.offsets.authorities), ...seconds(this.#watch.offsets.peers)]);
    const stamper = this.#stamper;
    if (stamper === undefined) return;
    metrics.gauge('timestamp_authorities_failing', 'Time-stamping authorities that did not answer when they were asked last.', () => stamper.failing.length);
    metrics.gauges('timestamp_waiting_seconds', 'Age of the oldest entry of a link that no authority has time-stamped.', 'link', () => peers.map(({ link: { id } }) => [id, (clock.now() - (stamper.waitingSince(id) ?? clock.now())) / 1000] as const));
  }
}

type AuthoritySettings = NonNullable<GatewayConfig['timestamps']>['authorities'][number];

/** Throws `config-invalid` for a root that is no certificate. */
export function authorityOf({ url, roots, policy }: AuthoritySettings): TimeAuthority {
  const authorities = roots.map((file) => {
    try {
      return new X509Certificate(readFileSync(file)).raw;
    } catch (cause) {
      throw new CausewayError('config-invalid', `${file} is not a certificate`, { cause });
    }
  });
  return { name: url.replace(/^https?:\/\//, ''), url, trust: { authorities }, ...(policy === undefined ? {} : { policy }) };
}
