/**
 * Detached JWS over HTTP messages: payload unencoded (RFC 7797) and named by header fields (JAdES `sigD` of mechanism HttpHeaders, ETSI TS 119 182-1,
 * clause 5.2.8.2), the body by its Content-Digest. A JWS over the body alone binds neither path, caller nor message id, and is refused.
 */
import { FlattenedSign, errors, flattenedVerify } from 'jose';
import { CausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { HttpHeaders } from '../platform/http-client.ts';
import { parseJson } from '../platform/json.ts';
import type { JsonLimits } from '../platform/json.ts';
import { readAll } from './carried-certificates.ts';
import { sha256Base64url } from './digest.ts';
import type { CoveredMessage, SignatureRules, SignedMessage } from './http-signature.ts';
import type { MessageKey } from './message-keys.ts';

export const JWS_SIGNATURE = 'x-jws-signature';

const HTTP_HEADERS = 'http://uri.etsi.org/19182/HttpHeaders';
/** Method and target in one line, as the mechanism names them. */
export const REQUEST_TARGET = '(request-target)';
/** Room for certificates: the header of a message has 16 KiB in all. */
const HEADER_LIMITS: JsonLimits = { maxBytes: 12_288, maxDepth: 4, maxNodes: 64, maxText: 6144 };
/** What we understand where a signature says that it is critical. jose knows b64 by itself. */
const CRITICAL = { sigD: true, sigT: true, iat: true } as const;

interface Header {
  readonly kid: string | undefined;
  readonly certificates: () => readonly Uint8Array[];
  readonly alg: string;
  /** UTC milliseconds. */
  readonly created: number;
  readonly names: readonly string[];
}

/** Header `x-jws-signature` over `names`. `created` in UTC milliseconds. Throws `internal` for a header that the message does not have. */
export async function signDetached(message: SignedMessage, names: readonly string[], key: MessageKey, created: number): Promise<HttpHeaders> {
  const payload = payloadOf(message, names, (name) => new CausewayError('internal', `nothing to sign as ${name}`));
  const header = { alg: key.jws[0], kid: key.keyid, ...certificateHeader(key), iat: Math.floor(created / 1000), b64: false, sigD: { mId: HTTP_HEADERS, pars: [...names] }, crit: ['b64', 'sigD'] };
  const { protected: head, signature } = await new FlattenedSign(payload).setProtectedHeader(header).sign(key.key, { crit: CRITICAL });
  return { [JWS_SIGNATURE]: `${head}..${signature}` };
}

/**
 * What the signature of a message covers. Throws as verifyHttpSignature does; `signature-weak` also for an encoded or attached payload, another mechanism
 * than HttpHeaders, and a critical parameter that is not known. Of `rules`, a tag and a nonce have no place in this form.
 */
export async function verifyDetached(message: SignedMessage, rules: SignatureRules, now: number): Promise<CoveredMessage> {
  const { head, signature } = segmentsOf(message.headers[JWS_SIGNATURE]);
  const header = readHeader(head);
  const key = rules.keyOf(header.kid, header.certificates);
  if (!key.jws.includes(header.alg)) throw failed('signature-weak', `The key is registered for ${key.jws.join(', ')}.`);
  if (header.created < now - rules.maxAge) throw failed('signature-expired', 'The message was signed too long ago.');
  if (header.created > now + rules.maxAhead) throw failed('signature-expired', 'The message was signed in the future: check the clock.');
  const payload = payloadOf(message, header.names, () => failed('signature-invalid', 'The signature covers a header that the message does not have.'));
  await verifyValue({ protected: head, payload, signature }, key);
  const components = new Set(header.names);
  for (const one of rules.components) if (!one.some((name) => components.has(name))) throw failed('signature-incomplete', `The signature must cover ${one.join(' or ')}.`);
  return { keyid: key.keyid, components, headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => components.has(name))) };
}

function segmentsOf(field: string | undefined): { head: string; signature: string } {
  if (field === undefined) throw failed('signature-missing', `${JWS_SIGNATURE} is missing.`);
  const [head, payload, signature, ...rest] = field.split('.');
  if (head === undefined || signature === undefined || rest.length > 0 || !isCanonical(head) || !isCanonical(signature)) throw failed('signature-invalid', `${JWS_SIGNATURE} is not a JWS.`);
  if (payload !== '') throw failed('signature-weak', 'The payload of the JWS must be detached.');
  return { head, signature };
}

function isCanonical(segment: string): boolean {
  return segment !== '' && Buffer.from(segment, 'base64url').toString('base64url') === segment;
}

/** Strictly: of a member that stands twice, jose and the sender could mean different ones. */
function readHeader(head: string): Header {
  const header = asObject(readJson(Buffer.from(head, 'base64url')));
  const { alg, kid, b64, crit, sigD, iat, sigT } = header;
  if (typeof alg !== 'string' || !(isName(kid) || (kid === undefined && header['x5c'] !== undefined))) throw failed('signature-invalid', 'The header of the JWS needs alg, and kid or x5c.');
  if (b64 !== false) throw failed('signature-weak', 'The payload must be unencoded: b64 false.');
  const critical = Array.isArray(crit) ? crit : [];
  // A reader that does not know sigD would take the signature for one over the body.
  for (const name of ['b64', 'sigD']) if (!critical.includes(name)) throw failed('signature-weak', `crit must name ${name}.`);
  const { mId, pars, ...others } = asObject(sigD);
  if (mId !== HTTP_HEADERS || Object.keys(others).length > 0) throw failed('signature-weak', 'sigD must be of the mechanism HttpHeaders.');
  const names = Array.isArray(pars) ? pars.filter((name) => typeof name === 'string') : [];
  if (!Array.isArray(pars) || names.length !== pars.length || new Set(names).size !== names.length || names.length === 0) throw failed('signature-invalid', 'sigD must list headers, each once.');
  return { alg, kid, certificates: () => certificatesOf(header), created: createdOf(iat, sigT), names };
}

function isName(kid: unknown): kid is string {
  return typeof kid === 'string' && kid !== '';
}

/** The signing certificate and those above it, base64 of DER (RFC 7515, section 4.1.6); `x5t#S256`, where it stands, must be that of the first (section 4.1.8). */
function certificatesOf({ x5c = [], 'x5t#S256': thumbprint }: Readonly<Record<string, unknown>>): Uint8Array[] {
  const texts = Array.isArray(x5c) ? x5c.filter((text) => typeof text === 'string') : [];
  if (!Array.isArray(x5c) || texts.length !== x5c.length) throw failed('signature-invalid', 'x5c must be a list of certificates.');
  const certificates = readAll(texts);
  const [own] = certificates;
  if (own !== undefined && thumbprint !== undefined && thumbprint !== sha256Base64url(own)) throw failed('signature-invalid', 'x5t#S256 is not that of the certificate in x5c.');
  return certificates;
}

function certificateHeader({ certificates }: MessageKey) {
  return certificates === undefined ? {} : { 'x5c': certificates.map((der) => Buffer.from(der).toString('base64')), 'x5t#S256': sha256Base64url(certificates[0]) };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, HEADER_LIMITS);
  } catch (cause) {
    throw new CausewayError('signature-invalid', 'the header of the JWS is not JSON', { facts: { hint: 'The header of the JWS is not JSON, or holds a member twice.' }, cause });
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw failed('signature-invalid', 'The header of the JWS is not of the form that it must have.');
  return value as Readonly<Record<string, unknown>>;
}

/** `iat` (version 1.2.1 of the specification) in seconds, or `sigT` (1.1.1) as a time in UTC; one of them. */
function createdOf(iat: unknown, sigT: unknown): number {
  if (iat === undefined && sigT === undefined) throw failed('signature-incomplete', 'The header of the JWS says no time.');
  if (sigT === undefined && Number.isSafeInteger(iat)) return (iat as number) * 1000;
  if (iat === undefined && typeof sigT === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(sigT) && !Number.isNaN(Date.parse(sigT))) return Date.parse(sigT);
  throw failed('signature-invalid', 'The time in the header of the JWS cannot be read.');
}

function payloadOf(message: SignedMessage, names: readonly string[], missing: (name: string) => CausewayError): Buffer {
  const lines = names.map((name) => {
    const value = name === REQUEST_TARGET ? requestTarget(message) : Object.hasOwn(message.headers, name) ? message.headers[name] : undefined;
    if (value === undefined) throw missing(name);
    return `${name}: ${value}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

function requestTarget(message: SignedMessage): string | undefined {
  return 'method' in message ? `${message.method.toLowerCase()} ${message.target}` : undefined;
}

async function verifyValue(jws: { protected: string; payload: Uint8Array; signature: string }, key: MessageKey): Promise<void> {
  try {
    await flattenedVerify(jws, key.key, { algorithms: [...key.jws], crit: CRITICAL });
  } catch (cause) {
    if (cause instanceof errors.JOSENotSupported) throw new CausewayError('signature-weak', 'the JWS uses what is not supported', { facts: { hint: 'The JWS has a critical parameter that is not known here.' }, cause });
    throw new CausewayError('signature-invalid', 'the JWS does not verify', { facts: { hint: 'The signature does not verify.' }, cause });
  }
}

function failed(code: ErrorCode, hint: string): CausewayError {
  return new CausewayError(code, hint, { facts: { hint } });
}
