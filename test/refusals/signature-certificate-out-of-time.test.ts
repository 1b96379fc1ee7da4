/** Certificates outside their time, though the message was signed just now. */
import { certified, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';
import { NOW } from '../support/hub-messages.ts';

refusesCertificate('a certificate that has ended', { code: 'signature-expired', control: (form) => signedQuestion(form, certified({ notAfter: NOW })), forge: (form) => signedQuestion(form, certified({ notAfter: NOW - 1000 })) });
refusesCertificate('a certificate that has not begun', { code: 'signature-expired', control: (form) => signedQuestion(form, certified({ notBefore: NOW })), forge: (form) => signedQuestion(form, certified({ notBefore: NOW + 1000 })) });
