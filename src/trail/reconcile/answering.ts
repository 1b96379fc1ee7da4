/** What a peer may ask of our sets: our note of a range for its own, the parts of ours that differ, and proofs of entries. Each is bounded, and all of them by the minute. */
import { CausewayError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { PerMinute } from '../../platform/per-minute.ts';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import { TRAIL_PATHS } from '../serve.ts';
import type { Served } from '../serve.ts';
import { sideOf } from './case-file.ts';
import { caughtUp } from './sets.ts';
import type { Sets } from './sets.ts';
import { encodeAnswer, encodeProven, parseAsked, parseQuestion } from './wire.ts';
import type { AskedElement, ProvenElement } from './wire.ts';

export interface AnsweringOptions {
  readonly sets: Sets;
  readonly clock: Clock;
  /** Notes, questions and proofs of one peer together. */
  readonly perMinute: number;
  /** Bytes of the answer to one question. */
  readonly maxAnswerBytes: number;
  /** The statement that an entry of ours records, where it is still kept. */
  statement(entry: Entry): Promise<string | undefined>;
  /** Our note of the range that the peer's is about. Throws as openFreshInterval. */
  note(link: string, theirs: string): Promise<string>;
}

type Answer = (link: string, body: string) => Promise<Served>;

export class Answering {
  readonly #options: AnsweringOptions;
  readonly #asked = new PerMinute();
  readonly #answers: Readonly<Record<string, Answer>> = {
    [TRAIL_PATHS.interval]: async (link, body) => answered('text/plain; charset=utf-8', await this.#options.note(link, body)),
    [TRAIL_PATHS.compare]: (link, body) => this.#compare(link, body),
    [TRAIL_PATHS.proofs]: (link, body) => this.#proofs(link, body),
  };

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** Throws `overloaded` beyond the rate, `malformed`, `too-large`, and what `note` throws; `internal` for a path that is none of the three. */
  answer(link: string, path: string, body: string): Promise<Served> {
    const answer = this.#answers[path];
    if (answer === undefined) throw new CausewayError('internal', `${path} is not of reconciliation`);
    this.#count(link);
    return answer(link, body);
  }

  // What the asker's mirror shows of our log must be in our own index too, also right after a start: an asker that is told of nothing waits long before it asks again.
  async #compare(link: string, body: string): Promise<Served> {
    const { sets, maxAnswerBytes } = this.#options;
    await caughtUp(this.#options.sets, link);
    return answered('application/octet-stream', encodeAnswer(await sets.answer(link, 'ours', parseQuestion(body), maxAnswerBytes)));
  }

  async #proofs(link: string, body: string): Promise<Served> {
    const proofs: (ProvenElement | undefined)[] = [];
    await caughtUp(this.#options.sets, link);
    for (const element of parseAsked(body)) proofs.push(await this.#proof(link, element));
    return answered('application/json', encodeProven(proofs));
  }

  async #proof(link: string, element: AskedElement): Promise<ProvenElement | undefined> {
    const held = await this.#options.sets.recorded(link, 'ours', element);
    if (held?.proof === undefined) return undefined;
    const statement = await this.#options.statement(parseEntry(held.proof.entry));
    return { ...sideOf(held, held.proof), ...(statement === undefined ? {} : { statement }) };
  }

  #count(link: string): void {
    const { clock, perMinute } = this.#options;
    if (this.#asked.take(link, clock.monotonic()) > perMinute) throw new CausewayError('overloaded', `more than ${perMinute} questions of the peer of link "${link}" about its trail in a minute`);
  }
}

function answered(contentType: string, body: string | Uint8Array): Served {
  return { contentType, body, immutable: false };
}
