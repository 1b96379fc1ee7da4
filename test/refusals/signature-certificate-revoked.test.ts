/** A signer at a hub whose certificate was revoked, and answers about it that come along with the message. */
import { answerOcsp } from '../../src/crypto/ocsp-answer.ts';
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import type { SigningCertificates } from '../../src/ecosystems/proof-policy.ts';
import { CausewayError } from '../../src/errors.ts';
import { Revocation } from '../../src/trust/revocation.ts';
import { OCSP_HEADER, approved, authority, certified, derOf, newAuthority, portal, refusesCertificate, signedQuestion, stapled } from '../support/hub-certificates.ts';
import { NOW, withHeaders } from '../support/hub-messages.ts';
import type { Form } from '../support/hub-messages.ts';

/** With a responder that says this; undefined: it is down. */
function judged(status: OcspAnswering['status'] | undefined): SigningCertificates {
  const revocation = new Revocation({
    policy: 'required',
    maxAge: 3_600_000,
    clock: { now: () => NOW, monotonic: () => NOW },
    sources: [{ authority: derOf(authority), ocsp: { url: 'http://ocsp.invalid', responders: [] } }],
    get: () => Promise.reject(new CausewayError('service-unreachable', 'no list here')),
    post: async () => {
      if (status === undefined) throw new CausewayError('service-unreachable', 'the responder is down');
      return { status: 200, contentType: 'application/ocsp-response', body: answerOcsp({ certificate: portal.certificate, authority, status, now: NOW }) };
    },
    report: () => {},
  });
  return { ...approved, revocation: (path, answer) => revocation.check(path, answer) };
}

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
