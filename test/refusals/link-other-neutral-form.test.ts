import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { NEUTRAL, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** The link pins the neutral form; the sender does not choose it. */
const CLAIMS: Record<string, Claims> = {
  'schema': { neutral: { ...NEUTRAL, schema: 'person' } },
  'version': { neutral: { ...NEUTRAL, version: 'v2' } },
  'hash': { neutral: { ...NEUTRAL, sha256: `${'B'.repeat(42)}A` } },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a neutral form of another ${what} than the grant says is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'leg-mismatch'));
}
