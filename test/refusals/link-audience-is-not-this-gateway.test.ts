import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Signed with the peer's own key, for somebody else. */
const CLAIMS: Record<string, Claims> = {
  'the sender itself': { aud: pair.fi.entity },
  'a third gateway': { aud: 'https://gateway.lv.example' },
  'this gateway with a slash at its end': { aud: `${pair.ee.entity}/` },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a statement whose aud is ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'wrong-audience'));
}
