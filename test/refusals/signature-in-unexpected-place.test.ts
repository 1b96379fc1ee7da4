import { cut, refuses, replace, SIGNATURE_PATTERN, SECURITY_PATTERN } from '../support/wss-attack.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

refuses('the signature as a header of its own, outside the security header', {
  code: 'signature-invalid',
  forge: (signed) => replace(replace(signed, SIGNATURE_PATTERN, ''), '</SOAP-ENV:Header>', `${cut(signed, SIGNATURE_PATTERN).replace('<ds:Signature ', `<ds:Signature xmlns:wsse="${WSSE}" `)}</SOAP-ENV:Header>`),
});

refuses('the security header inside another header', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, SECURITY_PATTERN, `<w:Wrapper xmlns:w="urn:wrapper">${cut(signed, SECURITY_PATTERN)}</w:Wrapper>`),
});
