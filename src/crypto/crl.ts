/** Certificate revocation lists (RFC 5280, section 5): which certificates of an authority are revoked. Nothing here opens a socket; pkijs reads the structure, the checks are here. */
import { verify } from 'node:crypto';
import { Certificate, CertificateRevocationList } from 'pkijs';
import { CausewayError } from '../errors.ts';
import { parseCertificate } from './certificates.ts';
import { signatureByOid } from './cms.ts';

export interface RevocationList {
  /** UTC milliseconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Whether the certificate (DER), which the list's authority issued, stands on it. */
  has(certificate: Uint8Array): boolean;
}

/**
 * The complete list of an authority (DER certificate), signed by it. Throws `malformed`, `signature-invalid`, `signature-weak` and `signature-untrusted` for a list of
 * another issuer, without an end, or with a critical extension: such a list is of a part only (issuingDistributionPoint), or a change to another one.
 */
export function readCrl(bytes: Uint8Array, authority: Uint8Array): RevocationList {
  const list = parse(bytes);
  const issuer = Certificate.fromBER(authority);
  if (!list.issuer.isEqual(issuer.subject)) throw untrusted('a revocation list of another issuer');
  if ((list.crlExtensions?.extensions ?? []).some(({ critical }) => critical)) throw untrusted('a revocation list of a part, or with what is not understood');
  if (list.nextUpdate === undefined) throw untrusted('a revocation list without an end');
  const { digest, key } = signatureByOid(list.signatureAlgorithm.algorithmId);
  const { publicKey, fields } = parseCertificate(authority);
  if (fields.keyUsage !== undefined && !fields.keyUsage.has('cRLSign')) throw untrusted('the authority may not sign revocation lists');
  if (publicKey.asymmetricKeyType !== key || !verify(digest, list.tbsView, publicKey, list.signatureValue.valueBlock.valueHexView)) throw new CausewayError('signature-invalid', 'the signature of the revocation list does not verify');
  const serials = new Set((list.revokedCertificates ?? []).map(({ userCertificate }) => hex(userCertificate.valueBlock.valueHexView)));
  return { thisUpdate: list.thisUpdate.value.getTime(), nextUpdate: list.nextUpdate.value.getTime(), has: (certificate) => serials.has(hex(Certificate.fromBER(certificate).serialNumber.valueBlock.valueHexView)) };
}

function parse(bytes: Uint8Array): CertificateRevocationList {
  try {
    return CertificateRevocationList.fromBER(bytes);
  } catch (cause) {
    throw new CausewayError('malformed', 'not a certificate revocation list', { cause });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/^(?:00)+(?=..)/, '');
}

function untrusted(message: string): CausewayError {
  return new CausewayError('signature-untrusted', message);
}
