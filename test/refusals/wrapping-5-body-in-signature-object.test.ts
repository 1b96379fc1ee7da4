import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 5: the signed body in an Object of the signature', {
  code: 'signature-invalid',
  forge: (signed) => replace(replace(signed, BODY_PATTERN, EVIL_BODY), '</ds:Signature>', `<ds:Object>${cut(signed, BODY_PATTERN)}</ds:Object></ds:Signature>`),
});
