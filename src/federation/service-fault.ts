/** The service's own fault beside a refusal: encrypted for the peer whatever the leg's sealing, since refusals are kept in plain. */
import * as v from 'valibot';
import { sameText, sha256Base64url } from '../crypto/digest.ts';
import { decryptJwe, encryptJwe } from '../crypto/jwe.ts';
import type { ServiceFault } from '../errors.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { bytesOf } from '../platform/content.ts';
import type { Content } from '../stages.ts';
import { sealBinding } from './seal.ts';
import type { Side } from './seal.ts';
import type { Authentic, RefusalClaims } from './statement.ts';

/** UTF-8 bytes of a detail that crosses; a longer one is left out. */
const MAX_DETAIL = 8192;
const MAX_TEXT = 1000;

const fault = v.strictObject({
  v: v.literal(1),
  code: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_TEXT))),
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT)),
  status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(300), v.maxValue(599))),
  location: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_TEXT))),
  detail: v.exactOptional(v.strictObject({ type: v.pipe(v.string(), v.maxLength(MAX_TEXT)), content: v.pipe(v.string(), v.maxLength(MAX_DETAIL)) })),
});

type Head = Pick<RefusalClaims, 'iss' | 'aud' | 'jti'>;

/** A compact JWE for the peer, bound to the refusal; what is too long is cut or left out. */
export function sealServiceFault(said: ServiceFault, head: Head, side: Side, now: number): Promise<string> {
  const { code, text, status, location, detail } = said;
  const document = {
    v: 1,
    text: cut(text),
    ...(code === undefined ? {} : { code: cut(code) }),
    ...(status === undefined ? {} : { status }),
    ...(location === undefined || location.length > MAX_TEXT ? {} : { location }),
    ...(detail === undefined || Buffer.byteLength(detail.content) > MAX_DETAIL ? {} : { detail: { type: cut(detail.type), content: detail.content } }),
  };
  return encryptJwe(Buffer.from(canonicalJson(document)), side.trust.encryptionKey(now), sealBinding('causeway-refusal+jwt', head));
}

/**
 * The fault in the body of an authentic refusal; undefined where its statement names none, or the body holds another or none that can be read: the refusal stands
 * without it.
 */
export async function openServiceFault({ claims }: Authentic<'causeway-refusal+jwt'>, body: Content, side: Side): Promise<ServiceFault | undefined> {
  if (claims.fault === undefined) return undefined;
  try {
    const { fault: sealed } = JSON.parse(Buffer.from(bytesOf(body)).toString('utf8')) as { fault?: unknown };
    if (typeof sealed !== 'string' || !sameText(sha256Base64url(sealed), claims.fault)) return undefined;
    const { v: _, ...said } = v.parse(fault, parseCanonicalJson(await decryptJwe(sealed, side.encryptionKeys, sealBinding('causeway-refusal+jwt', claims))));
    return said;
  } catch {
    return undefined;
  }
}

/** Never in the middle of a character. */
function cut(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed();
}
