/** Entity statements (OpenID Federation 1.0, section 3): what an entity says of itself, and what a superior says of it. */
import * as v from 'valibot';
import { readDocument, verifyDocument } from '../crypto/signed-document.ts';
import type { PublicJwk, UnverifiedDocument } from '../crypto/signed-document.ts';
import { CausewayError } from '../errors.ts';
import type { JsonLimits } from '../platform/json.ts';
import type { JsonValue } from '../stages.ts';

/** Of one document: more than a gateway with years of keys needs. */
export const DOCUMENT_LIMITS: JsonLimits = { maxBytes: 256 * 1024, maxDepth: 16, maxNodes: 20_000, maxText: 64 * 1024 };

/** Milliseconds that the clock of a signer may be ahead of ours. */
const AHEAD_MS = 60_000;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Compared as text, so that one entity has one spelling. A host that is a number would slip through constraints on names. */
const entityId = v.pipe(text, v.check(isEntityId, 'an https URL with a host name, without user, query or fragment'));
const coordinate = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const jwk = v.pipe(
  v.looseObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: coordinate, y: coordinate, kid: text, alg: v.exactOptional(v.literal('ES256')), use: v.exactOptional(v.literal('sig')) }),
  v.check((key) => !('d' in key), 'a public key'),
  v.transform(({ kty, crv, x, y, kid }): PublicJwk => ({ kty, crv, x, y, kid })),
);
export const jwksSchema = v.object({ keys: v.pipe(v.array(jwk), v.minLength(1), v.maxLength(50), v.check((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'each kid once')) });

const parameters = v.record(text, v.unknown());
const never = v.exactOptional(v.never());
const common = {
  iss: entityId,
  sub: entityId,
  iat: seconds,
  exp: seconds,
  jwks: jwksSchema,
  metadata: v.exactOptional(v.record(text, parameters)),
  // Whatever it names, we know no claims beyond those of the specification.
  crit: never,
};
const names = v.pipe(v.array(text), v.maxLength(50));

const configuration = v.looseObject({
  ...common,
  authority_hints: v.exactOptional(v.pipe(v.array(entityId), v.minLength(1), v.maxLength(8))),
  trust_marks: v.exactOptional(v.pipe(v.array(v.looseObject({ trust_mark_type: text, trust_mark: v.string() })), v.maxLength(20))),
  trust_mark_issuers: v.exactOptional(v.record(text, v.array(entityId))),
  metadata_policy: never,
  metadata_policy_crit: never,
  constraints: never,
});

const subordinate = v.looseObject({
  ...common,
  authority_hints: never,
  metadata_policy: v.exactOptional(v.record(text, v.record(text, parameters))),
  // As `crit`: no operators beyond the standard ones are known here.
  metadata_policy_crit: never,
  constraints: v.exactOptional(
    v.looseObject({
      max_path_length: v.exactOptional(seconds),
      naming_constraints: v.exactOptional(v.object({ permitted: v.exactOptional(names), excluded: v.exactOptional(names) })),
      allowed_entity_types: v.exactOptional(names),
    }),
  ),
});

export type ConfigurationClaims = v.InferOutput<typeof configuration>;
export type SubordinateClaims = v.InferOutput<typeof subordinate>;
export type Constraints = NonNullable<SubordinateClaims['constraints']>;
/** Entity type → parameter → value. */
export type Metadata = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;

export interface Unverified<C> {
  readonly document: UnverifiedDocument;
  readonly claims: C;
}

/** An entity configuration before its signature is checked. Throws `chain-malformed`, `too-large`. */
export function readConfiguration(compact: string): Unverified<ConfigurationClaims> {
  const read = readAs(compact, configuration);
  if (read.claims.iss !== read.claims.sub) throw new CausewayError('chain-malformed', `an entity configuration of ${read.claims.sub} by ${read.claims.iss}`);
  return read;
}

/** A statement of a superior about another entity, before its signature is checked. Throws `chain-malformed`, `too-large`. */
export function readSubordinate(compact: string): Unverified<SubordinateClaims> {
  const read = readAs(compact, subordinate);
  if (read.claims.iss === read.claims.sub) throw new CausewayError('chain-malformed', `${read.claims.iss} states itself as its subordinate`);
  return read;
}

/** Signature under keys that somebody else vouched for, then time. Throws `chain-untrusted`, `chain-expired`. `now`: UTC milliseconds. */
export async function verifyStatement({ document, claims }: Unverified<{ readonly iss: string; readonly sub: string; readonly iat: number; readonly exp: number }>, keys: readonly PublicJwk[], now: number): Promise<void> {
  await verifyDocument(document, keys);
  checkTime(claims, `the statement of ${claims.iss} about ${claims.sub}`, now);
}

/** Throws `chain-expired`: expired, never valid, or signed in the future. */
export function checkTime({ iat, exp }: { readonly iat: number; readonly exp: number }, what: string, now: number): void {
  if (exp <= iat || now >= exp * 1000) throw new CausewayError('chain-expired', `${what} expired at ${new Date(exp * 1000).toISOString()}`);
  if (iat * 1000 > now + AHEAD_MS) throw new CausewayError('chain-expired', `${what} is of the future, ${new Date(iat * 1000).toISOString()}`);
}

function readAs<S extends typeof configuration | typeof subordinate>(compact: string, schema: S): Unverified<v.InferOutput<S>> {
  const document = readDocument(compact, 'entity-statement+jwt', DOCUMENT_LIMITS);
  return { document, claims: parseClaims(document, schema) };
}

/** Throws `chain-malformed` naming the claim, never its value. */
export function parseClaims<S extends v.GenericSchema>(document: UnverifiedDocument, schema: S): v.InferOutput<S> {
  const parsed = v.safeParse(schema, document.claims);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new CausewayError('chain-malformed', `${document.typ}: claim ${v.getDotPath(issue) ?? '?'}: expected ${issue.expected ?? issue.message}`);
}

export function isEntityId(id: string): boolean {
  const url = URL.parse(id);
  if (url?.protocol !== 'https:' || !/[a-z]$/.test(url.hostname)) return false;
  return id === (url.pathname === '/' ? url.origin : `${url.origin}${url.pathname}`);
}
