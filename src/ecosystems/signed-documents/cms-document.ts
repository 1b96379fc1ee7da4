/**
 * Judges the signature of an ASiC-S container as UXP makes it: detached CMS over the one message, with a time-stamp over the signature value and OCSP answers
 * (CAdES-X-Long). RSA and ECDSA are verified in full; DSTU 4145 of Trembita 1.x by nothing that is maintained: it is told apart, never believed.
 */
import { readCades } from '../../crypto/cades.ts';
import type { CadesSignature } from '../../crypto/cades.ts';
import { parseCertificate } from '../../crypto/certificates.ts';
import { verifySignedData } from '../../crypto/cms.ts';
import { gost34311 } from '../../crypto/gost34311.ts';
import { verifyTimestamp } from '../../crypto/timestamp.ts';
import type { DomesticMember } from '../../stages.ts';
import type { CertificatePath } from '../../crypto/certificate-path.ts';
import type { Timestamp } from '../../crypto/timestamp.ts';
import { certifiedSigner, checkRevocation } from './certified-signer.ts';
import type { SignedDocument, Told } from './container.ts';
import type { GlobalConfiguration } from './global-configuration.ts';
import { platformError } from './platform-error.ts';

export interface CmsProof {
  readonly stamp: Timestamp;
  readonly path: CertificatePath;
}

/** Throws `malformed` and the `signature-…` codes. */
export function verifyCms({ signature, message }: SignedDocument, signer: DomesticMember, configuration: GlobalConfiguration, told: Told): CmsProof {
  const cades = readCades(signature);
  const [token, ...others] = cades.timestamps;
  if (token === undefined || others.length > 0) throw platformError('malformed', 'asic_timestamp_not_found', 'not exactly one time-stamp over the signature');
  const stamp = verifyTimestamp(token, cades.value, { authorities: configuration.timestampers });
  told('time-stamp', `${new Date(stamp.time).toISOString()} by ${stamp.authority}`);
  const signed = verifySignedData(signature, message);
  told('signature', `${cades.signatureAlgorithm} over /message.xml`);
  const path = certifiedSigner({ certificate: parseCertificate(signed.signer), authorities: signed.certificates }, signer, configuration, stamp.time);
  told('signer', `${path.certificate.x509.subject.replaceAll('\n', ', ')}, issued by ${path.issuer}`);
  checkRevocation(cades.ocspResponses, path, configuration, stamp.time);
  told('OCSP', 'the certificate was good');
  return { stamp, path };
}

/** The standards of Ukraine: DSTU 4145, GOST 34.311. */
const UKRAINIAN = /^1\.2\.804\.2\.1\.1\.1\.1\./;

/**
 * Why nothing here can verify the document, where that is so. What can be checked is: its signed digest must be that of the message. Throws
 * `signature-invalid` where it is not, and `malformed`.
 */
export function unverifiable({ form, signature, message }: Pick<SignedDocument, 'form' | 'signature' | 'message'>): string | undefined {
  if (form !== 'cms') return undefined;
  const cades = readCades(signature);
  if (!UKRAINIAN.test(cades.signatureAlgorithm)) return undefined;
  checkGost(cades, message);
  return `the signature is by DSTU 4145 (${cades.signatureAlgorithm}), which no maintained library verifies; its digest is that of the message`;
}

function checkGost({ digestAlgorithm, messageDigest }: CadesSignature, message: Uint8Array): void {
  if (!UKRAINIAN.test(digestAlgorithm) || messageDigest === undefined || !gost34311(message).equals(messageDigest)) throw platformError('signature-invalid', 'invalid_signature_value', 'the signed digest is not that of the message');
}
