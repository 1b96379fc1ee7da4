/** Whether a signing certificate is of the member that must have signed, by the profile that the instance's configuration names, and whether it was good then. */
import { certificatePath } from '../../crypto/certificate-path.ts';
import type { CertificatePath } from '../../crypto/certificate-path.ts';
import { certifiedMember } from '../../crypto/certificates.ts';
import type { Certificate } from '../../crypto/certificates.ts';
import { verifyOcsp } from '../../crypto/ocsp.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { DomesticMember } from '../../stages.ts';
import type { ApprovedAuthority, GlobalConfiguration } from './global-configuration.ts';
import { platformError } from './platform-error.ts';

/** What a signature brings of its signer. */
export interface BroughtCertificates {
  readonly certificate: Certificate;
  /** DER of authorities. */
  readonly authorities: readonly Uint8Array[];
}

type Member = Pick<DomesticMember, 'instance' | 'memberClass' | 'memberCode'>;

/** `at`: UTC milliseconds at which the certificate must hold. Throws the `signature-…` codes with X-Road's. */
export function certifiedSigner({ certificate, authorities }: BroughtCertificates, signer: Member, configuration: GlobalConfiguration, at: number): CertificatePath {
  if (certificate.fields.keyUsage?.has('nonRepudiation') !== true) throw platformError('signature-untrusted', 'malformed_signature', 'the certificate is not for signatures');
  const path = withCode('cannot_create_cert_path', () => certificatePath({ authorities: configuration.authorities.flatMap(({ certificates }) => certificates) }, certificate.x509.raw, at, { use: 'signing', others: authorities }));
  const member = withCode('incorrect_certificate', () => memberOf(certificate, approvedOf(path, configuration).profile, signer));
  if (member !== memberText(signer)) throw platformError('signature-untrusted', 'incorrect_certificate', `the certificate is of ${member}`);
  return path;
}

/** One answer a certificate of the path, in no order that is laid down: one about the signer must hold. */
export function checkRevocation(responses: readonly Uint8Array[], path: CertificatePath, configuration: GlobalConfiguration, at: number): void {
  const question = { certificate: path.certificate.x509.raw, issuer: path.authorities[0]!.x509.raw, responders: approvedOf(path, configuration).responders, at, freshness: configuration.ocspFreshness };
  const failures: unknown[] = [];
  for (const one of responses) {
    try {
      verifyOcsp(one, question);
      return;
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length === 0) throw platformError('signature-untrusted', 'cert_validation', 'no OCSP response of the signing certificate');
  const { code, message } = asCausewayError(failures[0]);
  throw platformError(code, 'cert_validation', message, failures[0]);
}

export function memberText({ instance, memberClass, memberCode }: Member): string {
  return [instance, memberClass, memberCode].join('/');
}

const FINNISH_PROFILE = /FiVRKCertificateProfileInfoProvider$/;
/** Of configurations that are written by hand for platforms whose own format is not public: the attribute of the subject that holds the member code. */
const CODE_PROFILE = /^causeway:member-code:(CN|serialNumber|organizationIdentifier)$/;
/** Semantics identifier of ETSI EN 319 412-1, section 5.1.4: `NTRUA-00000088`. */
const LEGAL_PERSON = /^[A-Z]{5}-/;

function memberOf(certificate: Certificate, profile: string, claimed: Member): string {
  if (FINNISH_PROFILE.test(profile)) return memberText(certifiedMember(certificate));
  const attribute = CODE_PROFILE.exec(profile)?.[1];
  if (attribute === undefined) throw new CausewayError('signature-untrusted', `certificate profile ${profile} is not known: the member cannot be read from the subject`);
  const value = certificate.subject[attribute];
  if (typeof value !== 'string') throw new CausewayError('signature-untrusted', `the subject has no ${attribute}, or several`);
  return memberText({ ...claimed, memberCode: attribute === 'organizationIdentifier' ? value.replace(LEGAL_PERSON, '') : value });
}

function approvedOf(path: CertificatePath, { authorities }: GlobalConfiguration): ApprovedAuthority {
  const approved = authorities.find(({ certificates }) => path.authorities.some(({ x509 }) => certificates.some((der) => x509.raw.equals(der))));
  if (approved === undefined) throw new CausewayError('internal', 'a path that ends at no approved authority');
  return approved;
}

function withCode<T>(platformCode: string, judge: () => T): T {
  try {
    return judge();
  } catch (thrown) {
    const { code, message } = asCausewayError(thrown);
    throw platformError(code, platformCode, message, thrown);
  }
}
