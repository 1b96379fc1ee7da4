import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Each is signed with the sender's own key: nothing but the header is wrong. */
const HEADERS = {
  'b64 false and its crit': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","b64":false,"crit":["b64"]}',
  'b64 false': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","b64":false}',
  'b64 true': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","b64":true}',
};

test('control: a header written by hand is taken', () =>
  assertTaken(pair, { ...sealed, statement: withHeader(sealed.statement, '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}', pair.fi) }));

for (const [what, header] of Object.entries(HEADERS)) {
  test(`a header with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withHeader(sealed.statement, header, pair.fi) }), 'statement-malformed'));
}
