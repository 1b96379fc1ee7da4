import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** What is not granted exactly is refused. */
const CLAIMS: Record<string, Claims> = {
  'another client of its country': { client: 'FI/MUN/0101263-6/vaestotiedot' },
  'the member without its subsystem': { client: 'FI/GOV/0245458-6' },
  'another service': { service: 'EE/GOV/70008440/rr/RR456/v1' },
  'another version of the service': { service: 'EE/GOV/70000349/emta/echo/v2' },
  'the service without its version': { service: 'EE/GOV/70000349/emta/echo' },
  'another operation': { operation: { name: 'Echo' } },
  'an operation of the other form': { operation: { method: 'GET', template: '/echo' } },
  'another purpose': { purpose: 'curiosity' },
  'a purpose that begins like it': { purpose: 'test-2' },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`${what} in place of the granted one is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'not-allowed'));
}
