/** Certificates that somebody else made: an authority of the same name, one above which nobody is approved, and a member that plays authority. */
import { authority, certified, derOf, issuing, newAuthority, newKey, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';

const key = newKey();
const member = { ...certified({}, { key }), key };
const asAuthority = { key, certificate: `-----BEGIN CERTIFICATE-----\n${Buffer.from(member.certificate).toString('base64')}\n-----END CERTIFICATE-----` };

refusesCertificate('a certificate of an authority that only has the name', { code: 'signature-untrusted', forge: (form) => signedQuestion(form, certified({}, { by: newAuthority() })) });
refusesCertificate('a certificate that brings its own authority along', {
  code: 'signature-untrusted',
  control: (form) => signedQuestion(form, certified({}, { by: issuing, others: [derOf(issuing), derOf(authority)] })),
  forge: (form) => {
    const own = newAuthority('Mine');
    return signedQuestion(form, certified({}, { by: own, others: [derOf(own)] }));
  },
});
refusesCertificate('a certificate that another member made with its own', { code: 'signature-untrusted', control: (form) => signedQuestion(form, member), forge: (form) => signedQuestion(form, certified({}, { by: asAuthority, others: [member.certificate] })) });
