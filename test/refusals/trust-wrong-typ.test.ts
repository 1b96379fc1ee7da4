import { test } from 'node:test';
import { bent, taken, underHeader, verify } from '../support/federation.ts';
import type { Name } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const header = (typ: unknown) => (kid: string) => JSON.stringify({ alg: 'ES256', typ, kid });

test('control: a header in another order is taken', () => taken(verify({ gateway: underHeader((kid) => JSON.stringify({ kid, typ: 'entity-statement+jwt', alg: 'ES256' })) })));

for (const name of ['gateway', 'aboutGateway', 'fiAnchor', 'aboutFiAnchor', 'eeAnchor'] satisfies Name[]) {
  for (const typ of ['JWT', 'causeway-request+jwt', 'trust-mark+jwt', 'application/entity-statement+jwt', 'ENTITY-STATEMENT+JWT', null]) {
    test(`${name} of typ ${String(typ)} is refused`, () => refuses(verify({ [name]: underHeader(header(typ)) }), 'chain-malformed'));
  }
}

test('a document without typ is refused', () => refuses(verify({ gateway: underHeader((kid) => JSON.stringify({ alg: 'ES256', kid })) }), 'chain-malformed'));

test('a statement in the place of a configuration is refused', async () => {
  const { aboutGateway, gateway } = bent({});
  await refuses(verify({ gateway: () => aboutGateway }), 'chain-malformed');
  await refuses(verify({ aboutGateway: () => gateway }), 'chain-malformed');
});
