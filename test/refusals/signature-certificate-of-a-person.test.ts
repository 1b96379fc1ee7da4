/** An employee's certificate names the organisation, and does not speak for it. */
import { PORTAL_SUBJECT, certified, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';

for (const attribute of ['GN', 'SN'] as const) {
  refusesCertificate(`a certificate with ${attribute}`, { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ subject: [...PORTAL_SUBJECT, [attribute, 'Aisyah']] })) });
}
