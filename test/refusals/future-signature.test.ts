import { refuses } from '../support/wss-attack.ts';
import { NOW } from '../support/wss.ts';

refuses('a message signed further ahead than maxAhead', { code: 'signature-expired', at: NOW - 30_001, forge: (signed) => signed });
