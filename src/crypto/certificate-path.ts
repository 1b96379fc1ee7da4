/** Chaining a signing certificate to a country's approved authorities. Source: RFC 5280, section 6.1. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { CausewayError } from '../errors.ts';
import { parseCertificate } from './certificates.ts';
import type { Certificate, CertificateTrust } from './certificates.ts';

/** A signing certificate with the authorities above it, nearest first. */
export interface CertificatePath {
  readonly certificate: Certificate;
  readonly authorities: readonly Certificate[];
  /** Subject of the issuing authority, one attribute a line as node:crypto writes it, joined by ', '. */
  readonly issuer: string;
}

/** Signature algorithms of certificates: SHA-2 with RSA (PKCS#1 v1.5, PSS) or ECDSA. */
const SIGNATURE_OIDS: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.10', '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.13', '1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4']);
const MIN_RSA_BITS = 2048;
/** A signature check with a larger key costs more than a message is worth; no approved authority issues one. */
const MAX_RSA_BITS = 4096;
/** FIPS 186-5 allows more, and nobody uses it: a verification takes as long as the exponent is. */
const MAX_RSA_EXPONENT = 0xffff_ffffn;
const MAX_AUTHORITIES = 4;
const CACHED_PATHS = 10_000;

interface Authorities {
  readonly certificates: readonly Certificate[];
  /** Only paths that held, by fingerprint; their validity is judged again at every use, and one that is over is looked for anew. */
  readonly paths: LRUCache<string, CertificatePath>;
}

const compiled = new WeakMap<CertificateTrust, Authorities>();

/** What the certificate is for, and certificates that came with the message: a path may lead through them, but must end at an approved authority. */
export interface PathQuestion {
  readonly use: Use;
  /** DER. */
  readonly others?: readonly Uint8Array[];
}
export type Use = 'signing' | 'time-stamping';

/**
 * The path from a DER certificate to an approved authority, with every certificate on it valid at `at` (UTC milliseconds).
 * An authority is approved because it is listed; where the list also holds the one above it, that one must hold as well. A list may
 * hold the certificate of a time-stamping authority itself, as the configurations of X-Road instances do.
 * Throws `signature-untrusted` (no path, not for this use, an authority where a signer belongs), `signature-expired` (outside
 * a validity period) and `signature-weak` (key or certificate signature).
 */
export function certificatePath(trust: CertificateTrust, der: Uint8Array, at: number, { use, others = [] }: PathQuestion = { use: 'signing' }): CertificatePath {
  const authorities = compile(trust);
  const fingerprint = `${use} ${hash('sha256', der, 'base64url')}`;
  const known = authorities.paths.get(fingerprint);
  if (known !== undefined && inTime(known, at)) return known;
  const path = findPath(authorities, parseCertificate(der), at, use, others);
  if (!inTime(path, at)) throw new CausewayError('signature-expired', 'a certificate of the path is outside its validity period', { facts: { hint: 'The signing certificate, or one above it, is outside its validity period.' } });
  authorities.paths.set(fingerprint, path);
  return path;
}

function inTime({ certificate, authorities }: CertificatePath, at: number): boolean {
  return [certificate, ...authorities].every((one) => isIn(one, at));
}

function isIn({ notBefore, notAfter }: Certificate, at: number): boolean {
  return at >= notBefore && at <= notAfter;
}

function compile(trust: CertificateTrust): Authorities {
  const known = compiled.get(trust);
  if (known !== undefined) return known;
  const authorities = { certificates: trust.authorities.map(parseCertificate), paths: new LRUCache<string, CertificatePath>({ max: CACHED_PATHS }) };
  compiled.set(trust, authorities);
  return authorities;
}

function findPath(authorities: Authorities, certificate: Certificate, at: number, use: Use, others: readonly Uint8Array[]): CertificatePath {
  checkEndEntity(certificate, use);
  const listed = use === 'time-stamping' && authorities.certificates.some(({ x509 }) => x509.raw.equals(certificate.x509.raw));
  const above = listed ? [] : climb(authorities.certificates, others.map(parseCertificate), certificate, at);
  if (listed) checkStrength(certificate);
  return { certificate, authorities: above, issuer: (above[0] ?? certificate).x509.subject.replaceAll('\n', ', ') };
}

const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
/** Server and client authentication, time-stamping and OCSP: such a key lies on a machine that terminates connections or answers by itself, and must not speak for the member. */
const MACHINE_PURPOSES: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', TIME_STAMPING, '1.3.6.1.5.5.7.3.9']);

function checkEndEntity({ fields, x509 }: Certificate, use: Use): void {
  if (fields.authority) throw untrusted('the certificate is one of an authority');
  const { keyUsage } = fields;
  // node:crypto calls the extended key usage keyUsage.
  const purposes = x509.keyUsage ?? [];
  if (use === 'time-stamping') {
    // RFC 3161, section 2.3: this purpose alone, and critical.
    if (purposes.length !== 1 || purposes[0] !== TIME_STAMPING || !fields.purposesCritical) throw untrusted('the certificate is not one for time-stamping alone');
    if (keyUsage !== undefined && !(keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation'))) throw untrusted('the certificate is not for signatures');
    return;
  }
  if (keyUsage === undefined || !(keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation'))) throw untrusted('the certificate is not for signatures');
  if (purposes.some((purpose) => MACHINE_PURPOSES.has(purpose))) throw untrusted('the certificate is one for TLS, time-stamping or OCSP');
}

/** Up to the last approved authority that is found; `others` only lead there. Of several certificates of one authority, one that is in its time is taken. */
function climb(approved: readonly Certificate[], others: readonly Certificate[], leaf: Certificate, at: number): Certificate[] {
  const path: Certificate[] = [];
  let believed = 0;
  for (let current = leaf; ; ) {
    checkStrength(current);
    const below = current;
    const above = (candidates: readonly Certificate[]) => candidates.toSorted((one, other) => Number(isIn(other, at)) - Number(isIn(one, at))).find((authority) => authority !== below && issued(authority, below, path));
    const listed = above(approved);
    const issuer = listed ?? (believed === 0 ? above(others) : undefined);
    if (issuer === undefined) break;
    path.push(issuer);
    if (path.length > MAX_AUTHORITIES) throw untrusted('the path is too long');
    if (listed !== undefined) believed = path.length;
    if (isRoot(issuer)) break;
    current = issuer;
  }
  if (believed === 0) throw untrusted('no approved authority issued the certificate');
  return path;
}

/** `below`: authorities already on the path; roots do not count, and none of these is one. */
function issued(authority: Certificate, certificate: Certificate, below: readonly Certificate[]): boolean {
  const { fields, x509, publicKey } = authority;
  if (!certificate.x509.checkIssued(x509)) return false;
  // node:crypto's ca: basicConstraints says cA, and keyUsage, where there is one, keyCertSign.
  if (!x509.ca || fields.unknownCritical.length > 0) return false;
  if (fields.pathLength !== undefined && below.length > fields.pathLength) return false;
  // First: what a verification costs, the key decides.
  checkKey(publicKey);
  return certificate.x509.verify(publicKey);
}

function isRoot({ x509 }: Certificate): boolean {
  return x509.checkIssued(x509);
}

/** Throws `signature-untrusted` for a critical extension that is not understood, `signature-weak` for the certificate's signature or key. */
export function checkStrength({ x509, fields, publicKey }: Certificate): void {
  if (fields.unknownCritical.length > 0) throw untrusted(`critical extension ${fields.unknownCritical[0]} is not understood`);
  if (!SIGNATURE_OIDS.has(x509.signatureAlgorithmOid)) throw new CausewayError('signature-weak', `certificate signature algorithm ${x509.signatureAlgorithmOid}`);
  checkKey(publicKey);
}

function checkKey(key: Certificate['publicKey']): void {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {};
  const strong = key.asymmetricKeyType === 'rsa' ? modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && publicExponent <= MAX_RSA_EXPONENT : key.asymmetricKeyType === 'ec' && (namedCurve === 'prime256v1' || namedCurve === 'secp384r1' || namedCurve === 'secp521r1');
  if (!strong) throw new CausewayError('signature-weak', 'a key of the path is too weak, too large, or of another kind');
}

function untrusted(message: string): CausewayError {
  return new CausewayError('signature-untrusted', message);
}
