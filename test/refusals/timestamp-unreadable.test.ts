import { refuses, replace, resign } from '../support/wss-attack.ts';

for (const value of ['2026-11-21T12:00:00', '2026-11-21T14:00:00+02:00', '2026-13-21T12:00:00Z', 'now']) {
  refuses(`Created is ${value}, validly signed`, { code: 'signature-invalid', control: resign, forge: (signed, member) => resign(replace(signed, /<wsu:Created>[^<]+/, `<wsu:Created>${value}`), member) });
}
