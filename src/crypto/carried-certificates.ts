/** Certificates and OCSP answers that come beside a message, as text in its headers. Read here; whether they are worth something, others judge. */
import { CausewayError } from '../errors.ts';

/** One that signs, and up to four authorities above it. */
const MOST = 5;

/**
 * DER of the certificates in a header field, the signer's first: base64, one after the other behind commas, bare (as NextGenPSD2 has them in TPP-Signature-Certificate) or
 * between colons (byte sequences of RFC 9651, as in Client-Cert of RFC 9440). Throws `signature-invalid`.
 */
export function readCertificates(field: string): Uint8Array[] {
  return readAll(field.split(',').map((member) => bare(member.trim())));
}

/** DER of base64 texts in their one spelling, the signer's first; five at most. Throws `signature-invalid`. */
export function readAll(texts: readonly string[]): Uint8Array[] {
  if (texts.length > MOST) throw failed(`No more than ${MOST} certificates may come with a signature.`);
  return texts.map((text) => decode(text, 'A certificate that came with the signature'));
}

/** Certificates as a header field, in the form that every reader takes. */
export function writeCertificates(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => Buffer.from(der).toString('base64')).join(', ');
}

/** DER of an OCSP answer in a header field, written as certificates are. Throws `signature-invalid`. */
export function readOcspField(field: string): Uint8Array {
  return decode(bare(field.trim()), 'The OCSP answer that came with the message');
}

function bare(member: string): string {
  return /^:(.*):$/.exec(member)?.[1] ?? member;
}

function decode(text: string, what: string): Uint8Array {
  const der = Buffer.from(text, 'base64');
  if (der.length === 0 || der.toString('base64') !== text) throw failed(`${what} is not base64 of DER.`);
  return der;
}

function failed(hint: string): CausewayError {
  return new CausewayError('signature-invalid', hint, { facts: { hint } });
}
