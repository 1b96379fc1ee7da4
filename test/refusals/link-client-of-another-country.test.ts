import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** A hostile peer can invent requests of its own country's members, and of nobody else's. */
const CLAIMS: Record<string, Claims> = {
  "the receiver's country": { client: 'EE/COM/10137319/pank' },
  'a third country': { client: 'LV/GOV/1/x' },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a client of ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'identifier-foreign'));
}
