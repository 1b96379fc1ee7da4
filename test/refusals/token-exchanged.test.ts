import { cut, refuses, replace, resign } from '../support/wss-attack.ts';
import { signer } from '../support/wss.ts';

const TOKEN = /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/s;

refuses('a second token beside the signed one', {
  code: 'signature-invalid',
  control: (signed, member) => resign(signed, member),
  forge: (signed) => replace(signed, TOKEN, `${cut(signed, TOKEN)}${cut(signed, TOKEN).replace(/wsu:Id="[^"]+"/, 'wsu:Id="other"')}`),
});

refuses('another certificate of the same member in the token', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, /(?<=<wsse:BinarySecurityToken [^>]*>)[^<]+/, Buffer.from(signer().chain[0]!).toString('base64')),
});

refuses('a token that is not a certificate', {
  code: 'signature-untrusted',
  forge: (signed) => replace(signed, /(?<=<wsse:BinarySecurityToken [^>]*>)[^<]+/, 'AAAA'),
});
