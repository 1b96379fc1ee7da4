/** Another certificate in the place of the signer's: of the same key, of another key, one that the signature leaves open. */
import { writeCertificates } from '../../src/crypto/carried-certificates.ts';
import { sha256Base64url } from '../../src/crypto/digest.ts';
import { JWS_SIGNATURE } from '../../src/crypto/detached-jws.ts';
import { CERTIFICATE_HEADER, certified, newKey, portal, refusesCertificate, signedQuestion } from '../support/hub-certificates.ts';
import { withHeaders } from '../support/hub-messages.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';

const key = newKey();
const [one, again] = [certified({}, { key }), certified({}, { key })];

refusesCertificate('a certificate that the signature does not cover', { code: 'signature-incomplete', forms: ['http-signature'], forge: (form) => signedQuestion(form, portal, { covered: false }) });
refusesCertificate('another certificate of the same key behind the signature', { code: 'signature-invalid', forms: ['http-signature'], control: (form) => signedQuestion(form, one), forge: async (form) => withHeaders(await signedQuestion(form, one), { [CERTIFICATE_HEADER]: writeCertificates([again.certificate]) }) });
refusesCertificate("the member's certificate over another key's signature", { code: 'signature-invalid', forge: (form) => signedQuestion(form, { ...one, own: { ...one.own, certificates: [portal.certificate] } }) });
refusesCertificate('another certificate of the same key in the header of the JWS', { code: 'signature-invalid', forms: ['jws-detached'], control: (form) => signedQuestion(form, one), forge: async (form) => edited(await signedQuestion(form, one), { 'x5c': [Buffer.from(again.certificate).toString('base64')], 'x5t#S256': sha256Base64url(again.certificate) }) });

function edited(message: HttpMessage, changes: object): HttpMessage {
  const [head = '', ...rest] = (message.headers[JWS_SIGNATURE] ?? '').split('.');
  const header = { ...(JSON.parse(Buffer.from(head, 'base64url').toString()) as object), ...changes };
  return withHeaders(message, { [JWS_SIGNATURE]: [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.') });
}
