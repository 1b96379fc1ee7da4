import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** A gateway hands over at home alone: it is nobody's way into a third country. */
const CLAIMS: Record<string, Claims> = {
  "the sender's country": { service: 'FI/GOV/0244683-1/prh/echo' },
  'a third country': { service: 'LV/GOV/1/x/echo' },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a service of ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'identifier-foreign'));
}
