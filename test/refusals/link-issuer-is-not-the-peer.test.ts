import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Signed with the peer's own key: on its connection it speaks for itself alone. */
const CLAIMS: Record<string, Claims> = {
  'the receiver itself': { iss: pair.ee.entity },
  'a third gateway': { iss: 'https://gateway.lv.example' },
  'the peer with a slash at its end': { iss: `${pair.fi.entity}/` },
  'the peer in capitals': { iss: pair.fi.entity.toUpperCase() },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a statement whose iss is ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'wrong-audience'));
}
