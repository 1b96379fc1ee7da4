import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { certify, memberSubject } from '../../src/crypto/pki.ts';
import { refuses, replace, resign } from '../support/wss-attack.ts';
import { authority, MUNICIPALITY, signer, VALIDITY } from '../support/wss.ts';

refuses('an RSA key of 1024 bits, certified and validly signed', {
  code: 'signature-weak',
  signer: () => signer({ algorithm: 'RSA-2048' }),
  forge: (signed) => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const subject = memberSubject(MUNICIPALITY, { country: 'FI', name: 'Test Member', serverCode: 'ss1' });
    const certificate = new X509Certificate(certify(authority(), { use: 'signing', subject, ...VALIDITY }, pair.publicKey)).raw;
    const message = replace(signed, /(?<=<wsse:BinarySecurityToken [^>]*>)[^<]+/, certificate.toString('base64'));
    return resign(message, { key: pair.privateKey, chain: [certificate] });
  },
});
