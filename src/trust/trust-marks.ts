/**
 * Trust marks that a link demands of its peer (OpenID Federation 1.0, section 7): somebody in the chain, whom our anchor names as an issuer of that type, says by a
 * signed mark that the peer was looked at. A mark takes nothing from the chain and adds no key.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { readDocument, signDocument, verifyDocument } from '../crypto/signed-document.ts';
import type { Signer } from '../crypto/jws.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { VerifiedChain } from './chain.ts';
import { DOCUMENT_LIMITS, checkTime, parseClaims } from './entity-statement.ts';

const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const markClaims = v.looseObject({ iss: text, sub: text, trust_mark_type: text, iat: seconds, exp: v.exactOptional(seconds) });

export interface Mark {
  readonly iss: string;
  readonly sub: string;
  readonly type: string;
  /** Seconds. */
  readonly iat: number;
  readonly exp: number;
}

export function signMark({ type, ...claims }: Mark, issuer: Signer): Promise<string> {
  return signDocument('trust-mark+jwt', { ...claims, trust_mark_type: type }, issuer);
}

/** A mark as a gateway shows it in its configuration. Throws `config-invalid` for a file that holds none. */
export function shownMark(file: string): { readonly trust_mark_type: string; readonly trust_mark: string } {
  try {
    const compact = readFileSync(file, 'utf8').trim();
    return { trust_mark_type: parseClaims(readDocument(compact, 'trust-mark+jwt', DOCUMENT_LIMITS), markClaims).trust_mark_type, trust_mark: compact };
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} holds no trust mark: ${asCausewayError(cause).message}`, { cause });
  }
}

/**
 * The chain, believed no longer than the marks that are demanded. Throws `chain-untrusted` and `chain-expired`, with the reason of each mark, where one is missing or none
 * of its type holds. `now`: UTC milliseconds.
 */
export async function withTrustMarks(chain: VerifiedChain, types: readonly string[], now: number): Promise<VerifiedChain> {
  const ends = await Promise.all(types.map((type) => markEnd(chain, type, now)));
  return { ...chain, expires: Math.min(chain.expires, ...ends) };
}

async function markEnd(chain: VerifiedChain, type: string, now: number): Promise<number> {
  const refused: CausewayError[] = [];
  for (const { trust_mark: compact } of (chain.configuration.trust_marks ?? []).filter((mark) => mark.trust_mark_type === type)) {
    try {
      return await verifyMark(compact, type, chain, now);
    } catch (error) {
      refused.push(asCausewayError(error));
    }
  }
  const last = refused.at(-1);
  throw new CausewayError(last?.code ?? 'chain-untrusted', `${chain.subject} has no trust mark ${type} that holds here: ${refused.map(({ message }) => message).join('; ') || 'it shows none'}`, { cause: last });
}

/** UTC milliseconds until when it holds. Issuers are anchors of the chain: their keys are vouched for already. */
async function verifyMark(compact: string, type: string, { subject, superiors, trustMarkIssuers }: VerifiedChain, now: number): Promise<number> {
  const document = readDocument(compact, 'trust-mark+jwt', DOCUMENT_LIMITS);
  const { iss, sub, trust_mark_type: named, iat, exp } = parseClaims(document, markClaims);
  if (named !== type || sub !== subject) throw new CausewayError('chain-untrusted', `a trust mark ${named} for ${sub}`);
  const allowed = Object.hasOwn(trustMarkIssuers, type) ? (trustMarkIssuers[type] ?? []) : [];
  const issuer = superiors.find(({ entity }) => entity === iss);
  if (!allowed.includes(iss) || issuer === undefined) throw new CausewayError('chain-untrusted', `our anchor names ${iss} as no issuer of it, or it is no anchor of the chain`);
  await verifyDocument(document, issuer.keys);
  checkTime({ iat, exp: exp ?? Number.MAX_SAFE_INTEGER / 1000 }, `the trust mark of ${iss}`, now);
  return exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
}
