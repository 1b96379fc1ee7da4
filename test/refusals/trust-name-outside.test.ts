import { test } from 'node:test';
import { taken, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const naming = (naming_constraints: unknown) => ({ aboutFiAnchor: withClaims({ constraints: { max_path_length: 1, naming_constraints } }) });

test('control: names below .fi.example', () => taken(verify(naming({ permitted: ['.fi.example'] }))));
test('control: each name alone', () => taken(verify(naming({ permitted: ['anchor.fi.example', 'gateway.fi.example'] }))));

test("an anchor that states a gateway of another country is refused", () => refuses(verify(naming({ permitted: ['.lv.example'] })), 'chain-untrusted'));
test('a name without its leading period permits that host alone', () => refuses(verify(naming({ permitted: ['fi.example'] })), 'chain-untrusted'));
test('a name that only ends alike is outside', () => refuses(verify(naming({ permitted: ['.i.example', 'anchor.fi.example'] })), 'chain-untrusted'));
test('an empty list permits nothing', () => refuses(verify(naming({ permitted: [] })), 'chain-untrusted'));
test('an excluded name is refused though it is permitted', () => refuses(verify(naming({ permitted: ['.fi.example'], excluded: ['gateway.fi.example'] })), 'chain-untrusted'));
test('a statement about an anchor that names nothing is refused: it would vouch for any country', () => refuses(verify({ aboutFiAnchor: withClaims({ constraints: { max_path_length: 1 } }) }), 'chain-untrusted'));

for (const id of ['https://gateway.lv.example@gateway.fi.example', 'http://gateway.fi.example', 'https://GATEWAY.fi.example', 'https://gateway.fi.example/', 'https://gateway.fi.example/?x', 'https://192.0.2.1', 'https://[2001:db8::1]', 'https://gateway.fi.example.']) {
  test(`${id} is no entity id`, () => refuses(verify({ gateway: withClaims({ iss: id, sub: id }), aboutGateway: withClaims({ sub: id }) }), 'chain-malformed'));
}
