import { BODY_PATTERN, cut, idIn, refuses, replace, resign } from '../support/wss-attack.ts';

refuses('a body that is referenced by an Id attribute of no namespace, though the member signed it so', {
  code: 'signature-invalid',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(replace(signed, ` wsu:Id="${idIn(cut(signed, BODY_PATTERN))}"`, ` Id="${idIn(cut(signed, BODY_PATTERN))}"`), member),
});
