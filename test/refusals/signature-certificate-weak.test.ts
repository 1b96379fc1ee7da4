/** Certificates for keys with which no message is signed here. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { certify } from '../../src/crypto/pki.ts';
import { PORTAL_SUBJECT, authority, derOf, portal, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';
import { NOW } from '../support/hub-messages.ts';

const over = (publicKey: KeyObject) => derOf({ certificate: certify(authority, { use: 'signing', subject: PORTAL_SUBJECT, notBefore: NOW - 1000, notAfter: NOW + 1000 }, publicKey) });
const large = createPublicKey({ key: { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), e: Buffer.alloc(256, 0x55).toString('base64url') }, format: 'jwk' });
const keys = { 'RSA of 1024 bits': generateKeyPairSync('rsa', { modulusLength: 1024 }), 'RSA of 8192 bits': generateKeyPairSync('rsa', { modulusLength: 8192 }), 'RSA with an exponent of 2048 bits': { publicKey: large }, 'another curve': generateKeyPairSync('ec', { namedCurve: 'P-384' }) };

for (const [kind, { publicKey }] of Object.entries(keys)) {
  const certificate = over(publicKey);
  refusesCertificate(`a certificate for ${kind}`, { code: 'signature-weak', forge: (form) => signedQuestion(form, { ...portal, own: { ...portal.own, certificates: [certificate] } }) });
}
