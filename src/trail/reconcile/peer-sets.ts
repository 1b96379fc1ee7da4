/** Asking the peer about its sets over the pinned federation connection: for its note of a range, for what differs, for proofs. At most four questions a comparison. */
import { CausewayError, isErrorCode } from '../../errors.ts';
import { ConnectionFailed } from '../../platform/http-client.ts';
import type { HttpConnection } from '../../platform/http-client.ts';
import { MAX_NOTE_CHARACTERS } from '../note.ts';
import { TRAIL_PATHS } from '../serve.ts';
import type { Question } from './reconcile.ts';
import { MAX_PROOFS, encodeAsked, encodeQuestion, parseAnswer, parseProven } from './wire.ts';
import type { AskedElement, ProvenElement } from './wire.ts';

const TIMEOUT_MS = 30_000;
/** More than a hundred entries, each with its proof, its note and its statement. */
const MAX_PROVEN_BYTES = 4 * 1024 ** 2;

export class PeerSets {
  readonly #connection: HttpConnection;
  readonly #maxAnswerBytes: number;
  readonly #stop: AbortSignal | undefined;

  /** `stop`: aborted when nobody waits any more. */
  constructor(connection: HttpConnection, maxAnswerBytes: number, stop?: AbortSignal) {
    this.#connection = connection;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#stop = stop;
  }

  /** The peer's note of the range that ours is about, nothing of it verified. Rejects with `peer-unreachable`, `peer-refused` and `peer-answer-invalid`. */
  async note(ours: string): Promise<string> {
    return Buffer.from(await this.#post(TRAIL_PATHS.interval, ours, MAX_NOTE_CHARACTERS)).toString();
  }

  /** The peer's answer, in the parts that were asked for. Rejects as note does, and with `too-large` where they are more than the peer, or we, take at once. */
  async ask(question: Question): Promise<readonly Uint8Array[]> {
    const body = await this.#post(TRAIL_PATHS.compare, encodeQuestion(question), this.#maxAnswerBytes);
    return asAnswer(() => parseAnswer(body));
  }

  /** The peer's proofs of entries, nothing of them verified, in the order of `elements`. */
  async proofs(elements: readonly AskedElement[]): Promise<readonly (ProvenElement | undefined)[]> {
    const all: (ProvenElement | undefined)[] = [];
    for (let at = 0; at < elements.length; at += MAX_PROOFS) {
      const some = elements.slice(at, at + MAX_PROOFS);
      const body = await this.#post(TRAIL_PATHS.proofs, encodeAsked(some), MAX_PROVEN_BYTES);
      const proofs = asAnswer(() => parseProven(Buffer.from(body).toString()));
      if (proofs.length !== some.length) throw new CausewayError('peer-answer-invalid', 'not one proof for each element that was asked about');
      all.push(...proofs);
    }
    return all;
  }

  async #post(target: string, body: string, maxBytes: number): Promise<Uint8Array> {
    try {
      const reply = await this.#connection.send({ method: 'POST', target, headers: { 'content-type': 'text/plain' }, body: Buffer.from(body) }, { signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(this.#stop === undefined ? [] : [this.#stop])]), maxBytes });
      if (reply.status !== 200) throw refusal(reply.status, reply.body);
      return reply.body;
    } catch (cause) {
      if (!(cause instanceof ConnectionFailed)) throw cause;
      throw new CausewayError(cause.reason === 'too-large' ? 'too-large' : 'peer-unreachable', cause.message, { cause });
    }
  }
}

/** The code of an unsigned problem; what is too large may be asked for in smaller pieces. */
function refusal(status: number, body: Uint8Array): CausewayError {
  const code = /"urn:causeway:error:([a-z-]{1,40})"/.exec(Buffer.from(body.subarray(0, 2000)).toString())?.[1];
  if (code === 'too-large') return new CausewayError('too-large', 'the peer would answer with too much at once');
  return new CausewayError('peer-refused', `the peer answered ${status} to a comparison of the trails (${code ?? 'no code'})`, { facts: code !== undefined && isErrorCode(code) ? { peerCode: code } : {} });
}

function asAnswer<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', 'the peer sent no answer of a comparison', { cause });
  }
}
