import { refuses, resign } from '../support/wss-attack.ts';

const TRANSFORM = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';

refuses('the transform inclusive-c14n in place of exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Transform Algorithm="[^"]+"/, `<ds:Transform Algorithm="${TRANSFORM}"`), member),
});

refuses('the transform inclusive-c14n before exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace('<ds:Transforms>', `<ds:Transforms><ds:Transform Algorithm="${TRANSFORM}"></ds:Transform>`), member),
});
