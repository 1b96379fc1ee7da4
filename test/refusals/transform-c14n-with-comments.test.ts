import { refuses, resign } from '../support/wss-attack.ts';

const TRANSFORM = 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments';

refuses('the transform c14n-with-comments in place of exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Transform Algorithm="[^"]+"/, `<ds:Transform Algorithm="${TRANSFORM}"`), member),
});

refuses('the transform c14n-with-comments before exclusive canonicalisation, validly signed', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace('<ds:Transforms>', `<ds:Transforms><ds:Transform Algorithm="${TRANSFORM}"></ds:Transform>`), member),
});
