import { refuses } from '../support/wss-attack.ts';
import { MUNICIPALITY, OTHER_MEMBER, signer } from '../support/wss.ts';

refuses('a message signed by another member of the country', { code: 'signature-untrusted', signer: () => signer({ member: OTHER_MEMBER }), forge: (signed) => signed });

refuses('a member of the same class and code in another instance', { code: 'signature-untrusted', signer: () => signer({ member: { ...MUNICIPALITY, instance: 'FI-TEST' } }), forge: (signed) => signed });

refuses('a member of the same instance and code in another class', { code: 'signature-untrusted', signer: () => signer({ member: { ...MUNICIPALITY, memberClass: 'GOV' } }), forge: (signed) => signed });
