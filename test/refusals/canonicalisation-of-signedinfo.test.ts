import { refuses, resign } from '../support/wss-attack.ts';

for (const algorithm of ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments', 'http://www.w3.org/2006/12/xml-c14n11']) {
  refuses(`SignedInfo under ${algorithm}`, {
    code: 'signature-weak',
    control: (signed, member) => resign(signed, member),
    forge: (signed, member) => resign(signed.replace(/<ds:CanonicalizationMethod Algorithm="[^"]+"/, `<ds:CanonicalizationMethod Algorithm="${algorithm}"`), member),
  });
}
