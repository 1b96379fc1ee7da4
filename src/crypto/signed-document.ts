/**
 * Signed documents of the federation: compact JWS (RFC 7515) that live for minutes to a year and are read seldom, so they go through the
 * library. Statements about exchanges, four an exchange, have a road of their own (jws.ts).
 */
import { compactVerify, importJWK } from 'jose';
import { CausewayError } from '../errors.ts';
import type { JsonValue } from '../stages.ts';
import { parseJson } from '../platform/json.ts';
import type { JsonLimits } from '../platform/json.ts';
import { sha256Base64url } from './digest.ts';
import { publicHalf, thumbprint } from './keys.ts';
import { signJws } from './jws.ts';
import type { JwsKey, Signer } from './jws.ts';

/** `typ` of each kind; a key of one role signs no kind of another (protocol.md, "Trust"). */
export type DocumentType = 'entity-statement+jwt' | 'trust-mark+jwt' | 'jwk-set+jwt' | 'causeway-notices+jwt';

export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
}

/** As it was received: nothing of it may be believed before `verifyDocument`. */
export interface UnverifiedDocument {
  readonly compact: string;
  readonly typ: DocumentType;
  readonly kid: string;
  readonly claims: JsonValue;
}

const MEMBERS = ['alg', 'kid', 'typ'];

/**
 * Shape alone. Throws `chain-malformed`: not three canonical base64url segments, a header with any other member than `alg`, `typ` and `kid`
 * (so also `crit`, `b64`, `jwk`, `x5c`), another `typ`, a name twice in header or claims; `too-large` beyond `limits`.
 */
export function readDocument(compact: string, typ: DocumentType, limits: JsonLimits): UnverifiedDocument {
  if (compact.length > limits.maxBytes) throw new CausewayError('too-large', `a ${typ} of ${compact.length} bytes`);
  const segments = compact.split('.');
  if (segments.length !== 3) throw malformed(`not a compact JWS of typ ${typ}`);
  const [head, body] = segments.map(decodeCanonical) as [Buffer, Buffer, Buffer];
  const header = parseObject(head, limits);
  if (Object.keys(header).sort().join() !== MEMBERS.join()) throw malformed(`header members ${Object.keys(header).join(', ')}: exactly alg, typ and kid are understood`);
  if (header['typ'] !== typ) throw malformed(`typ "${String(header['typ'])}" where ${typ} must stand`);
  if (typeof header['kid'] !== 'string') throw malformed('kid is not a text');
  return { compact, typ, kid: header['kid'], claims: parseObject(body, limits) };
}

/**
 * Resolves when one of `keys` has the document's `kid` and signed it, with ES256: the header chooses neither key nor algorithm beyond that.
 * Throws `chain-untrusted`.
 */
export async function verifyDocument({ compact, kid, typ }: UnverifiedDocument, keys: readonly PublicJwk[]): Promise<void> {
  const [jwk, twin] = keys.filter((key) => key.kid === kid);
  if (jwk === undefined || twin !== undefined) throw new CausewayError('chain-untrusted', `${jwk === undefined ? 'none' : 'more than one'} of the keys that are vouched for is the "${kid}" that signed this ${typ}`);
  try {
    await compactVerify(compact, await importJWK({ ...jwk }, 'ES256'), { algorithms: ['ES256'] });
  } catch (cause) {
    throw new CausewayError('chain-untrusted', `the signature of key "${kid}" on this ${typ} does not verify`, { cause });
  }
}

export function signDocument(typ: DocumentType, claims: object, signer: Signer): Promise<string> {
  return signJws(typ, JSON.stringify(claims), signer);
}

/** Public half of a P-256 key under its RFC 7638 thumbprint. */
export function publicJwk({ key }: Pick<JwsKey, 'key'>): PublicJwk {
  const exported = publicHalf(key).export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x: String(exported.x), y: String(exported.y), kid: thumbprint(key) };
}

/** RFC 7638 thumbprint of a JWK, whatever `kid` it claims. */
export function jwkThumbprint({ kty, crv, x, y }: PublicJwk): string {
  return sha256Base64url(JSON.stringify({ crv, kty, x, y }));
}

function decodeCanonical(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.length === 0 || bytes.toString('base64url') !== segment) throw malformed('a segment is not canonical base64url');
  return bytes;
}

function parseObject(bytes: Uint8Array, limits: JsonLimits): Readonly<Record<string, JsonValue>> {
  const value = parse(bytes, limits);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('header and claims must be objects');
  return value as Readonly<Record<string, JsonValue>>;
}

function parse(bytes: Uint8Array, limits: JsonLimits): JsonValue {
  try {
    return parseJson(bytes, limits);
  } catch (cause) {
    throw new CausewayError('chain-malformed', cause instanceof Error ? cause.message : 'not JSON', { cause });
  }
}

function malformed(message: string): CausewayError {
  return new CausewayError('chain-malformed', message);
}
