import { refuses, replace, resign } from '../support/wss-attack.ts';
import { NOW } from '../support/wss.ts';

refuses('a message that was signed longer ago than maxAge', {
  code: 'signature-expired',
  at: NOW + 300_001,
  forge: (signed, member) => resign(replace(signed, /<wsu:Expires>.*?<\/wsu:Expires>/, ''), member),
});

refuses('a message whose own Expires has come', { code: 'signature-expired', at: NOW + 1_000, forge: (signed, member) => resign(replace(signed, /<wsu:Expires>[^<]+/, '<wsu:Expires>2026-11-21T12:00:01Z'), member) });
