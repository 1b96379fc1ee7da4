/** X.509 certificates of members and authorities. */
import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { readFields } from './certificate-fields.ts';
import type { CertificateFields } from './certificate-fields.ts';

/** Authorities that a country approves for its members' signing certificates. */
export interface CertificateTrust {
  /** DER. */
  readonly authorities: readonly Uint8Array[];
}

/** The gateway's own signing key as a member of its country's platform. */
export interface MemberKey {
  readonly key: KeyObject;
  /** DER, end entity first. */
  readonly chain: readonly Uint8Array[];
}

/** Organisation that a signing certificate names. */
export interface CertifiedMember {
  readonly instance: string;
  readonly memberClass: string;
  readonly memberCode: string;
}

/** A certificate that was read, and not yet believed. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly fields: CertificateFields;
  /** By OpenSSL's short names; an attribute that occurs several times has a list. */
  readonly subject: Readonly<NodeJS.Dict<string | string[]>>;
  readonly publicKey: KeyObject;
  /** UTC milliseconds, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Reads one DER certificate. Throws `signature-untrusted` when it is none. */
export function parseCertificate(der: Uint8Array): Certificate {
  try {
    const x509 = new X509Certificate(der);
    // As an object: in the text form of a subject, a line break inside a value looks like another attribute.
    const { subject } = x509.toLegacyObject();
    return { x509, fields: readFields(der), subject, publicKey: x509.publicKey, notBefore: x509.validFromDate.getTime(), notAfter: x509.validToDate.getTime() };
  } catch (cause) {
    throw new CausewayError('signature-untrusted', 'not a certificate', { facts: { hint: 'The signing certificate cannot be read.' }, cause });
  }
}

/** DER of the certificates of a PEM file, in its order; anything else in it stays without effect. */
export function certificatesIn(pem: string | Uint8Array): Uint8Array[] {
  const blocks = Buffer.from(pem).toString('latin1').match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => Buffer.from(block.replace(/-----[A-Z ]+-----/g, ''), 'base64'));
}

/**
 * The member that the subject names: CN is the member code, serialNumber is `instance/server code/member class`.
 * Throws `signature-untrusted` when the subject is not of this profile. Source: X-Road certificate profile of Finland.
 */
export function certifiedMember(certificate: Certificate): CertifiedMember {
  const memberCode = only(certificate.subject['CN']);
  const parts = only(certificate.subject['serialNumber']).split('/');
  const [instance, , memberClass] = parts;
  if (parts.length !== 3 || !instance || !memberClass || memberCode === '') throw notOfProfile();
  return { instance, memberClass, memberCode };
}

/** A second attribute of one type would leave open which of the two is meant. */
function only(value: string | string[] | undefined): string {
  if (typeof value !== 'string') throw notOfProfile();
  return value;
}

function notOfProfile(): CausewayError {
  return new CausewayError('signature-untrusted', 'subject is not of the member profile', { facts: { hint: 'The signing certificate does not name a member of the platform.' } });
}
