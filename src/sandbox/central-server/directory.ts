/** The signed directory of a configuration, as a central server hands it out (PR-GCONF, section 2.2). */
import { X509Certificate, createPrivateKey, hash, sign } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';

export interface Directory {
  readonly instance: string;
  /** Of shared-params.xml. */
  readonly sharedParameters: string;
  readonly version: string;
  /** RFC 3339. */
  readonly expires: string;
}

/** Path of shared-params.xml. */
export const SHARED_PARAMETERS_PATH = '/V/shared-params.xml';
const SHA512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
const CRLF = '\r\n';

/** `after` alters the signed bytes once they are signed: for tests. `signer` has an RSA key. */
export function signedDirectory({ instance, sharedParameters, version, expires }: Directory, signer: Identity, after: (signed: string) => string = (signed) => signed): { readonly contentType: string; readonly body: string } {
  const entry = [
    'Content-type: application/octet-stream',
    'Content-transfer-encoding: base64',
    `Content-identifier: SHARED-PARAMETERS; instance="${instance}"`,
    `Content-location: ${SHARED_PARAMETERS_PATH}`,
    `Hash-algorithm-id: ${SHA512}`,
    '',
    hash('sha512', sharedParameters, 'base64'),
  ].join(CRLF);
  const inner = [`--inner${CRLF}Expire-date: ${expires}${CRLF}Version: ${version}${CRLF}${CRLF}`, `--inner${CRLF}${entry}`, `--inner--`].join(CRLF);
  const signature = sign('sha512', Buffer.from(inner), createPrivateKey(signer.key)).toString('base64');
  const head = [
    'Content-type: application/octet-stream',
    'Content-transfer-encoding: base64',
    'Signature-algorithm-id: http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    `Verification-certificate-hash: ${hash('sha512', new X509Certificate(signer.certificate).raw, 'base64')}; hash-algorithm-id="${SHA512}"`,
  ].join(CRLF);
  const body = [`--outer${CRLF}Content-type: multipart/mixed; charset=UTF-8; boundary=inner${CRLF}${CRLF}${after(inner)}`, `--outer${CRLF}${head}${CRLF}${CRLF}${signature}`, `--outer--${CRLF}`].join(CRLF);
  return { contentType: 'multipart/related; charset=UTF-8; boundary=outer', body };
}

/** The anchor under which it is believed (PR-GCONF, section 2.6). */
export function configurationAnchor(instance: string, url: string, signer: Identity): string {
  return `<?xml version="1.0"?><a:configurationAnchor xmlns:a="http://x-road.eu/xsd/xroad.xsd"><instanceIdentifier>${instance}</instanceIdentifier><source><downloadURL>${url}</downloadURL><verificationCert>${new X509Certificate(signer.certificate).raw.toString('base64')}</verificationCert></source></a:configurationAnchor>`;
}
