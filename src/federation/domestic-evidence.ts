/**
 * Telling the peer that what a security server signed does not prove a message that crossed (house.md, "What is verified before crossing"): a small signed
 * statement outside of any exchange. The peer believed the message on our security server's word; now it knows that the word was not kept.
 */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { parseJws, signJws, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { isExchangeId, nonce } from '../platform/ids.ts';
import type { Link } from './link.ts';
import type { Side } from './seal.ts';

export const DOMESTIC_EVIDENCE_PATH = '/federation/v1/domestic-evidence';
export const MAX_EVIDENCE_NOTICE_BYTES = 4096;
const TYP = 'causeway-domestic-evidence+jwt';
/** Milliseconds that the time of signing may differ from ours, either way. */
const TOLERANCE_MS = 60_000;

const noticeClaims = v.strictObject({
  xid: v.pipe(v.string(), v.check(isExchangeId)),
  /** The message of the exchange that is not proven. */
  step: v.picklist(['request', 'response']),
  /** Why: `container-missing`, `container-differs`, or what the container was refused with. */
  code: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  /** base64url SHA-256 of the container that was refused. */
  container: v.exactOptional(v.pipe(v.string(), v.regex(BASE64URL_32))),
});
const claimsSchema = v.strictObject({ iss: v.string(), aud: v.string(), iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), nonce: v.pipe(v.string(), v.regex(BASE64URL_32)), link: v.string(), ...noticeClaims.entries });

export type EvidenceNotice = v.InferOutput<typeof noticeClaims>;

interface Between {
  readonly link: Link;
  readonly side: Side;
}

export function signEvidenceNotice({ link, side }: Between, notice: EvidenceNotice, now: number): Promise<string> {
  const claims = { iss: link.versions[0].us.entity, aud: link.peer, iat: Math.floor(now / 1000), nonce: nonce(), link: link.id, ...notice };
  return signJws(TYP, canonicalJson(claims), side.statementKey);
}

/** What the peer tells; `identity`, `kid`: of the statement. Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`. */
export function openEvidenceNotice(compact: string, { link, side }: Between, now: number): EvidenceNotice & { readonly identity: string; readonly kid: string } {
  const jws = parseJws(compact, MAX_EVIDENCE_NOTICE_BYTES);
  const parsed = jws.typ === TYP ? v.safeParse(claimsSchema, read(jws.payload)) : undefined;
  if (parsed?.success !== true) throw new CausewayError('statement-malformed', `not a ${TYP}`);
  const { iss, aud, iat, nonce: _, link: named, ...notice } = parsed.output;
  verifyJws(jws, side.trust.statementKey(jws.kid, iat * 1000, now));
  if (iss !== link.peer || aud !== link.versions[0].us.entity || named !== link.id) throw new CausewayError('wrong-audience', 'a notice between other gateways, or on another link');
  if (Math.abs(now - iat * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', 'a notice that was not signed just now');
  return { ...notice, identity: jws.identity, kid: jws.kid };
}

function read(payload: Uint8Array): unknown {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
}
