import { BODY_PATTERN, cut, EVIL_BODY, refuses, replace } from '../support/wss-attack.ts';

refuses('signature wrapping 3: another body before the signed one', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, BODY_PATTERN, `${EVIL_BODY}${cut(signed, BODY_PATTERN)}`),
});

refuses('signature wrapping 3: another body after the signed one', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, BODY_PATTERN, `${cut(signed, BODY_PATTERN)}${EVIL_BODY}`),
});
