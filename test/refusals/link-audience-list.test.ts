import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Exactly one audience, so that no statement can be valid at two gateways. */
const CLAIMS: Record<string, Claims> = {
  'this gateway alone, as a list': { aud: [pair.ee.entity] },
  'this gateway and another': { aud: [pair.ee.entity, 'https://gateway.lv.example'] },
  'an empty list': { aud: [] },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`an aud of ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'statement-malformed'));
}
