/** Certificates for keys with which no message is signed here. */
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { certify } from '../../src/crypto/pki.ts';
import { PORTAL_SUBJECT, authority, derOf, portal, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';
import { NOW } from '../support/hub-messages.ts';

const over = (publicKey: KeyObject) => derOf({ certificate: certify(authority, { use: 'signing', subject: PORTAL_SUBJECT, notBefore: NOW - 1000, notAfter: NOW + 1000 }, publicKey) });
const keys = { 'RSA of 1024 bits': generateKeyPairSync('rsa', { modulusLength: 1024 }), 'another curve': generateKeyPairSync('ec', { namedCurve: 'P-384' }) };

for (const [kind, { publicKey }] of Object.entries(keys)) {
  const certificate = over(publicKey);
  refusesCertificate(`a certificate for ${kind}`, { code: 'signature-weak', forge: (form) => signedQuestion(form, { ...portal, own: { ...portal.own, certificates: [certificate] } }) });
}
