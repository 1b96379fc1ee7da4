import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Two spellings of one member would be two members to whoever compares text. */
const CLAIMS: Record<string, Claims> = {
  'an unreserved character percent-encoded': { client: 'FI/GOV/0245458%2D6/vero' },
  'lower-case percent-encoding': { client: 'FI/GOV/0245458-6/v%c3%a4ero' },
  'text that is not NFC': { client: `FI/GOV/0245458-6/${encodeURIComponent('a\u0308')}` },
  'an invisible character': { client: 'FI/GOV/0245458-6/vero%E2%80%8B' },
  'a dot segment': { client: 'FI/GOV/0245458-6/../vero' },
  'an encoding that is none': { client: 'FI/GOV/0245458-6/ver%o' },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`an identifier with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'identifier-foreign'));
}
