/**
 * The echo: one gateway asks the other whether the link would carry an exchange now. Both sign, so that the way, the pins, the keys and their trust, the clocks and the
 * agreement are all tried, and each says what it cannot see of the other: whether its own platform at home is reached, and whether it takes exchanges. No message of a
 * member, no entry.
 */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { jwsIdentity, parseJws, signJws, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { nonce } from '../platform/ids.ts';
import { versionInForce } from './link.ts';
import type { Link } from './link.ts';
import type { Side } from './seal.ts';

export const ECHO_PATH = '/federation/v1/echo';
/** Bytes of a question or an answer. */
export const MAX_ECHO_BYTES = 4096;
const QUESTION = 'causeway-echo+jwt';
const ANSWER = 'causeway-echo-answer+jwt';
/** Milliseconds that the time of signing may differ from ours, either way. */
const TOLERANCE_MS = 60_000;

const digest = v.pipe(v.string(), v.regex(BASE64URL_32));
// Members that we do not know are passed over: the peer may be of a later release.
const question = v.object({ iss: v.string(), aud: v.string(), iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), nonce: digest, environment: v.string(), link: v.object({ id: v.string(), version: v.number(), sha256: digest }) });
const answer = v.object({
  ...question.entries,
  request: digest,
  /** Whether the platform at home is reached, as of the last look; and whether an exchange may begin on the link now. */
  home: v.picklist(['reached', 'not-reached', 'not-looked']),
  exchanges: v.picklist(['taken', 'refused']),
});

type Question = v.InferOutput<typeof question>;
export type EchoState = Pick<v.InferOutput<typeof answer>, 'home' | 'exchanges'>;

export interface Between {
  readonly link: Link;
  readonly side: Pick<Side, 'trust' | 'statementKey'>;
}

/** `now`: UTC milliseconds. */
export function signEcho(between: Between, now: number): Promise<string> {
  return signJws(QUESTION, canonicalJson(claims(between, now)), between.side.statementKey);
}

/** Answers the peer's question. Throws as `readAnswer`, for a question that is not the peer's, not of now, or of another agreement. */
export async function answerEcho(compact: string, between: Between, state: EchoState, now: number): Promise<string> {
  open(compact, QUESTION, question, between, now);
  return signJws(ANSWER, canonicalJson({ ...claims(between, now), request: jwsIdentity(compact), ...state }), between.side.statementKey);
}

/** Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`, `link-mismatch`, and `peer-answer-invalid` for the answer to another question. */
export function readAnswer(compact: string, asked: string, between: Between, now: number): EchoState {
  const { request, home, exchanges } = open(compact, ANSWER, answer, between, now);
  if (request !== jwsIdentity(asked)) throw new CausewayError('peer-answer-invalid', 'the answer to another echo');
  return { home, exchanges };
}

function claims({ link }: Between, now: number): Question {
  const { agreement, sha256, us } = versionInForce(link, now);
  return { iss: us.entity, aud: link.peer, iat: Math.floor(now / 1000), nonce: nonce(), environment: agreement.environment, link: { id: link.id, version: agreement.version, sha256 } };
}

function open<S extends typeof question | typeof answer>(compact: string, typ: string, schema: S, { link, side }: Between, now: number): v.InferOutput<S> {
  const jws = parseJws(compact, MAX_ECHO_BYTES);
  const parsed = jws.typ === typ ? v.safeParse(schema, read(jws.payload)) : undefined;
  if (parsed?.success !== true) throw new CausewayError('statement-malformed', `not a ${typ}`);
  const { iss, aud, iat, environment, link: named } = parsed.output;
  verifyJws(jws, side.trust.statementKey(jws.kid, iat * 1000, now));
  if (iss !== link.peer || aud !== link.versions[0].us.entity || named.id !== link.id) throw new CausewayError('wrong-audience', 'an echo between other gateways, or on another link');
  if (Math.abs(now - iat * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', 'an echo that was not signed just now');
  if (environment !== link.versions[0].agreement.environment) throw new CausewayError('link-mismatch', `an echo of a gateway of "${environment}"`);
  if (!link.versions.some(({ agreement: { version }, sha256 }) => version === named.version && sha256 === named.sha256)) throw new CausewayError('link-mismatch', `the peer goes by version ${named.version} of link "${named.id}" with another hash than ours`);
  return parsed.output;
}

function read(payload: Uint8Array): unknown {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
}
