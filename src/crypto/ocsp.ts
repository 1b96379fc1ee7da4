/** OCSP answers (RFC 6960): whether a certificate was good at a time. Nothing here opens a socket; pkijs reads the structure, the checks are here. */
import { X509Certificate, hash, verify } from 'node:crypto';
import { BasicOCSPResponse, Certificate, OCSPResponse } from 'pkijs';
import type { CertID, SingleResponse } from 'pkijs';
import { CausewayError, asCausewayError } from '../errors.ts';
import { checkStrength } from './certificate-path.ts';
import { tlv } from './cms-plain.ts';
import { signatureByOid } from './cms.ts';
import { parseCertificate } from './certificates.ts';

export interface OcspQuestion {
  /** DER of the certificate that is asked about, and of the one that issued it. */
  readonly certificate: Uint8Array;
  readonly issuer: Uint8Array;
  /** DER of responders' certificates that are believed as they are, beside the issuer itself and what it issued for OCSP signing. */
  readonly responders: readonly Uint8Array[];
  /** UTC milliseconds: the certificate must have been good then. */
  readonly at: number;
  /** Milliseconds that the answer may be older than `at`. */
  readonly freshness: number;
}

/** What was answered, UTC milliseconds. */
export interface OcspAnswer {
  readonly thisUpdate: number;
  readonly producedAt: number;
}

/** What a responder that is believed says, whatever it is. */
export interface OcspStatus extends OcspAnswer {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** After which there is a newer answer; undefined: at any time. */
  readonly nextUpdate: number | undefined;
}

const BASIC = '1.3.6.1.5.5.7.48.1.1';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
/** The digests by which an answer tells which certificate it is of: identification only, so that SHA-1 does. */
const ID_DIGESTS: Readonly<Record<string, string>> = { '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256' };

/**
 * Requires a signed answer "good", no older than `freshness` at `at`, by a responder that may give it. Throws `malformed`,
 * `signature-invalid`, `signature-weak`, `signature-untrusted` (revoked, unknown, another responder) and `signature-expired`.
 */
export function verifyOcsp(response: Uint8Array, question: OcspQuestion): OcspAnswer {
  const { status, thisUpdate, producedAt } = readOcspStatus(response, question);
  if (status !== 'good') throw untrusted('the certificate was revoked, or is not known to its authority');
  if (thisUpdate > question.at) throw expired('the OCSP answer is younger than the signature');
  if (thisUpdate < question.at - question.freshness) throw expired('the OCSP answer is too old');
  return { thisUpdate, producedAt };
}

/** What is said of the certificate, signed by a responder that may say it. How old it may be, the caller judges. Throws as verifyOcsp. */
export function readOcspStatus(response: Uint8Array, question: Omit<OcspQuestion, 'freshness'>): OcspStatus {
  const basic = readBasic(response);
  const { tbsResponseData } = basic;
  verifySignature(basic, responderOf(basic, question), question.at);
  const single = tbsResponseData.responses.find(({ certID }) => isOf(certID, question));
  if (single === undefined) throw untrusted('the OCSP answer is of other certificates');
  return { status: statusOf(single), thisUpdate: single.thisUpdate.getTime(), nextUpdate: single.nextUpdate?.getTime(), producedAt: tbsResponseData.producedAt.getTime() };
}

/** DER of an unsigned request about one certificate, by SHA-1, which every responder knows: identification only. Source: RFC 6960, section 4.1. */
export function ocspRequest(certificate: Uint8Array, issuer: Uint8Array): Uint8Array {
  const [subject, authority] = [Certificate.fromBER(certificate), Certificate.fromBER(issuer)];
  const name = hash('sha1', Buffer.from(authority.subject.toSchema().toBER()), 'buffer');
  const key = hash('sha1', authority.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView, 'buffer');
  const certId = tlv(SEQUENCE, SHA1, tlv(OCTETS, name), tlv(OCTETS, key), Buffer.from(subject.serialNumber.toBER()));
  return tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, certId))));
}
const [SEQUENCE, OCTETS] = [0x30, 0x04];
const SHA1 = Buffer.from('300906052b0e03021a0500', 'hex');

/** CertStatus is a choice of context tags. */
const STATUSES = ['good', 'revoked', 'unknown'] as const;
function statusOf({ certStatus }: SingleResponse): OcspStatus['status'] {
  return STATUSES[(certStatus as { readonly idBlock?: { readonly tagNumber?: number } }).idBlock?.tagNumber ?? 2] ?? 'unknown';
}

function readBasic(bytes: Uint8Array): BasicOCSPResponse {
  try {
    const { responseStatus, responseBytes } = OCSPResponse.fromBER(bytes);
    if (responseStatus.valueBlock.valueDec !== 0 || responseBytes?.responseType !== BASIC) throw new RangeError('no basic response');
    return BasicOCSPResponse.fromBER(responseBytes.response.getValue());
  } catch (cause) {
    throw new CausewayError('malformed', 'not a successful OCSP response', { cause });
  }
}

/** A responder that is listed, the issuer itself, or one that the issuer made for this (RFC 6960, section 4.2.2.2). */
function responderOf({ certs = [] }: BasicOCSPResponse, { issuer, responders }: Omit<OcspQuestion, 'freshness'>): readonly Uint8Array[] {
  const authority = new X509Certificate(issuer);
  return [...responders, issuer, ...certs.map((one) => new Uint8Array(one.toSchema().toBER())).filter((der) => isDelegated(der, authority))];
}

/** They are not signed with the answer: one that cannot be read, or is too weak, counts for nothing. */
function isDelegated(der: Uint8Array, authority: X509Certificate): boolean {
  try {
    const one = parseCertificate(der);
    if (!(one.x509.keyUsage ?? []).includes(OCSP_SIGNING) || !one.x509.checkIssued(authority)) return false;
    checkStrength(one);
    return one.x509.verify(authority.publicKey);
  } catch (thrown) {
    if (asCausewayError(thrown).code === 'internal') throw thrown;
    return false;
  }
}

function verifySignature({ tbsResponseData, signatureAlgorithm, signature }: BasicOCSPResponse, candidates: readonly Uint8Array[], at: number): void {
  const { digest, key } = signatureByOid(signatureAlgorithm.algorithmId);
  const data = Buffer.from(tbsResponseData.tbsView);
  const value = Buffer.from(signature.valueBlock.valueHexView);
  const signer = candidates.map(parseCertificate).find(({ publicKey }) => publicKey.asymmetricKeyType === key && verify(digest, data, publicKey, value));
  if (signer === undefined) throw new CausewayError('signature-invalid', 'no responder that is believed signed the OCSP answer');
  if (at < signer.notBefore || at > signer.notAfter) throw expired('the certificate of the OCSP responder is outside its validity period');
}

function isOf({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: CertID, { certificate, issuer }: Pick<OcspQuestion, 'certificate' | 'issuer'>): boolean {
  const digest = ID_DIGESTS[hashAlgorithm.algorithmId];
  if (digest === undefined) return false;
  const [subject, authority] = [Certificate.fromBER(certificate), Certificate.fromBER(issuer)];
  const name = hash(digest, Buffer.from(authority.subject.toSchema().toBER()), 'buffer');
  const key = hash(digest, authority.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView, 'buffer');
  return name.equals(Buffer.from(issuerNameHash.getValue())) && key.equals(Buffer.from(issuerKeyHash.getValue())) && serialNumber.isEqual(subject.serialNumber);
}

function untrusted(message: string): CausewayError {
  return new CausewayError('signature-untrusted', message);
}

function expired(message: string): CausewayError {
  return new CausewayError('signature-expired', message);
}
