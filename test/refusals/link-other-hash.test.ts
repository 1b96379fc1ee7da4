import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf, withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { DIGEST, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const link = claimsOf(sealed.statement)['link'] as Claims;

/** What the two countries agreed to is known by id, version and hash together. */
const CLAIMS: Record<string, Claims> = {
  'another hash under the same version': { link: { ...link, sha256: DIGEST } },
  'another version under the same hash': { link: { ...link, version: 2 } },
  'another link under the same hash': { link: { ...link, id: 'ee-lv' } },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a statement that names ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'link-mismatch'));
}
