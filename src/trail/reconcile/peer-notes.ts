/** The peer's notes, as they come: signed just now, and each held against the peer's own log as we mirror it. A note that its own log does not bear out is an incident that nobody can take back. */
import type { Clock } from '../../platform/clock.ts';
import type { Mirror } from '../mirror.ts';
import type { NoteVerifier } from '../note.ts';
import { openFreshInterval, sameInterval } from './note.ts';
import type { Interval } from './note.ts';
import type { Sets } from './sets.ts';

/** Milliseconds after a note by which a checkpoint of the peer has all that the note names. */
const SHOWN_MS = 600_000;
/** Notes that wait for the mirror. */
const MAX_WAITING = 100;

export interface PeerNotesOptions {
  readonly link: string;
  readonly verifier: NoteVerifier;
  readonly sets: Pick<Sets, 'summaryAt' | 'isWhole'>;
  readonly mirror: Pick<Mirror, 'latestWitnessed' | 'openIncident'>;
  readonly clock: Clock;
}

export class PeerNotes {
  readonly #options: PeerNotesOptions;
  /** UTC seconds of the last one. */
  #latest = 0;
  /** Those that the mirror is not far enough to judge. */
  readonly #waiting: { readonly interval: Interval; readonly note: string }[] = [];

  constructor(options: PeerNotesOptions) {
    this.#options = options;
  }

  /** Throws as openFreshInterval; a note that it opens is judged, now or when the mirror is far enough. */
  async open(note: string): Promise<Interval> {
    const { link, verifier, clock } = this.#options;
    const interval = openFreshInterval(note, { key: verifier, link, latest: this.#latest, now: clock.now() });
    this.#latest = interval.time;
    await this.#judge(interval, note);
    return interval;
  }

  /** Judges those that wait. */
  async look(): Promise<void> {
    for (const { interval, note } of this.#waiting.splice(0)) await this.#judge(interval, note);
  }

  async #judge(interval: Interval, note: string): Promise<void> {
    const { link, sets, mirror } = this.#options;
    // What a lost mirror never got back may be what the note counts: it contradicts nothing that we know.
    if (!(await sets.isWhole(link, 'theirs'))) return;
    const shown = await sets.summaryAt(link, 'theirs', interval, interval);
    if (shown !== undefined) {
      if (!sameInterval(interval, { ...interval, ...shown })) await this.#contradicted(interval, note, 'says of its log what its log does not');
      return;
    }
    const seen = (await mirror.latestWitnessed(link))?.at ?? 0;
    if (seen > interval.time * 1000 + SHOWN_MS) await this.#contradicted(interval, note, 'names entries that its log does not show');
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ interval, note });
  }

  async #contradicted({ origin, from, to }: Interval, note: string, what: string): Promise<void> {
    const { link, mirror, clock } = this.#options;
    const witnessed = await mirror.latestWitnessed(link);
    await mirror.openIncident({ link, origin, kind: 'interval', what: `a note that the peer signed of the minutes ${from} to ${to} ${what}`, proof: `${note}\n${witnessed?.note ?? ''}` }, clock.now());
  }
}
