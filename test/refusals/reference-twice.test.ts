import { cut, refuses, replace, resign } from '../support/wss-attack.ts';

refuses('two references to one element', {
  code: 'signature-invalid',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(replace(signed, '</ds:SignedInfo>', `${cut(signed, /<ds:Reference .*?<\/ds:Reference>/)}</ds:SignedInfo>`), member),
});
