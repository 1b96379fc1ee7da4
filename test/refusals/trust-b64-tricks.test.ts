import { test } from 'node:test';
import { signDraft, underHeader, verify } from '../support/federation.ts';
import type { Bend } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const respelt = (spell: (compact: string) => string): Bend => (draft) => spell(signDraft(draft));
const lastBit = (compact: string) => `${compact.slice(0, -1)}${compact.endsWith('A') ? 'B' : String.fromCodePoint((compact.codePointAt(compact.length - 1) ?? 65) + 1)}`;

test('b64: false is refused', () => refuses(verify({ gateway: underHeader((kid) => JSON.stringify({ alg: 'ES256', typ: 'entity-statement+jwt', kid, b64: false, crit: ['b64'] })) }), 'chain-malformed'));
test('b64: true is refused too', () => refuses(verify({ gateway: underHeader((kid) => JSON.stringify({ alg: 'ES256', typ: 'entity-statement+jwt', kid, b64: true, crit: ['b64'] })) }), 'chain-malformed'));
test('padding is refused', () => refuses(verify({ gateway: respelt((compact) => `${compact}==`) }), 'chain-malformed'));
test('other bits behind the last byte are refused', () => refuses(verify({ gateway: respelt(lastBit) }), 'chain-malformed'));
test('white space is refused', () => refuses(verify({ gateway: respelt((compact) => compact.replace('.', ' .')) }), 'chain-malformed'));
test('a line feed at the end is refused', () => refuses(verify({ gateway: respelt((compact) => `${compact}\n`) }), 'chain-malformed'));
test('the other alphabet is refused', () => refuses(verify({ gateway: respelt((compact) => `${compact.slice(0, 10)}+${compact.slice(11)}`) }), 'chain-malformed'));
test('a fourth segment is refused', () => refuses(verify({ gateway: respelt((compact) => `${compact}.e30`) }), 'chain-malformed'));
test('a JSON serialisation is refused', () => refuses(verify({ gateway: respelt((compact) => JSON.stringify({ payload: compact.split('.')[1], signatures: [] })) }), 'chain-malformed'));
