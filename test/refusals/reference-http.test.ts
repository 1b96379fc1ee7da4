import { refuses, resign } from '../support/wss-attack.ts';

refuses('a reference to a document on the network, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Reference URI="[^"]+"/, `<ds:Reference URI="http://attacker.example/body.xml"`), member),
});
