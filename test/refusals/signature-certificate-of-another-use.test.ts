/** Certificates that speak for a machine or an authority, not for a member. */
import { createPublicKey } from 'node:crypto';
import { createAuthority } from '../../src/crypto/pki.ts';
import { signingKey } from '../../src/crypto/message-keys.ts';
import { PORTAL_SUBJECT, authority, certified, derOf, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';
import { NOW } from '../support/hub-messages.ts';

const below = createAuthority({ subject: PORTAL_SUBJECT, algorithm: 'P-256', notBefore: NOW - 1000, notAfter: NOW + 1000 }, authority);
const own = { ...signingKey('portal-cert', below.key), certificates: [derOf(below)] } as const;

refusesCertificate('a certificate for TLS', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ use: 'tls', names: ['portal.my.example'] })) });
refusesCertificate('a certificate for time-stamping', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ use: 'time-stamping' })) });
refusesCertificate('the certificate of an authority, with the subject of the member', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, { own, registered: { ...own, key: createPublicKey(below.key) }, certificate: derOf(below) }) });
