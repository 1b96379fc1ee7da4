import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { refuses, replace, resign } from '../support/wss-attack.ts';

const KEY_INFO = /<ds:KeyInfo>.*<\/ds:KeyInfo>/s;

refuses("a raw KeyValue of the attacker's own", {
  code: 'signature-weak',
  control: (signed, member) => resign(signed, member),
  forge: (signed, member) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
    const value = `<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${n}</ds:Modulus><ds:Exponent>${e}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>`;
    const named = replace(signed, /<ds:SignatureMethod Algorithm="[^"]+"/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"');
    return resign(replace(named, KEY_INFO, value), { ...member, key: privateKey });
  },
});

refuses('no KeyInfo', { code: 'signature-invalid', forge: (signed) => replace(signed, KEY_INFO, '') });

refuses('a certificate in X509Data in place of the signed token', {
  code: 'signature-weak',
  forge: (signed, member) => replace(signed, KEY_INFO, `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${Buffer.from(member.chain[0]!).toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`),
});
