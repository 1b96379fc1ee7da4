import { BODY_PATTERN, cut, EVIL_BODY, idIn, refuses, replace } from '../support/wss-attack.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

refuses('signature wrapping 2: another body that carries the id of the signed one, which is hidden in a wrapper', {
  code: 'signature-invalid',
  forge: (signed) => {
    const body = cut(signed, BODY_PATTERN);
    const evil = EVIL_BODY.replace('<SOAP-ENV:Body', `<SOAP-ENV:Body xmlns:wsu="${WSU}" wsu:Id="${idIn(body)}"`);
    return replace(replace(signed, BODY_PATTERN, evil), '</SOAP-ENV:Header>', `<w:Wrapper xmlns:w="urn:wrapper">${body}</w:Wrapper></SOAP-ENV:Header>`);
  },
});
