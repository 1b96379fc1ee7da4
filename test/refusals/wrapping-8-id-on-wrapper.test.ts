import { BODY_PATTERN, cut, EVIL_BODY, idIn, refuses, replace } from '../support/wss-attack.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

refuses('signature wrapping 8: the id moved from the signed body to a header around it', {
  code: 'signature-invalid',
  forge: (signed) => {
    const body = cut(signed, BODY_PATTERN);
    const wrapper = `<w:Wrapper xmlns:w="urn:wrapper" xmlns:wsu="${WSU}" wsu:Id="${idIn(body)}">${body.replace(/ wsu:Id="[^"]+"/, '')}</w:Wrapper>`;
    return replace(replace(signed, BODY_PATTERN, EVIL_BODY), '</SOAP-ENV:Header>', `${wrapper}</SOAP-ENV:Header>`);
  },
});
