import { refuses, replace, SECURITY_PATTERN, SIGNATURE_PATTERN } from '../support/wss-attack.ts';

refuses('no signature in the security header', { code: 'signature-missing', forge: (signed) => replace(signed, SIGNATURE_PATTERN, '') });

refuses('no security header', { code: 'signature-missing', forge: (signed) => replace(signed, SECURITY_PATTERN, '') });
