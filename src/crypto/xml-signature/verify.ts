/** Which verifier judges a message: one of the two, or both, who must then agree to the byte. */
import type { KeyObject } from 'node:crypto';
import type { XmlLimits } from '../../platform/limits.ts';
import { verifyWithLibxml } from './libxml.ts';
import { invalid } from './names.ts';
import { verifyWithXmlCrypto } from './xmlcrypto.ts';
import type { CoveredElement, VerifiedSignature } from './xml-signature.ts';

/**
 * Verifies the one signature of a SOAP message. `keyOf` decides about the signer's DER certificate before its key is used, and throws to
 * refuse it. Throws `malformed`, `too-large`, `signature-missing`, `signature-weak`, `signature-invalid`, and whatever `keyOf` throws.
 */
export type XmlVerifier = (bytes: Uint8Array, limits: XmlLimits, keyOf: (certificate: Buffer) => KeyObject) => VerifiedSignature;

export type VerifierChoice = 'libxml2' | 'xml-crypto' | 'both';

const VERIFIERS = {
  'libxml2': verifyWithLibxml,
  'xml-crypto': verifyWithXmlCrypto,
  'both': (bytes, limits, keyOf) => agreed(verifyWithLibxml(bytes, limits, keyOf), verifyWithXmlCrypto(bytes, limits, keyOf)),
} as const satisfies Record<VerifierChoice, XmlVerifier>;

export function xmlVerifier(choice: VerifierChoice): XmlVerifier {
  return VERIFIERS[choice];
}

/** The common result. Throws `signature-invalid` when the two read the message differently: one of them is being deceived. */
export function agreed(one: VerifiedSignature, other: VerifiedSignature): VerifiedSignature {
  const same = one.certificate.equals(other.certificate) && one.covered.length === other.covered.length && one.covered.every((covered, at) => alike(covered, other.covered[at]!));
  if (!same) throw invalid('the two verifiers disagree');
  return one;
}

function alike(one: CoveredElement, other: CoveredElement): boolean {
  return one.id === other.id && one.element.ns === other.element.ns && one.element.name === other.element.name && Buffer.compare(one.bytes, other.bytes) === 0;
}
