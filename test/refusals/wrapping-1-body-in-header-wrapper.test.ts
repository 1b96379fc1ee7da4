import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 1: the signed body hidden in a wrapper header, another body in its place', {
  code: 'signature-invalid',
  forge: (signed) => {
    const body = cut(signed, BODY_PATTERN);
    return replace(replace(signed, BODY_PATTERN, EVIL_BODY), '</SOAP-ENV:Header>', `<w:Wrapper xmlns:w="urn:wrapper">${body}</w:Wrapper></SOAP-ENV:Header>`);
  },
});
