import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 6: the signed body beside the signature in the security header', {
  code: 'signature-incomplete',
  forge: (signed) => replace(replace(signed, BODY_PATTERN, EVIL_BODY), '</wsse:Security>', `${cut(signed, BODY_PATTERN)}</wsse:Security>`),
});
