import { refuses, resign } from '../support/wss-attack.ts';

const TRANSFORM = 'http://www.w3.org/2000/09/xmldsig#base64';

refuses('the transform base64 in place of exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Transform Algorithm="[^"]+"/, `<ds:Transform Algorithm="${TRANSFORM}"`), member),
});

refuses('the transform base64 before exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace('<ds:Transforms>', `<ds:Transforms><ds:Transform Algorithm="${TRANSFORM}"></ds:Transform>`), member),
});
