import { createAuthority } from '../../src/crypto/pki.ts';
import { refuses } from '../support/wss-attack.ts';
import { signer, VALIDITY } from '../support/wss.ts';

// The same name as the approved authority, another key.
const impostor = createAuthority({ subject: [['C', 'FI'], ['O', 'Test Authority'], ['CN', 'Test CA P-256']], algorithm: 'P-256', ...VALIDITY });

refuses('a certificate of an authority that only bears the name of the approved one', { code: 'signature-untrusted', signer: () => signer({ by: impostor }), forge: (signed) => signed });
