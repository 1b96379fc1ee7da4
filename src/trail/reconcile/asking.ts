/** Asking a side for what differs: in pieces where it is too much for one answer, and on from where it stopped. */
import { CausewayError } from '../../errors.ts';
import type { Ask, Question } from './reconcile.ts';
import { WINDOWS_AN_HOUR, hoursOf } from './tree.ts';
import { MAX_PARTS, encodeQuestion } from './wire.ts';

/** Asks for one half of the parts, then for the other, where all of them are more than a question may name or `too-large` for an answer. One part that is too large rejects. */
export function inPieces(ask: Ask): Ask {
  const asked: Ask = async (question) => {
    const halves = halvesOf(question);
    try {
      if (partsOf(question) <= MAX_PARTS) return await ask(question);
    } catch (thrown) {
      if (halves === undefined || !isTooLarge(thrown)) throw thrown;
    }
    const [first, second] = halves!;
    return [...(await asked(first)), ...(await asked(second))];
  };
  return asked;
}

/** What a side answered of a comparison that it cut short: asked again, the comparison goes on from there and comes to its end however seldom it may ask. */
export class Answered {
  readonly #answers = new Map<string, readonly Uint8Array[] | CausewayError>();
  #comparison: string | undefined;

  /** `ask`, but for what it has answered already of the same comparison. */
  on(comparison: string, ask: Ask): Ask {
    if (comparison !== this.#comparison) this.forget();
    this.#comparison = comparison;
    return async (question) => {
      const name = encodeQuestion(question);
      const known = this.#answers.get(name) ?? (await this.#ask(ask, question, name));
      if (known instanceof CausewayError) throw known;
      return known;
    };
  }

  /** The comparison has come to its end. */
  forget(): void {
    this.#answers.clear();
  }

  async #ask(ask: Ask, question: Question, name: string): Promise<readonly Uint8Array[] | CausewayError> {
    // That an answer is too large is one, too: it is asked for in pieces at once.
    const answer = await ask(question).catch((thrown: unknown) => {
      if (isTooLarge(thrown)) return thrown;
      throw thrown;
    });
    this.#answers.set(name, answer);
    return answer;
  }
}

function isTooLarge(thrown: unknown): thrown is CausewayError {
  return thrown instanceof CausewayError && thrown.code === 'too-large';
}

function partsOf(question: Question): number {
  if (question.ask === 'windows') return question.hours.length;
  if (question.ask === 'nodes') return question.windows.length;
  return question.ask === 'buckets' ? question.nodes.length : question.buckets.length;
}

/** Undefined for a question about one part. */
function halvesOf(question: Question): readonly [Question, Question] | undefined {
  const middle = partsOf(question) >> 1;
  if (middle === 0) return undefined;
  if (question.ask === 'nodes') return [{ ...question, windows: question.windows.slice(0, middle) }, { ...question, windows: question.windows.slice(middle) }];
  if (question.ask === 'buckets') return [{ ...question, nodes: question.nodes.slice(0, middle) }, { ...question, nodes: question.nodes.slice(middle) }];
  if (question.ask === 'elements') return [{ ...question, buckets: question.buckets.slice(0, middle) }, { ...question, buckets: question.buckets.slice(middle) }];
  const { range: { from, to }, hours } = question;
  // Between two hours, so that no root of one is cut.
  const between = hoursOf(from, to)[middle]! * WINDOWS_AN_HOUR;
  return [{ ...question, range: { from, to: between }, hours: hours.slice(0, middle) }, { ...question, range: { from: between, to }, hours: hours.slice(middle) }];
}
