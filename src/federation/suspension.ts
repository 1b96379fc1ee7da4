/** Telling the peer that operators have suspended or resumed something of the link: a small signed statement outside of any exchange (protocol.md, "Stopping"). */
import * as v from 'valibot';
import { noticeHead, openNotice, signNotice } from './notice.ts';
import type { Between } from './notice.ts';

export const SUSPENSIONS_PATH = '/federation/v1/suspensions';
const TYP = 'causeway-suspension+jwt';

const identifier = v.pipe(v.string(), v.maxLength(400), v.regex(/^[A-Z]{2}(?:\/[!-.0-~]{1,200}){2,5}$/, 'a federated identifier'));
const country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/));

const noticeClaims = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/)),
  state: v.picklist(['suspended', 'resumed']),
  /** Countries of the leg; both or none. */
  from: v.exactOptional(country),
  to: v.exactOptional(country),
  service: v.exactOptional(identifier),
  member: v.exactOptional(identifier),
  reason: v.pipe(v.string(), v.regex(/^[!-~]{1,200}$/)),
  until: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/))),
});
const claimsSchema = v.strictObject({ ...noticeHead, link: v.string(), ...noticeClaims.entries });

export type SuspensionNotice = v.InferOutput<typeof noticeClaims>;

export function signSuspension(between: Between, notice: SuspensionNotice, now: number): Promise<string> {
  return signNotice(TYP, between, notice, now);
}

/** What the peer tells; `identity`, `kid`: of the statement. Throws as openNotice. */
export function openSuspension(compact: string, between: Between, now: number): SuspensionNotice & { readonly identity: string; readonly kid: string } {
  const { notice, identity, kid } = openNotice(compact, TYP, claimsSchema, between, now);
  return { ...notice, identity, kid };
}
