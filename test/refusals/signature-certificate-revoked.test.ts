/** A signer at a hub whose certificate was revoked, and answers about it that come along with the message. */
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import type { SigningCertificates } from '../../src/ecosystems/proof-policy.ts';
import { OCSP_HEADER, authority, bringing, certified, derOf, issuing, judgedBy, newAuthority, portal, renewed, refusesCertificate, signedQuestion, stapled } from '../support/hub-certificates.ts';
import { NOW, withHeaders } from '../support/hub-messages.ts';
import type { Form } from '../support/hub-messages.ts';

/** With a responder that says this; undefined: it is down. */
const judged = (status: OcspAnswering['status'] | undefined): SigningCertificates => judgedBy(() => (status === undefined ? [] : [{ certificate: portal.certificate, by: authority, status }]));

for (const status of ['revoked', 'unknown'] as const) {
  refusesCertificate(`a certificate of which the responder says "${status}"`, { code: 'signature-untrusted', certificates: (forged) => judged(forged ? status : 'good'), forge: (form) => signedQuestion(form) });
}
refusesCertificate('a certificate of which nobody says anything', { code: 'dependency-lost', certificates: (forged) => judged(forged ? undefined : 'good'), forge: (form) => signedQuestion(form) });

const withAnswer = async (form: Form, answering?: Partial<OcspAnswering>) => withHeaders(await signedQuestion(form), stapled(answering));
/** Nobody else says anything: what comes along decides. */
const alone = { certificates: () => judged(undefined), control: (form: Form) => withAnswer(form) };

refusesCertificate('an answer along with the message that says "revoked"', { ...alone, code: 'signature-untrusted', forge: (form) => withAnswer(form, { status: 'revoked' }) });
refusesCertificate('an answer along with the message that is of before, played back', { ...alone, code: 'dependency-lost', forge: (form) => withAnswer(form, { now: NOW - 7_200_000 }) });
refusesCertificate('an answer along with the message that another authority signed', { ...alone, code: 'dependency-lost', forge: (form) => withAnswer(form, { authority: newAuthority() }) });
refusesCertificate('an answer along with the message about another certificate', { ...alone, code: 'dependency-lost', forge: (form) => withAnswer(form, { certificate: certified().certificate }) });
refusesCertificate('an answer along with the message that cannot be read', { ...alone, code: 'signature-invalid', forge: async (form) => withHeaders(await signedQuestion(form), { [OCSP_HEADER]: 'none!' }) });

const below = certified({}, { by: issuing, others: [derOf(issuing)] });
const good = { certificate: below.certificate, by: issuing, status: 'good' } as const;
const both = [issuing, authority];

refusesCertificate('a certificate whose authority was revoked by the one above it', {
  code: 'signature-untrusted',
  certificates: (forged) => judgedBy(() => [good, { certificate: derOf(issuing), by: authority, status: forged ? 'revoked' : 'good' }], { sources: both }),
  control: (form) => signedQuestion(form, below),
  forge: (form) => signedQuestion(form, below),
});
refusesCertificate('an answer along with the message by an authority of which nobody was named', {
  code: 'dependency-lost',
  certificates: (forged) => judgedBy(() => [{ certificate: derOf(issuing), by: authority, status: 'good' }], { sources: forged ? [authority] : both }),
  control: async (form) => withHeaders(await signedQuestion(form, below), stapled({ certificate: below.certificate, authority: issuing })),
  forge: async (form) => withHeaders(await signedQuestion(form, below), stapled({ certificate: below.certificate, authority: issuing })),
});
for (const policy of ['required', 'soft'] as const) {
  const another = renewed(issuing, 'Hub issuing CA', authority);
  refusesCertificate(`a revoked certificate behind another certificate of its authority, ${policy}`, {
    code: 'signature-untrusted',
    certificates: (forged) => judgedBy(() => [{ ...good, status: forged ? 'revoked' : 'good' }], { sources: [issuing], policy }),
    control: (form) => signedQuestion(form, bringing(below, another)),
    forge: (form) => signedQuestion(form, bringing(below, another)),
  });
}
