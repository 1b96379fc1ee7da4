import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 4: the signed body inside another body', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, BODY_PATTERN, EVIL_BODY.replace('</SOAP-ENV:Body>', `${cut(signed, BODY_PATTERN)}</SOAP-ENV:Body>`)),
});
