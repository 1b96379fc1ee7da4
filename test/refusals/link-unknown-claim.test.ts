import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf, withClaims, withPayload } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { DIGEST, PROOF, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Signed with the sender's own key: the schema is closed. */
const CLAIMS: Record<string, Claims> = {
  'an unknown claim': { sub: 'EE36805280109' },
  'an nbf': { nbf: 0 },
  'a claim of a response': { request: DIGEST },
  'a claim of a refusal': { delivered: 'no' },
  'an unknown member of link': { link: { ...(claimsOf(sealed.statement)['link'] as Claims), approvals: [] } },
  'an unknown member of domestic': { domestic: { ...PROOF, person: 'x' } },
  'a claim named like a property of every object': { constructor: {} },
  'both forms of operation at once': { operation: { name: 'echo', method: 'GET', template: '/' } },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`a request with ${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'statement-malformed'));
}

test('a request with a claim __proto__ is refused', () => {
  const canonical = Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url').toString();
  // Where it stands in RFC 8785 order: "_" sorts before every letter.
  return refuses(receiveAtEe(pair, { ...sealed, statement: withPayload(sealed.statement, canonical.replace('{', '{"__proto__":{},'), pair.fi) }), 'statement-malformed');
});
