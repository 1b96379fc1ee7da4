import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

/** Each is signed with the sender's own key: nothing but the header is wrong. */
const HEADERS = {
  'a jwk of the attacker': JSON.stringify({ alg: 'ES256', typ: 'causeway-request+jwt', kid: 'FI-statement', jwk }),
  'a jku': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","jku":"https://attacker.example/jwks"}',
  'an x5c': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","x5c":["MIIB"]}',
  'an x5u': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","x5u":"https://attacker.example/cert"}',
  'an x5t#S256': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","x5t#S256":"AAAA"}',
  'a trust_chain': '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement","trust_chain":[]}',
};

test('control: a header written by hand is taken', () =>
  assertTaken(pair, { ...sealed, statement: withHeader(sealed.statement, '{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}', pair.fi) }));

for (const [what, header] of Object.entries(HEADERS)) {
  test(`a header with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withHeader(sealed.statement, header, pair.fi) }), 'statement-malformed'));
}
