/** The seal of a pretend organisation, under an authority of its own. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createAuthority, issue } from '../../src/crypto/pki.ts';
import { NOW } from './trail.ts';

const YEAR_MS = 365 * 86_400_000;

/** `authority`: DER. `notAfter`: UTC milliseconds. */
export function sealKeys(notAfter = NOW + 3 * YEAR_MS, algorithm: 'P-256' | 'RSA-2048' = 'P-256') {
  const window = { notBefore: NOW - YEAR_MS, notAfter };
  const authority = createAuthority({ ...window, algorithm: 'P-256', subject: [['CN', 'seals']] });
  const identity = issue(authority, { ...window, algorithm, use: 'signing', subject: [['O', 'Authority of Registers'], ['CN', 'seal']] });
  return { key: createPrivateKey(identity.key), certificate: new X509Certificate(identity.certificate).raw, authority: new X509Certificate(authority.certificate).raw, identity, roots: authority.certificate };
}
