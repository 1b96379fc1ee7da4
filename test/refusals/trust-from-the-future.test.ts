import { test } from 'node:test';
import { taken, times, verify, withClaims } from '../support/federation.ts';
import type { Name } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

test('a document of a signer whose clock is a minute ahead is taken', () => taken(verify({ gateway: withClaims(times(60, 3600)) })));

for (const name of ['gateway', 'aboutGateway', 'fiAnchor', 'aboutFiAnchor', 'eeAnchor'] satisfies Name[]) {
  test(`${name} issued more than a minute from now is refused`, () => refuses(verify({ [name]: withClaims(times(61, 3600)) }), 'chain-expired'));
}
