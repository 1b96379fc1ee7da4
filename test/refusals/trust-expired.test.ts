import { test } from 'node:test';
import { taken, times, verify, withClaims } from '../support/federation.ts';
import type { Name } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

for (const name of ['gateway', 'aboutGateway', 'fiAnchor', 'aboutFiAnchor', 'eeAnchor'] satisfies Name[]) {
  test(`${name} in its last second is taken`, () => taken(verify({ [name]: withClaims(times(-3600, 1)) })));
  test(`${name} that expires now is refused`, () => refuses(verify({ [name]: withClaims(times(-3600, 0)) }), 'chain-expired'));
}

test('a document that expires before it is issued is refused', () => refuses(verify({ gateway: withClaims(times(20, 10)) }), 'chain-expired'));

for (const [what, exp] of [['no', undefined], ['a text as', '4102444800'], ['a fraction as', 4102444800.5], ['a negative', -1]] as const) {
  test(`${what} exp is refused`, () => refuses(verify({ gateway: withClaims({ exp }) }), 'chain-malformed'));
}
