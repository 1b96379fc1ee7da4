import { cut, refuses, replace } from '../support/wss-attack.ts';

const SIGNED_INFO = /<ds:SignedInfo .*<\/ds:SignedInfo>/s;

refuses('a second SignedInfo before the signed one (CVE-2025-29774)', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, SIGNED_INFO, `${cut(signed, SIGNED_INFO).replace(/<ds:DigestValue>[^<]+/, '<ds:DigestValue>AAAA')}${cut(signed, SIGNED_INFO)}`),
});

refuses('a SignedInfo nested in KeyInfo', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, '</ds:KeyInfo>', `${cut(signed, SIGNED_INFO)}</ds:KeyInfo>`),
});
