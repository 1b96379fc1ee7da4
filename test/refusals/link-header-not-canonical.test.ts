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
  'whitespace': '{ "alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}',
  'another order of members': '{"typ":"causeway-request+jwt","alg":"ES256","kid":"FI-statement"}',
  'an escaped character': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI\\u002dstatement"}',
  'a byte order mark': '\uFEFF{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}',
  'bytes that are not UTF-8': Buffer.concat([Buffer.from('{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement'), Buffer.of(0xff), Buffer.from('"}')]),
  'a missing kid': '{"alg":"ES256","typ":"causeway-request+jwt"}',
  'a kid that is a number': '{"alg":"ES256","typ":"causeway-request+jwt","kid":1}',
  'an array in place of the object': '["ES256","causeway-request+jwt","FI-statement"]',
  'no JSON': 'alg=ES256',
};

test('control: a header written by hand is taken', () =>
  assertTaken(pair, { ...sealed, statement: withHeader(sealed.statement, '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}', pair.fi) }));

for (const [what, header] of Object.entries(HEADERS)) {
  test(`a header with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withHeader(sealed.statement, header, pair.fi) }), 'statement-malformed'));
}
