/** Who signed a message at a hub: the owner of a registered key, or of a certificate that an approved authority issued to the subject which gateway.yaml names. */
import { readCertificates, readOcspField } from '../../crypto/carried-certificates.ts';
import { certificatePath } from '../../crypto/certificate-path.ts';
import type { CertificatePath } from '../../crypto/certificate-path.ts';
import { certifiedKey } from '../../crypto/message-keys.ts';
import type { MessageKey } from '../../crypto/message-keys.ts';
import { CausewayError } from '../../errors.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import type { SigningCertificates } from '../proof-policy.ts';
import type { Signatory } from './settings.ts';

/** Given name, surname, pseudonym: of natural persons alone (ETSI EN 319 412-2, clause 4.2.4). */
const PERSONAL = ['GN', 'SN', 'pseudonym'] as const;

export interface Signer {
  readonly key: MessageKey;
  /** Of a signing certificate, and what it was judged by; absent for a registered key. */
  readonly certified?: Certified;
}

export interface Certified {
  readonly path: CertificatePath;
  readonly approved: SigningCertificates;
}

/**
 * The key is registered under `keyid`, or it is that of the first of `certificates` (DER), judged at `now`; with a registered key nobody looks at them.
 * Throws `signature-untrusted` (no such key, no path to an approved authority, another subject, a person's), `signature-expired` and `signature-weak` (certificates of the path), and `signature-invalid` for what is no certificate.
 */
export function signerOf({ keys, subject }: Signatory, keyid: string | undefined, certificates: () => readonly Uint8Array[], approved: SigningCertificates | undefined, now: number): Signer {
  const key = keys.find((one) => one.keyid === keyid);
  if (key !== undefined) return { key };
  if (subject === undefined || approved === undefined) throw unregistered();
  const [own, ...others] = certificates();
  if (own === undefined) throw unregistered();
  const path = certificatePath(approved.trust, own, now, { use: 'signing', others });
  // An employee's certificate may name the organisation too.
  if (PERSONAL.some((attribute) => path.certificate.subject[attribute] !== undefined && subject[attribute] === undefined)) throw untrusted('the signing certificate is of a person', 'The signing certificate is that of a person, not of the member.');
  // Of an attribute that stands twice, the subject has a list: equal to no text.
  if (!Object.entries(subject).every(([attribute, value]) => path.certificate.subject[attribute] === value)) throw untrusted('the signing certificate is of another subject', 'The signing certificate is not that of the member.');
  return { key: certifiedKey(keyid ?? '', path), certified: { path, approved } };
}

/** Certificates in the header that is for them, DER; none where it is missing. Throws `signature-invalid`. */
export function carriedCertificates(headers: HttpHeaders, name: string): readonly Uint8Array[] {
  const field = headers[name];
  return field === undefined ? [] : readCertificates(field);
}

/** Last: only for a signature that holds, of the right member, is anybody asked. Throws as SigningCertificates.revocation does, and `signature-invalid` for an answer along with the message that is none. */
export async function checkNotRevoked({ path, approved }: Certified, headers: HttpHeaders): Promise<void> {
  const stapled = headers[approved.ocspHeader];
  await approved.revocation?.(path, stapled === undefined ? undefined : readOcspField(stapled));
}

function unregistered(): CausewayError {
  return untrusted('the key is not registered for this client', 'The key of the signature is not registered for this client.');
}

function untrusted(message: string, hint: string): CausewayError {
  return new CausewayError('signature-untrusted', message, { facts: { hint } });
}
