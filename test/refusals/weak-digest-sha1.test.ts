import { refuses, resign } from '../support/wss-attack.ts';

refuses('references digested with sha1, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replaceAll(/<ds:DigestMethod Algorithm="[^"]+"/g, '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"'), member, { digest: 'sha1' }),
});
