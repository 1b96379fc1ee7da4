import { refuses, resign } from '../support/wss-attack.ts';
import { signer } from '../support/wss.ts';

const method = (name: string) => (signed: string) => signed.replace(/<ds:SignatureMethod Algorithm="[^"]+"/, `<ds:SignatureMethod Algorithm="${name}"`);

refuses('rsa-sha1, validly signed', {
  code: 'signature-weak',
  signer: () => signer({ algorithm: 'RSA-2048' }),
  forge: (signed, member) => resign(method('http://www.w3.org/2000/09/xmldsig#rsa-sha1')(signed), member, { hash: 'sha1' }),
});

refuses('ecdsa-sha1, validly signed', {
  code: 'signature-weak',
  forge: (signed, member) => resign(method('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1')(signed), member, { hash: 'sha1' }),
});
