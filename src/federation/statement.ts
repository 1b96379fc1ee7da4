/** The statement: what a gateway signs (protocol.md, "Statement"). Its claims as types and as closed schemas; reading and checking one. */
import * as v from 'valibot';
import { isErrorCode } from '../errors.ts';
import type { Delivered, ErrorCode } from '../errors.ts';
import { CausewayError } from '../errors.ts';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { parseJws, verifyJws } from '../crypto/jws.ts';
import { parseCanonicalJson } from '../platform/canonical-json.ts';
import { isExchangeId } from '../platform/ids.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import { PROOF_FORMS } from '../stages.ts';
import type { ProofForm, StatementType } from '../stages.ts';
import { MAX_PARTS } from './manifest.ts';

/** Seconds between `iat` and `exp`. */
export const LIFETIME_S = 60;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const digest = v.pipe(v.string(), v.regex(BASE64URL_32, 'base64url of 32 bytes'));
/** As checkpoints write hashes: base64 with padding. */
const leaf = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'a base64 leaf hash'));
/**
 * What a trail entry holds of a statement is bounded here, before the signature: a refused statement has to fit into an entry too.
 * Whether an identifier has its one canonical spelling, and lies in the right country, is judged later and has its own code.
 */
const identifier = v.pipe(v.string(), v.maxLength(400), v.regex(/^[A-Z]{2}(?:\/[!-.0-~]{1,200}){2,5}$/, 'a federated identifier'));
const code = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'small letters, digits and hyphens'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const common = {
  iss: text,
  aud: text,
  jti: v.pipe(v.string(), v.check(isExchangeId, 'a UUIDv7')),
  nonce: digest,
  iat: count,
  exp: count,
  link: v.strictObject({ id: code, version: count, sha256: digest }),
};

const carrying = {
  neutral: v.union([v.literal('passthrough'), v.strictObject({ schema: text, version: text, sha256: digest })]),
  sealing: v.picklist(['jwe', 'tls']),
  mapping: v.strictObject({ id: text, revision: count, sha256: digest }),
  minimised: v.exactOptional(digest),
  payload: v.strictObject({ manifest: digest, parts: v.pipe(count, v.minValue(1), v.maxValue(MAX_PARTS)), bytes: count }),
  content: digest,
  domestic: v.strictObject({
    form: v.picklist(Object.keys(PROOF_FORMS) as ProofForm[]),
    result: v.picklist(['verified', 'asserted']),
    policy: text,
    verifiedAt: count,
    issuer: v.exactOptional(text),
  }),
};

const requestClaims = v.strictObject({
  ...common,
  ...carrying,
  budget: count,
  client: identifier,
  service: identifier,
  operation: v.union([v.strictObject({ name: text }), v.strictObject({ method: text, template: text })]),
  purpose: code,
});

const responseClaims = v.strictObject({
  ...common,
  ...carrying,
  request: digest,
  promise: v.strictObject({ origin: text, index: count, leaf, by: count }),
});

const refusalClaims = v.strictObject({
  ...common,
  request: digest,
  code: v.custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value), 'a known error code'),
  delivered: v.picklist(['no', 'unknown', 'yes'] satisfies Delivered[]),
  /** Of the sealed fault of the service, which stands in the body. */
  fault: v.exactOptional(digest),
  until: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/, 'an RFC 3339 time in UTC'))),
});

const SCHEMAS = { 'causeway-request+jwt': requestClaims, 'causeway-response+jwt': responseClaims, 'causeway-refusal+jwt': refusalClaims } as const satisfies Record<StatementType, unknown>;

export type RequestClaims = v.InferOutput<typeof requestClaims>;
export type ResponseClaims = v.InferOutput<typeof responseClaims>;
export type RefusalClaims = v.InferOutput<typeof refusalClaims>;
export type Promised = ResponseClaims['promise'];

export interface ClaimsOf {
  readonly 'causeway-request+jwt': RequestClaims;
  readonly 'causeway-response+jwt': ResponseClaims;
  readonly 'causeway-refusal+jwt': RefusalClaims;
}

/** A statement whose signature was verified under the peer's trust, for us, from that peer. */
export type Authentic<T extends StatementType = StatementType> = { [K in T]: { readonly type: K; readonly claims: ClaimsOf[K]; readonly compact: string; readonly identity: string; readonly kid: string } }[T];

export interface StatementReader {
  /** Our entity id: the only audience. */
  readonly audience: string;
  readonly trust: PeerTrust;
  readonly maxBytes: number;
}

/**
 * The first half of the receiver's order: size, shape, `typ`, key valid at `iat` and now, signature, `iss` and `aud`.
 * Age is not judged here: a known statement gets its stored outcome whatever its age.
 * Throws `statement-malformed`, `statement-untrusted`, `statement-invalid`, `wrong-audience`.
 */
export async function authenticate<T extends StatementType>(compact: string, types: readonly T[], reader: StatementReader, now: number): Promise<Authentic<T>> {
  const jws = parseJws(compact, reader.maxBytes);
  const type = types.find((candidate) => candidate === jws.typ);
  if (type === undefined) throw new CausewayError('statement-malformed', `typ "${jws.typ}" is not one of ${types.join(', ')}`);
  const claims = readClaims(type, jws.payload);
  verifyJws(jws, reader.trust.statementKey(jws.kid, claims.iat * 1000, now));
  if (claims.iss !== reader.trust.entity) throw new CausewayError('wrong-audience', `iss "${claims.iss}" is not the peer "${reader.trust.entity}"`);
  if (claims.aud !== reader.audience) throw new CausewayError('wrong-audience', `aud "${claims.aud}" is not this gateway`);
  return { type, claims, compact, identity: jws.identity, kid: jws.kid } as Authentic<T>;
}

export interface AgeTolerance {
  /** Milliseconds that `iat` may lie back, and ahead. */
  readonly maxAge: number;
  readonly maxAhead: number;
}

/** Throws `clock-skew` unless `iat` lies in [now − maxAge, now + maxAhead]. */
export function checkAge(claims: { readonly iat: number }, tolerance: AgeTolerance, now: number): void {
  const age = now - claims.iat * 1000;
  if (age > tolerance.maxAge || age < -tolerance.maxAhead) {
    throw new CausewayError('clock-skew', `the statement was signed ${age} ms ago`, { facts: { hint: `It is ${Math.abs(Math.round(age / 1000))} s ${age > 0 ? 'old' : 'ahead'}.` } });
  }
}

/** Before the signature, since the key's window is judged at `iat`: nothing of the result may be believed yet. */
/** Claims of a peer's request that was authenticated when it was recorded. Throws `statement-malformed`. */
export function recordedRequest(compact: string): RequestClaims {
  return readClaims('causeway-request+jwt', parseJws(compact, compact.length).payload);
}

function readClaims<T extends StatementType>(type: T, payload: Uint8Array): ClaimsOf[T] {
  let value: unknown;
  try {
    value = parseCanonicalJson(payload);
  } catch (cause) {
    throw new CausewayError('statement-malformed', 'the claims are not canonical JSON', { cause });
  }
  const result = v.safeParse(SCHEMAS[type], value);
  if (!result.success) {
    const [issue] = result.issues;
    throw new CausewayError('statement-malformed', `claim "${v.getDotPath(issue) ?? ''}": ${issue.message}`, { facts: { field: v.getDotPath(issue) ?? '' } });
  }
  const { iat, exp } = result.output;
  if (exp !== iat + LIFETIME_S) throw new CausewayError('statement-malformed', 'exp is not iat + 60 s', { facts: { field: 'exp' } });
  return result.output as ClaimsOf[T];
}
