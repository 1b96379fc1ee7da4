/**
 * Entangling histories (trail.md, "Cross-witnessing and time"): our link log records the peer's cosigned checkpoints, and the local log's.
 * Whoever rewrites one log must then rewrite the others. No timers: the caller ticks.
 */
import { hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { parseCheckpointText } from './checkpoint.ts';
import type { Entry } from './entry.ts';
import type { Mirror } from './mirror.ts';
import { parseNote } from './note.ts';
import type { LogName, Store } from './store.ts';

const PEER_INTERVAL = 60_000;
const LOCAL_INTERVAL = 3_600_000;

export interface EntanglerOptions {
  readonly store: Pick<Store, 'head' | 'checkpoint' | 'commit'>;
  readonly mirror: Pick<Mirror, 'latestWitnessed'>;
  /** The link's log, to which entries are appended. */
  readonly log: LogName;
  readonly link: NonNullable<Entry['link']>;
  readonly clockState: () => Entry['t']['clock'];
}

type Checkpoint = NonNullable<Entry['checkpoint']>;

/** An entry's record of a note: what it states, and the SHA-256 of the whole of it, signatures included. */
export function checkpointOf(note: string): Checkpoint {
  const { origin, size, root } = parseCheckpointText(parseNote(note).text);
  return { origin, size, root: Buffer.from(root).toString('base64'), note: hash('sha256', note, 'base64url') };
}

/** One kind of checkpoint that goes into the log: when it last did, and which. */
interface Thread {
  at: number;
  note: string | undefined;
}

export class Entangler {
  readonly #options: EntanglerOptions;
  readonly #peer: Thread = { at: -Infinity, note: undefined };
  readonly #local: Thread = { at: -Infinity, note: undefined };
  /** Entries of a shard that this object appended: they are no traffic, or two idle gateways would keep each other busy for ever. */
  #own = { origin: '', count: 0 };
  /** Where the shard stood, without them, when the last peer checkpoint was recorded. */
  #seen = '';

  constructor(options: EntanglerOptions) {
    this.#options = options;
  }

  /** Appends a `peer-checkpoint` once a minute while there is traffic, and a `local-checkpoint` once an hour; one that was recorded is not repeated. */
  async tick(now: number): Promise<void> {
    const { store, mirror, log, link } = this.#options;
    const { origin, size } = await store.head(log);
    if (this.#own.origin !== origin) this.#own = { origin, count: 0 };
    const traffic = `${origin} ${size - this.#own.count}`;
    if (traffic !== this.#seen && now - this.#peer.at >= PEER_INTERVAL) {
      const witnessed = await mirror.latestWitnessed(link.id);
      if (await this.#record('peer-checkpoint', this.#peer, witnessed?.note, now)) this.#seen = traffic;
    }
    if (now - this.#local.at >= LOCAL_INTERVAL) await this.#record('local-checkpoint', this.#local, await store.checkpoint((await store.head('local')).origin), now);
  }

  async #record(step: 'peer-checkpoint' | 'local-checkpoint', thread: Thread, note: string | undefined, now: number): Promise<boolean> {
    if (note === undefined || note === thread.note) return false;
    const { store, log, link, clockState } = this.#options;
    const entry: Entry = { v: 1, step, link, t: { ms: now, clock: clockState() }, checkpoint: checkpointOf(note) };
    const result = await store.commit({ entries: [{ log, entry }] });
    if (result.kind !== 'committed') throw new CausewayError('internal', 'a commit without an exchange met a conflict');
    this.#own.count += 1;
    thread.at = now;
    thread.note = note;
    return true;
  }
}
