/** Good certificates of somebody else: another organisation, one that only has the name, and an attribute that two readers read differently. */
import { PORTAL_SUBJECT, certified, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';

refusesCertificate('the certificate of another organisation', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ subject: [['C', 'MY'], ['O', 'Another'], ['organizationIdentifier', 'NTRMY-OTHER'], ['CN', 'portal']] })) });
refusesCertificate('a certificate with the name of the member and another identifier', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ subject: PORTAL_SUBJECT.map(([name, value]) => [name, name === 'organizationIdentifier' ? 'NTRMY-JDN2' : value] as const) })) });
refusesCertificate('a certificate without the identifier', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ subject: PORTAL_SUBJECT.filter(([name]) => name !== 'organizationIdentifier') })) });
refusesCertificate('a certificate with two identifiers, the right one among them', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({ subject: [...PORTAL_SUBJECT, ['organizationIdentifier', 'NTRMY-OTHER']] })) });
