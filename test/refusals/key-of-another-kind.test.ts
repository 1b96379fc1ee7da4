import { refuses, resign } from '../support/wss-attack.ts';

refuses('rsa-sha256 named for a P-256 key', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:SignatureMethod Algorithm="[^"]+"/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"'), member),
});
