import { refuses, replace } from '../support/wss-attack.ts';

refuses('another person in the signed body', { code: 'signature-invalid', forge: (signed) => replace(signed, '010190-999X', '131052-308T') });

refuses('another end user in the signed header', { code: 'signature-invalid', forge: (signed) => replace(signed, 'FI-official-1', 'FI-official-2') });

refuses('a fresher time in the signed timestamp', { code: 'signature-invalid', forge: (signed) => replace(signed, /<wsu:Created>[^<]+/, '<wsu:Created>2026-11-21T12:00:01.000Z') });

refuses('white space added to the signed body', { code: 'signature-invalid', forge: (signed) => replace(signed, '</SOAP-ENV:Body>', '\n</SOAP-ENV:Body>') });
