import { cut, refuses, replace, SIGNATURE_PATTERN } from '../support/wss-attack.ts';

refuses('two signatures in the security header', {
  code: 'signature-invalid',
  forge: (signed) => replace(signed, SIGNATURE_PATTERN, cut(signed, SIGNATURE_PATTERN).repeat(2)),
});
