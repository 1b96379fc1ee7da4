/**
 * The echo: one gateway asks the other whether the link would carry an exchange now. Both sign, so that the way, the pins, the keys and their trust, the clocks and the
 * agreement are all tried, and each says what it cannot see of the other: whether its own platform at home is reached, and whether it takes exchanges. No message of a
 * member, no entry.
 */
import * as v from 'valibot';
import { jwsIdentity } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { versionInForce } from './link.ts';
import { digest, noticeHead, openNotice, signNotice } from './notice.ts';
import type { Between } from './notice.ts';

export const ECHO_PATH = '/federation/v1/echo';
const QUESTION = 'causeway-echo+jwt';
const ANSWER = 'causeway-echo-answer+jwt';

// Members that we do not know are passed over: the peer may be of a later release.
const question = v.object({ ...noticeHead, environment: v.string(), link: v.object({ id: v.string(), version: v.number(), sha256: digest }) });
const answer = v.object({
  ...question.entries,
  request: digest,
  /** Whether the platform at home is reached, as of the last look; and whether an exchange may begin on the link now. */
  home: v.picklist(['reached', 'not-reached', 'not-looked']),
  exchanges: v.picklist(['taken', 'refused']),
});

export type EchoState = Pick<v.InferOutput<typeof answer>, 'home' | 'exchanges'>;

/** `now`: UTC milliseconds. */
export function signEcho(between: Between, now: number): Promise<string> {
  return signNotice(QUESTION, between, claims(between, now), now);
}

/** Answers the peer's question. Throws as `readAnswer`, for a question that is not the peer's, not of now, or of another agreement. */
export async function answerEcho(compact: string, between: Between, state: EchoState, now: number): Promise<string> {
  open(compact, QUESTION, question, between, now);
  return signNotice(ANSWER, between, { ...claims(between, now), request: jwsIdentity(compact), ...state }, now);
}

/** Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`, `link-mismatch`, and `peer-answer-invalid` for the answer to another question. */
export function readAnswer(compact: string, asked: string, between: Between, now: number): EchoState {
  const { request, home, exchanges } = open(compact, ANSWER, answer, between, now);
  if (request !== jwsIdentity(asked)) throw new CausewayError('peer-answer-invalid', 'the answer to another echo');
  return { home, exchanges };
}

function claims({ link }: Between, now: number): object {
  const { agreement, sha256 } = versionInForce(link, now);
  return { environment: agreement.environment, link: { id: link.id, version: agreement.version, sha256 } };
}

function open<S extends typeof question | typeof answer>(compact: string, typ: string, schema: S, between: Between, now: number): v.InferOutput<S> {
  const { claims: found } = openNotice<v.InferOutput<S>>(compact, typ, schema, between, now);
  const { versions, id } = between.link;
  const { environment, link: named } = found;
  if (environment !== versions[0].agreement.environment) throw new CausewayError('link-mismatch', `an echo of a gateway of "${environment}"`);
  if (!versions.some(({ agreement: { version }, sha256 }) => version === named.version && sha256 === named.sha256)) throw new CausewayError('link-mismatch', `the peer goes by version ${named.version} of link "${id}" with another hash than ours`);
  return found;
}
