/** Header fields with certificates that cannot be read, or that cost more than they are worth. */
import { writeCertificates } from '../../src/crypto/carried-certificates.ts';
import { signHttpMessage } from '../../src/crypto/http-signature.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { CERTIFICATE_HEADER, portal, refusesCertificate } from '../support/hub-certificates.ts';
import { HTTP_COMPONENTS, NOW, ORIGIN, PATH, question, withHeaders } from '../support/hub-messages.ts';

const base64 = Buffer.from(portal.certificate).toString('base64');

function signed(field: string): HttpMessage {
  const message = withHeaders(question(), { [CERTIFICATE_HEADER]: field });
  return withHeaders(message, signHttpMessage({ method: message.method, origin: ORIGIN, target: `${PATH}${message.target}`, headers: message.headers }, [...HTTP_COMPONENTS, CERTIFICATE_HEADER], portal.own, { label: 'sig1', created: NOW }));
}

const forms = ['http-signature'] as const;
refusesCertificate('a field that is not base64', { code: 'signature-invalid', forms, control: () => signed(`:${base64}:`), forge: () => signed(`:${base64.slice(0, -1)}:`) });
refusesCertificate('a field that is empty', { code: 'signature-invalid', forms, forge: () => signed('') });
refusesCertificate('six certificates', { code: 'signature-invalid', forms, control: () => signed(writeCertificates(Array.from({ length: 5 }, () => portal.certificate))), forge: () => signed(writeCertificates(Array.from({ length: 6 }, () => portal.certificate))) });
