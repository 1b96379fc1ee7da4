import { issue, memberSubject } from '../../src/crypto/pki.ts';
import { refuses } from '../support/wss-attack.ts';
import { authority, memberKey, MUNICIPALITY, VALIDITY } from '../support/wss.ts';

const subject = memberSubject(MUNICIPALITY, { country: 'FI', name: 'Test Member', serverCode: 'ss1' });

refuses('the TLS certificate of the member', {
  code: 'signature-untrusted',
  signer: () => memberKey(issue(authority(), { use: 'tls', names: ['ss1.example'], subject, algorithm: 'P-256', ...VALIDITY })),
  forge: (signed) => signed,
});

refuses('the certificate of the authority itself', { code: 'signature-untrusted', signer: () => memberKey(authority()), forge: (signed) => signed });
