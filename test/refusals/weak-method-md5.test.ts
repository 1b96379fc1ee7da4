import { refuses, resign } from '../support/wss-attack.ts';
import { signer } from '../support/wss.ts';

refuses('rsa-md5, validly signed', {
  code: 'signature-weak',
  signer: () => signer({ algorithm: 'RSA-2048' }),
  forge: (signed, member) => resign(signed.replace(/<ds:SignatureMethod Algorithm="[^"]+"/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-md5"'), member, { hash: 'md5' }),
});
