/**
 * Asking the peer to erase its evidence of an exchange, and its answer: two signed statements of a few claims, outside of any exchange
 * (protocol.md, "Erasure"). What travels is an exchange id, which only the two sides know, and a file number.
 */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { jwsIdentity, parseJws, signJws, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { isExchangeId, nonce } from '../platform/ids.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import type { Link } from './link.ts';
import type { Side } from './seal.ts';

export const ERASURES_PATH = '/federation/v1/erasures';
/** Bytes of a request or an answer. */
export const MAX_ERASURE_BYTES = 4096;
/** Milliseconds that the time of signing may differ from ours, either way. */
const TOLERANCE_MS = 60_000;

const REQUEST = 'causeway-erasure+jwt';
const ANSWER = 'causeway-erasure-answer+jwt';

const reference = v.pipe(v.string(), v.regex(/^[!-~]{1,200}$/, 'visible ASCII without spaces'));
const digest = v.pipe(v.string(), v.regex(BASE64URL_32));
const common = { iss: v.string(), aud: v.string(), iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), nonce: digest, link: v.string(), xid: v.pipe(v.string(), v.check(isExchangeId)) };

const requestClaims = v.strictObject({ ...common, reason: reference });
const answerClaims = v.strictObject({ ...common, request: digest, outcome: v.picklist(['erased', 'kept', 'not-held']), reason: v.exactOptional(reference) });

export type ErasureRequest = v.InferOutput<typeof requestClaims> & { readonly identity: string };
/** `kept`: it was not erased, under the decision `reason`. */
export type ErasureAnswer = v.InferOutput<typeof answerClaims>;

interface Between {
  readonly link: Link;
  readonly side: Side;
}

export function signErasure(between: Between, asked: { readonly xid: string; readonly reason: string }, now: number): Promise<string> {
  return sign(REQUEST, between, asked, now);
}

export function signErasureAnswer(between: Between, { xid, identity }: ErasureRequest, outcome: Pick<ErasureAnswer, 'outcome' | 'reason'>, now: number): Promise<string> {
  return sign(ANSWER, between, { xid, request: identity, ...outcome }, now);
}

/** What the peer of the link asks. Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`. */
export function openErasure(compact: string, between: Between, now: number): ErasureRequest {
  return { ...open(compact, REQUEST, requestClaims, between, now), identity: jwsIdentity(compact) };
}

/** The peer's answer to `request`, which we signed. Throws as openErasure, and `peer-answer-invalid` for the answer to another request. */
export function openErasureAnswer(compact: string, request: string, between: Between, now: number): ErasureAnswer {
  const answer = open(compact, ANSWER, answerClaims, between, now);
  if (answer.request !== jwsIdentity(request)) throw new CausewayError('peer-answer-invalid', 'the answer is to another request for erasure');
  return answer;
}

function sign(typ: string, { link, side }: Between, claims: object, now: number): Promise<string> {
  const us = link.versions[0].us.entity;
  return signJws(typ, canonicalJson({ iss: us, aud: link.peer, iat: Math.floor(now / 1000), nonce: nonce(), link: link.id, ...claims }), side.statementKey);
}

type Claims = typeof requestClaims | typeof answerClaims;

function open<C extends Claims>(compact: string, typ: string, schema: C, { link, side }: Between, now: number): v.InferOutput<C> {
  const jws = parseJws(compact, MAX_ERASURE_BYTES);
  const claims = jws.typ === typ ? v.safeParse(schema, parsed(jws.payload)) : undefined;
  if (claims?.success !== true) throw new CausewayError('statement-malformed', `not a ${typ}`);
  const { iss, aud, iat, link: named } = claims.output;
  verifyJws(jws, (side.trust satisfies PeerTrust).statementKey(jws.kid, iat * 1000, now));
  if (iss !== link.peer || aud !== link.versions[0].us.entity || named !== link.id) throw new CausewayError('wrong-audience', 'a request for erasure between other gateways, or on another link');
  // Erasing twice does nothing: age alone keeps an old request from being used after keys were changed.
  if (Math.abs(now - iat * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', 'a request for erasure that was not signed just now');
  return claims.output;
}

function parsed(payload: Uint8Array): unknown {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
}
