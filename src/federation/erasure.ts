/**
 * Asking the peer to erase its evidence of an exchange, and its answer: two signed statements of a few claims, outside of any exchange
 * (protocol.md, "Erasure"). What travels is an exchange id, which only the two sides know, and a file number.
 */
import * as v from 'valibot';
import { jwsIdentity } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { isExchangeId } from '../platform/ids.ts';
import { digest, noticeHead, openNotice, signNotice } from './notice.ts';
import type { Between } from './notice.ts';

export const ERASURES_PATH = '/federation/v1/erasures';

const REQUEST = 'causeway-erasure+jwt';
const ANSWER = 'causeway-erasure-answer+jwt';

const reference = v.pipe(v.string(), v.regex(/^[!-~]{1,200}$/, 'visible ASCII without spaces'));
const common = { ...noticeHead, link: v.string(), xid: v.pipe(v.string(), v.check(isExchangeId)) };

const requestClaims = v.strictObject({ ...common, reason: reference });
const answerClaims = v.strictObject({ ...common, request: digest, outcome: v.picklist(['erased', 'kept', 'not-held']), reason: v.exactOptional(reference) });

export type ErasureRequest = v.InferOutput<typeof requestClaims> & { readonly identity: string };
/** `kept`: it was not erased, under the decision `reason`. */
export type ErasureAnswer = v.InferOutput<typeof answerClaims>;

export function signErasure(between: Between, asked: { readonly xid: string; readonly reason: string }, now: number): Promise<string> {
  return signNotice(REQUEST, between, asked, now);
}

export function signErasureAnswer(between: Between, { xid, identity }: ErasureRequest, outcome: Pick<ErasureAnswer, 'outcome' | 'reason'>, now: number): Promise<string> {
  return signNotice(ANSWER, between, { xid, request: identity, ...outcome }, now);
}

/** What the peer of the link asks. Throws as openNotice. */
export function openErasure(compact: string, between: Between, now: number): ErasureRequest {
  const { claims, identity } = openNotice(compact, REQUEST, requestClaims, between, now);
  // To erase twice does nothing.
  return { ...claims, identity };
}

/** The peer's answer to `request`, which we signed. Throws as openErasure, and `peer-answer-invalid` for the answer to another request. */
export function openErasureAnswer(compact: string, request: string, between: Between, now: number): ErasureAnswer {
  const { claims: answer } = openNotice(compact, ANSWER, answerClaims, between, now);
  if (answer.request !== jwsIdentity(request)) throw new CausewayError('peer-answer-invalid', 'the answer is to another request for erasure');
  return answer;
}
