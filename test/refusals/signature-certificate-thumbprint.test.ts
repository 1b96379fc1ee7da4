/** A header that names one certificate by its thumbprint and brings another: two readers would see two signers. */
import { FlattenedSign } from 'jose';
import { JWS_SIGNATURE } from '../../src/crypto/detached-jws.ts';
import { sha256Base64url } from '../../src/crypto/digest.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { certified, portal, refusesCertificate } from '../support/hub-certificates.ts';
import { JWS_NAMES, NOW, ORIGIN, PATH, question, withHeaders } from '../support/hub-messages.ts';

const other = certified();
const x5c = [Buffer.from(portal.certificate).toString('base64')];

/** As another implementation writes it: no kid, `sigT`. */
async function signed(header: object): Promise<HttpMessage> {
  const message = question();
  const lines = JWS_NAMES.map((name) => `${name}: ${name === '(request-target)' ? `post ${PATH}${message.target}` : name === 'host' ? new URL(ORIGIN).host : message.headers[name]}`);
  const jws = await new FlattenedSign(Buffer.from(lines.join('\n')))
    .setProtectedHeader({ alg: 'ES256', b64: false, crit: ['b64', 'sigD', 'sigT'], sigD: { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: [...JWS_NAMES] }, sigT: new Date(NOW).toISOString().replace('.000', ''), ...header })
    .sign(portal.own.key, { crit: { sigD: true, sigT: true } });
  return withHeaders(message, { [JWS_SIGNATURE]: `${jws.protected}..${jws.signature}` });
}

const forms = ['jws-detached'] as const;
refusesCertificate('the thumbprint of another certificate', { code: 'signature-invalid', forms, control: () => signed({ x5c, 'x5t#S256': sha256Base64url(portal.certificate) }), forge: () => signed({ x5c, 'x5t#S256': sha256Base64url(other.certificate) }) });
refusesCertificate('a thumbprint without its certificate, and no kid', { code: 'signature-invalid', forms, control: () => signed({ x5c }), forge: () => signed({ 'x5t#S256': sha256Base64url(portal.certificate) }) });
refusesCertificate('x5c that is no list', { code: 'signature-invalid', forms, control: () => signed({ x5c }), forge: () => signed({ x5c: x5c[0] }) });
refusesCertificate('x5c in another spelling of base64', { code: 'signature-invalid', forms, control: () => signed({ x5c }), forge: () => signed({ x5c: [Buffer.from(portal.certificate).toString('base64url')] }) });
refusesCertificate('x5c that is no certificate', { code: 'signature-untrusted', forms, control: () => signed({ x5c }), forge: () => signed({ x5c: [Buffer.from('not one').toString('base64')] }) });
refusesCertificate('six certificates in x5c', { code: 'signature-invalid', forms, control: () => signed({ x5c: Array.from({ length: 5 }, () => x5c[0]) }), forge: () => signed({ x5c: Array.from({ length: 6 }, () => x5c[0]) }) });
