/**
 * Time-stamps over cosigned checkpoints (trail.md, "Cross-witnessing and time"): each token becomes an entry of the log, and is kept. Only entries
 * of exchanges and operators call for one, or two idle gateways would stamp each other's stamps for ever.
 */
import { randomBytes } from 'node:crypto';
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { DownloadLimits } from '../platform/download.ts';
import type { ClockWatch } from './clock-watch.ts';
import { checkpointOf } from './entangle.ts';
import { parseEntry } from './entry.ts';
import type { Entry, Step } from './entry.ts';
import type { LogReader } from './mirror.ts';
import type { ObserveTrail } from './steps.ts';
import type { LogName, Store, TreeHead } from './store.ts';
import { askForTimestamp } from './time-authority.ts';
import type { Stamped, TimeAuthority } from './time-authority.ts';

export interface StamperOptions {
  readonly links: readonly NonNullable<Entry['link']>[];
  /** Whether the log of a link may grow: one that is still compared with the peer's mirror must not. */
  mayAppend(link: LogName): boolean;
  readonly authorities: readonly TimeAuthority[];
  /** Milliseconds between two tokens of one authority. */
  readonly every: number;
  readonly limits: DownloadLimits;
  readonly store: Pick<Store, 'checkpoint' | 'publiclyWitnessed' | 'commit' | 'timestamps'>;
  readonly reader: Pick<LogReader, 'shards' | 'entries'>;
  readonly clock: Clock;
  readonly watch: ClockWatch;
  /** `error` undefined: the authority answers again. */
  report(authority: string, error: CausewayError | undefined): void;
  readonly observe: ObserveTrail;
}

/** Steps that say nothing of an exchange: they come with time, and call for no token. */
const OF_THE_LOG: ReadonlySet<Step> = new Set(['peer-checkpoint', 'local-checkpoint', 'previous-checkpoint', 'timestamp']);
const RETRY_MS = 30_000;
/** Entries that are read at once while looking for the first that calls for a token. */
const BATCH = 256;
/** A shard that ended and the one after it: what is older was stamped, or can no longer be stamped near its time. */
const SHARDS = 2;

/** One authority: when it is asked next, and how far each shard carries its tokens. */
interface Thread {
  readonly authority: TimeAuthority;
  /** Monotonic milliseconds. */
  nextAt: number;
  failing: boolean;
  /** By origin: every entry below is under a token, or calls for none. Undefined until the store was asked. */
  covered: Map<string, number> | undefined;
  /** By link: UTC milliseconds of the oldest entry that calls for a token and has none. */
  readonly waiting: Map<LogName, number>;
}

export class Stamper {
  readonly #options: StamperOptions;
  readonly #threads: readonly Thread[];
  #running: Promise<void> | undefined;

  constructor(options: StamperOptions) {
    this.#options = options;
    this.#threads = options.authorities.map((authority) => ({ authority, nextAt: -Infinity, failing: false, covered: undefined, waiting: new Map() }));
  }

  /** Names of authorities that did not answer, or not as they must, when they were asked last. */
  get failing(): string[] {
    return this.#threads.filter(({ failing }) => failing).map(({ authority }) => authority.name);
  }

  /** UTC milliseconds of the oldest entry of a link that no authority has time-stamped; undefined where there is none. */
  waitingSince(link: LogName): number | undefined {
    const since = this.#threads.map(({ waiting }) => waiting.get(link));
    return since.includes(undefined) ? undefined : Math.max(...since.map(Number));
  }

  /** Asks every authority that is due. Overlapping calls join the one that runs; failures are reported, never thrown. */
  tick(): Promise<void> {
    this.#running ??= Promise.all(this.#threads.map((thread) => this.#tickOne(thread))).then(() => (this.#running = undefined));
    return this.#running;
  }

  async #tickOne(thread: Thread): Promise<void> {
    const { clock, every, limits, report } = this.#options;
    if (clock.monotonic() < thread.nextAt) return;
    try {
      const all = await this.#stampAll(thread);
      if (thread.failing) report(thread.authority.name, undefined);
      thread.failing = false;
      thread.nextAt = clock.monotonic() + (all ? every : Math.min(every, RETRY_MS));
    } catch (thrown) {
      if (limits.signal?.aborted === true) return;
      thread.failing = true;
      thread.nextAt = clock.monotonic() + Math.min(every, RETRY_MS);
      report(thread.authority.name, asCausewayError(thrown));
    }
  }

  /** False while a link may not grow yet. An idle gateway asks as well, over random bytes and keeping nothing: its clock is to be known before the next exchange. */
  async #stampAll(thread: Thread): Promise<boolean> {
    const { links, mayAppend } = this.#options;
    const open = links.filter(({ id }) => mayAppend(id));
    // Before anything is asked: an authority that does not answer must not hide what waits on the links after the first.
    for (const { id } of open) await this.#look(thread, id);
    let asked = false;
    for (const link of open) {
      for (const { origin } of await this.#shards(link.id)) asked = (await this.#stamp(thread, link, origin)) || asked;
      await this.#look(thread, link.id);
    }
    if (!asked) await this.#ask(thread, randomBytes(32));
    return open.length === links.length;
  }

  /** One token over a cosigned checkpoint of a shard, if anything below it calls for one. */
  async #stamp(thread: Thread, link: NonNullable<Entry['link']>, origin: string): Promise<boolean> {
    const { store, clock, watch, observe } = this.#options;
    const note = await this.#noteThatCalls(thread, origin);
    if (note === undefined) return false;
    const checkpoint = checkpointOf(note);
    observe('stamp.asked', { log: link.id, origin, size: checkpoint.size });
    const { token, stamp } = await this.#ask(thread, Buffer.from(note));
    const digest = sha256Base64url(token);
    const entry: Entry = { v: 1, step: 'timestamp', link, t: { ms: clock.now(), clock: watch.state }, checkpoint, digest, authority: thread.authority.name };
    const timestamp = { digest, origin, size: checkpoint.size, authority: thread.authority.name, time: stamp.time, note, token };
    const result = await store.commit({ entries: [{ log: link.id, entry }], timestamp });
    if (result.kind !== 'committed') throw new CausewayError('internal', 'a commit without an exchange met a conflict');
    (await this.#coveredBy(thread)).set(origin, checkpoint.size);
    observe('stamp.stored', { log: link.id, origin, size: checkpoint.size });
    return true;
  }

  /** The latest that a public witness cosigned too, if anything below it calls for a token; else the latest, if so. */
  async #noteThatCalls(thread: Thread, origin: string): Promise<string | undefined> {
    const { store } = this.#options;
    for (const note of [await store.publiclyWitnessed(origin), await store.checkpoint(origin)]) {
      if (note !== undefined && (await this.#firstCalling(thread, origin, checkpointOf(note).size)) !== undefined) return note;
    }
    return undefined;
  }

  async #ask({ authority }: Thread, data: Uint8Array): Promise<Stamped> {
    const { limits, clock, watch } = this.#options;
    const stamped = await askForTimestamp(data, authority, limits, clock);
    watch.measuredByAuthority(authority.name, stamped.offset);
    return stamped;
  }

  /** Notes since when a link waits for a token of this authority. */
  async #look(thread: Thread, link: LogName): Promise<void> {
    thread.waiting.delete(link);
    for (const { origin, size } of await this.#shards(link)) {
      const since = await this.#firstCalling(thread, origin, size);
      if (since !== undefined && !thread.waiting.has(link)) thread.waiting.set(link, since);
    }
  }

  async #shards(link: LogName): Promise<readonly TreeHead[]> {
    return (await this.#options.reader.shards('ours', link)).slice(-SHARDS);
  }

  /** UTC milliseconds of the first entry below `size` that calls for a token and is under none. Remembers what it passed. */
  async #firstCalling(thread: Thread, origin: string, size: number): Promise<number | undefined> {
    const covered = await this.#coveredBy(thread);
    for (let from = covered.get(origin) ?? 0; from < size; from = covered.get(origin) ?? size) {
      const entries = await this.#options.reader.entries(origin, from, Math.min(size, from + BATCH));
      const at = entries.findIndex((bytes) => bytes !== undefined && !OF_THE_LOG.has(parseEntry(bytes).step));
      covered.set(origin, from + (at < 0 ? entries.length : at));
      const bytes = entries[at];
      if (bytes !== undefined) return parseEntry(bytes).t.ms;
    }
    return undefined;
  }

  async #coveredBy(thread: Thread): Promise<Map<string, number>> {
    thread.covered ??= new Map((await this.#options.store.timestamps(thread.authority.name)).map(({ origin, size }) => [origin, size]));
    return thread.covered;
  }
}
