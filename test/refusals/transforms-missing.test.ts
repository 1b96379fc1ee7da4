import { refuses, resign } from '../support/wss-attack.ts';

refuses('a reference without transforms, which would mean inclusive canonicalisation', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => resign(signed.replace(/<ds:Transforms>.*?<\/ds:Transforms>/, ''), member),
});
