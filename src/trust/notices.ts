/**
 * Notices of an anchor: the short list, signed every few minutes also when it is empty, of whom and what it no longer vouches for. It makes
 * withdrawal fast where statements last for days; its number shows a list that is held back.
 */
import * as v from 'valibot';
import { readDocument, signDocument, verifyDocument } from '../crypto/signed-document.ts';
import type { PublicJwk } from '../crypto/signed-document.ts';
import type { Signer } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { DOCUMENT_LIMITS, checkTime, parseClaims } from './entity-statement.ts';

const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));

const noticeSchema = v.strictObject({
  entity: text,
  /** `kid` of an entity, statement or encryption key, or SPKI pin of a TLS key; without one the entity itself is withdrawn. */
  key: v.exactOptional(text),
  at: seconds,
  reason: text,
});

const listSchema = v.strictObject({ iss: text, iat: seconds, exp: seconds, number: seconds, notices: v.pipe(v.array(noticeSchema), v.maxLength(2000)) });

export type Notice = v.InferOutput<typeof noticeSchema>;
export type NoticeList = v.InferOutput<typeof listSchema>;

export function signNotices(list: NoticeList, issuer: Signer): Promise<string> {
  return signDocument('causeway-notices+jwt', list, issuer);
}

/**
 * Verifies a list of `anchor` under the keys that the chain gives it. `expired-too`: one that was verified in its time and kept. Throws
 * `chain-malformed`, `chain-untrusted`, `chain-expired`.
 */
export async function verifyNotices(compact: string, anchor: { readonly entity: string; readonly keys: readonly PublicJwk[] }, now: number, age: 'in-its-time' | 'expired-too' = 'in-its-time'): Promise<NoticeList> {
  const document = readDocument(compact, 'causeway-notices+jwt', DOCUMENT_LIMITS);
  await verifyDocument(document, anchor.keys);
  const list = parseClaims(document, listSchema);
  if (list.iss !== anchor.entity) throw new CausewayError('chain-untrusted', `notices of ${list.iss} where those of ${anchor.entity} must be`);
  if (age === 'in-its-time') checkTime(list, `the notice list of ${anchor.entity}`, now);
  return list;
}

/** Throws `chain-untrusted` for a list that is older than one that was seen: numbers never go down. */
export function checkNumber(list: NoticeList, seen: number): void {
  if (list.number < seen) throw new CausewayError('chain-untrusted', `notice list ${list.number} of ${list.iss} comes after ${seen}: an old one is played back, or its anchor lost its state`);
}
