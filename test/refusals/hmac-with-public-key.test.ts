import { createHmac, createPublicKey } from 'node:crypto';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { withDocument } from '../../src/xml/document.ts';
import { child } from '../../src/xml/element.ts';
import { refuses } from '../support/wss-attack.ts';
import { SOAP } from '../support/wss.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

for (const method of ['http://www.w3.org/2000/09/xmldsig#hmac-sha1', 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256']) {
  refuses(`${method} with the signer's public key as the secret, which everybody knows`, {
    code: 'signature-weak',
    forge: (signed, member) => {
      const confused = signed.replace(/<ds:SignatureMethod Algorithm="[^"]+"/, `<ds:SignatureMethod Algorithm="${method}"`);
      const signedInfo = withDocument(Buffer.from(confused), DEFAULT_XML_LIMITS, (document) => {
        const security = child(child(document.root, SOAP, 'Header')!, WSSE, 'Security')!;
        return document.canonicalize([{ element: child(child(security, DS, 'Signature')!, DS, 'SignedInfo')!, inclusive: [] }])[0]!;
      });
      const secret = createPublicKey(member.key).export({ type: 'spki', format: 'pem' });
      const value = createHmac(method.endsWith('sha1') ? 'sha1' : 'sha256', secret).update(signedInfo).digest('base64');
      return confused.replace(/<ds:SignatureValue>[^<]+/, `<ds:SignatureValue>${value}`);
    },
  });
}
