/** The fast verifier: libxml2 parses once and canonicalises, node:crypto does the rest. */
import type { KeyObject } from 'node:crypto';
import { hash } from 'node:crypto';
import type { XmlLimits } from '../../platform/limits.ts';
import { withDocument } from '../../xml/document.ts';
import { checkKey, verifyValue } from './algorithms.ts';
import { invalid } from './names.ts';
import type { CoveredElement, SignatureReference, VerifiedSignature } from './xml-signature.ts';
import { readSignature } from './xml-signature.ts';

/** See XmlVerifier. */
export function verifyWithLibxml(bytes: Uint8Array, limits: XmlLimits, keyOf: (certificate: Buffer) => KeyObject): VerifiedSignature {
  return withDocument(bytes, limits, (document) => {
    const claims = readSignature(document, limits);
    const key = keyOf(claims.certificate);
    checkKey(claims.method, key);
    const [signedInfo, ...parts] = document.canonicalize([{ element: claims.signedInfo, inclusive: claims.prefixes }, ...claims.references.map(({ element, prefixes }) => ({ element, inclusive: prefixes }))]);
    // The signature first: until it holds, the references are the sender's wishes.
    if (!verifyValue(claims.method, key, signedInfo!, claims.value)) throw invalid('SignatureValue does not verify');
    return { certificate: claims.certificate, root: document.root, covered: claims.references.map((reference, at) => covered(reference, parts[at]!)) };
  });
}

function covered(reference: SignatureReference, bytes: Uint8Array): CoveredElement {
  if (!hash(reference.digest, bytes, 'buffer').equals(reference.value)) throw invalid('DigestValue does not match');
  return { id: reference.id, element: reference.element, bytes };
}
