import { refuses, resign } from '../support/wss-attack.ts';

refuses('a reference of the type Manifest', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace('<ds:Reference URI', '<ds:Reference Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI'), member),
});
