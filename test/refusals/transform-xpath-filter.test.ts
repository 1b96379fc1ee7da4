import { refuses, resign } from '../support/wss-attack.ts';

const TRANSFORM = 'http://www.w3.org/2002/06/xmldsig-filter2';

refuses('the transform xpath-filter in place of exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Transform Algorithm="[^"]+"/, `<ds:Transform Algorithm="${TRANSFORM}"`), member),
});

refuses('the transform xpath-filter before exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace('<ds:Transforms>', `<ds:Transforms><ds:Transform Algorithm="${TRANSFORM}"></ds:Transform>`), member),
});
