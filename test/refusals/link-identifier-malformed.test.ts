import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** What could not stand in a trail entry is no identifier at all. */
const CLAIMS: Record<string, Claims> = {
  'a character that has to be encoded': { client: 'FI/GOV/0245458-6/väro' },
  'an empty segment': { client: 'FI/GOV//vero' },
  'a slash at its end': { client: 'FI/GOV/0245458-6/vero/' },
  'a country in small letters': { client: 'fi/GOV/0245458-6/vero' },
  'a country of three letters': { service: 'EST/GOV/70000349/emta/echo/v1' },
  'seven segments': { service: 'EE/GOV/70000349/emta/echo/v1/x' },
  'a country alone': { service: 'EE' },
  'more than 400 characters': { client: `FI/GOV/${'x'.repeat(200)}/${'y'.repeat(200)}` },
  'a space': { client: 'FI/GOV/0245458-6/ve ro' },
  'a line feed': { client: 'FI/GOV/0245458-6/vero\n' },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`an identifier with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'statement-malformed'));
}
