import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 7: the signed body as a header of its own', {
  code: 'signature-incomplete',
  forge: (signed) => replace(replace(signed, BODY_PATTERN, EVIL_BODY), '</SOAP-ENV:Header>', `${cut(signed, BODY_PATTERN)}</SOAP-ENV:Header>`),
});
