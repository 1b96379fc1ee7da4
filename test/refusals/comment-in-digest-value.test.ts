import { refuses, replace } from '../support/wss-attack.ts';

refuses('a comment inside a DigestValue (CVE-2025-29775)', {
  code: 'signature-invalid',
  forge: (signed) => signed.replace(/<ds:DigestValue>([^<]+)/, '<ds:DigestValue><!--AAAA-->$1'),
});

refuses('a comment inside SignatureValue', { code: 'signature-invalid', forge: (signed) => replace(signed, '</ds:SignatureValue>', '<!-- --></ds:SignatureValue>') });

refuses('a comment inside SignedInfo', { code: 'signature-invalid', forge: (signed) => replace(signed, '</ds:SignedInfo>', '<!-- --></ds:SignedInfo>') });

refuses('a comment inside the token', { code: 'signature-invalid', forge: (signed) => replace(signed, '</wsse:BinarySecurityToken>', '<!-- --></wsse:BinarySecurityToken>') });
