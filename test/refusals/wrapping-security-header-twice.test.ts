import { cut, refuses, replace, SECURITY_PATTERN } from '../support/wss-attack.ts';

refuses('the security header twice', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, '</SOAP-ENV:Header>', `${cut(signed, SECURITY_PATTERN)}</SOAP-ENV:Header>`),
});

refuses('a second, empty security header before the signed one', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, '<SOAP-ENV:Header>', `<SOAP-ENV:Header>${cut(signed, /<wsse:Security [^>]*>/)}</wsse:Security>`),
});
