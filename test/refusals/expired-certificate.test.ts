import { refuses } from '../support/wss-attack.ts';
import { NOW, signer } from '../support/wss.ts';

refuses('a certificate whose validity ended a second ago', {
  code: 'signature-expired',
  signer: () => signer({ validity: { notBefore: NOW - 86_400_000, notAfter: NOW - 1_000 } }),
  forge: (signed) => signed,
});

refuses('a certificate whose validity begins in a second', {
  code: 'signature-expired',
  signer: () => signer({ validity: { notBefore: NOW + 1_000, notAfter: NOW + 86_400_000 } }),
  forge: (signed) => signed,
});
