import { refuses, resign } from '../support/wss-attack.ts';

refuses('references digested with md5, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replaceAll(/<ds:DigestMethod Algorithm="[^"]+"/g, '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"'), member, { digest: 'md5' }),
});
