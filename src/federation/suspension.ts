/** Telling the peer that operators have suspended or resumed something of the link: a small signed statement outside of any exchange (protocol.md, "Stopping"). */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { parseJws, signJws, verifyJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { nonce } from '../platform/ids.ts';
import type { Link } from './link.ts';
import type { Side } from './seal.ts';

export const SUSPENSIONS_PATH = '/federation/v1/suspensions';
export const MAX_SUSPENSION_BYTES = 4096;
const TYP = 'causeway-suspension+jwt';
/** Milliseconds that the time of signing may differ from ours, either way. */
const TOLERANCE_MS = 60_000;

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
const claimsSchema = v.strictObject({ iss: v.string(), aud: v.string(), iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), nonce: v.pipe(v.string(), v.regex(BASE64URL_32)), link: v.string(), ...noticeClaims.entries });

export type SuspensionNotice = v.InferOutput<typeof noticeClaims>;

interface Between {
  readonly link: Link;
  readonly side: Side;
}

export function signSuspension({ link, side }: Between, notice: SuspensionNotice, now: number): Promise<string> {
  const claims = { iss: link.versions[0].us.entity, aud: link.peer, iat: Math.floor(now / 1000), nonce: nonce(), link: link.id, ...notice };
  return signJws(TYP, canonicalJson(claims), side.statementKey);
}

/** What the peer tells; `identity`, `kid`: of the statement. Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`, `clock-skew`. */
export function openSuspension(compact: string, { link, side }: Between, now: number): SuspensionNotice & { readonly identity: string; readonly kid: string } {
  const jws = parseJws(compact, MAX_SUSPENSION_BYTES);
  const parsed = jws.typ === TYP ? v.safeParse(claimsSchema, read(jws.payload)) : undefined;
  if (parsed?.success !== true) throw new CausewayError('statement-malformed', `not a ${TYP}`);
  const { iss, aud, iat, nonce: _, link: named, ...notice } = parsed.output;
  verifyJws(jws, side.trust.statementKey(jws.kid, iat * 1000, now));
  if (iss !== link.peer || aud !== link.versions[0].us.entity || named !== link.id) throw new CausewayError('wrong-audience', 'a suspension between other gateways, or on another link');
  if (Math.abs(now - iat * 1000) > TOLERANCE_MS) throw new CausewayError('clock-skew', 'a suspension that was not signed just now');
  return { ...notice, identity: jws.identity, kid: jws.kid };
}

function read(payload: Uint8Array): unknown {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
}
