/**
 * Telling the peer that what a security server signed does not prove a message that crossed (house.md, "What is verified before crossing"): a small signed
 * statement outside of any exchange. The peer believed the message on our security server's word; now it knows that the word was not kept.
 */
import * as v from 'valibot';
import { isExchangeId } from '../platform/ids.ts';
import { digest, noticeHead, openNotice, signNotice } from './notice.ts';
import type { Between } from './notice.ts';

export const DOMESTIC_EVIDENCE_PATH = '/federation/v1/domestic-evidence';
const TYP = 'causeway-domestic-evidence+jwt';

const noticeClaims = v.strictObject({
  xid: v.pipe(v.string(), v.check(isExchangeId)),
  /** The message of the exchange that is not proven. */
  step: v.picklist(['request', 'response']),
  /** Why: `container-missing`, `container-differs`, or what the container was refused with. */
  code: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  /** base64url SHA-256 of the container that was refused. */
  container: v.exactOptional(digest),
});
const claimsSchema = v.strictObject({ ...noticeHead, link: v.string(), ...noticeClaims.entries });

export type EvidenceNotice = v.InferOutput<typeof noticeClaims>;

export function signEvidenceNotice(between: Between, notice: EvidenceNotice, now: number): Promise<string> {
  return signNotice(TYP, between, notice, now);
}

/** What the peer tells; `identity`, `kid`: of the statement. Throws as openNotice. */
export function openEvidenceNotice(compact: string, between: Between, now: number): EvidenceNotice & { readonly identity: string; readonly kid: string } {
  const { notice, identity, kid } = openNotice(compact, TYP, claimsSchema, between, now);
  return { ...notice, identity, kid };
}
