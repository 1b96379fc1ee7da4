/** OAuth 2.0 access tokens as JWT (RFC 9068), verified offline against the configured keys of the authorisation server. */
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose';
import { CausewayError } from '../errors.ts';

export interface TokenRules {
  readonly issuer: string;
  /** How the authorisation server names this gateway. */
  readonly audience: string;
  /** Of `readKeySet`. */
  readonly keys: JWTVerifyGetKey;
  /** Header `typ`. RFC 9068 says `at+jwt`; several servers write `JWT`. */
  readonly type: 'at+jwt' | 'JWT';
  /** Claim that names the client: `client_id` in RFC 9068, `azp` at some servers. */
  readonly clientClaim: string;
  /** Scope that the token must have. */
  readonly scope?: string;
  /** Milliseconds that the server's clock may differ from ours. */
  readonly tolerance: number;
}

export interface AccessToken {
  readonly clientId: string;
  /** base64url SHA-256 of the certificate that the token is bound to (RFC 8705, section 3.1). */
  readonly certificate?: string;
}

/** RFC 8725, section 3.1: a closed list, and nothing symmetric. */
const ALGORITHMS = ['ES256', 'ES384', 'PS256', 'PS384', 'PS512', 'RS256', 'EdDSA', 'Ed25519'];

/** The keys of a JWK set, each made once. Throws `config-invalid` for what is no set of public keys. */
export function readKeySet(text: string): JWTVerifyGetKey {
  try {
    const set = JSON.parse(text) as JSONWebKeySet;
    const keys = createLocalJWKSet(set);
    if (set.keys.length === 0 || set.keys.some((key) => 'd' in key || key.kty === 'oct')) throw new TypeError('not public keys');
    return keys;
  } catch (cause) {
    throw new CausewayError('config-invalid', 'not a JWK set of public keys', { cause });
  }
}

/** The client that a token says it was given to: nothing of it is believed before `verifyAccessToken`. Undefined for what is no JWT. */
export function claimedClient(token: string, clientClaim: string): string | undefined {
  try {
    const claimed = decodeJwt(token)[clientClaim];
    return typeof claimed === 'string' ? claimed : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `caller-unauthenticated` for a token that is not valid at `now`, and `scope-missing`. */
export async function verifyAccessToken(token: string, rules: TokenRules, now: number): Promise<AccessToken> {
  const payload = await verified(token, rules, now);
  const { [rules.clientClaim]: clientId, scope, cnf } = payload;
  if (typeof clientId !== 'string' || clientId === '') throw unauthenticated(`claim ${rules.clientClaim} is missing`, 'The access token names no client.');
  if (rules.scope !== undefined && !(typeof scope === 'string' && scope.split(' ').includes(rules.scope))) throw new CausewayError('scope-missing', `the token has no scope ${rules.scope}`);
  const certificate = (cnf as { readonly 'x5t#S256'?: unknown } | undefined)?.['x5t#S256'];
  // A confirmation that we cannot check would let a stolen token pass (RFC 7800, section 3.1).
  if (cnf !== undefined && typeof certificate !== 'string') throw unauthenticated('cnf of another kind than x5t#S256', 'The access token is bound to a key in a way that is not supported.');
  return { clientId, ...(typeof certificate === 'string' ? { certificate } : {}) };
}

async function verified(token: string, { issuer, audience, keys, type, tolerance }: TokenRules, now: number): Promise<JWTPayload> {
  try {
    const options = { issuer, audience, typ: type, algorithms: ALGORITHMS, requiredClaims: ['exp', 'iat'], clockTolerance: tolerance / 1000, currentDate: new Date(now) };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (cause) {
    throw unauthenticated('the access token does not verify', hintOf(cause), cause);
  }
}

function hintOf(cause: unknown): string {
  if (cause instanceof errors.JWTExpired) return 'The access token has expired.';
  if (cause instanceof errors.JWTClaimValidationFailed) return `The claim ${cause.claim} of the access token is not the one that is expected.`;
  return 'The access token does not verify.';
}

function unauthenticated(message: string, hint: string, cause?: unknown): CausewayError {
  return new CausewayError('caller-unauthenticated', message, { facts: { field: 'Authorization', hint }, cause });
}
