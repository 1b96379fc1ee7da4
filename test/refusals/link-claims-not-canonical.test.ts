import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf, withPayload } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const canonical = Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url').toString();

/** The same claims in another spelling, signed with the sender's own key. */
const SPELLINGS: Record<string, string | Uint8Array> = {
  'members in another order': JSON.stringify(Object.fromEntries(Object.entries(claimsOf(sealed.statement)).toReversed())),
  'whitespace': JSON.stringify(claimsOf(sealed.statement), undefined, 1),
  'an escaped character': canonical.replace('"purpose":"test"', '"purpose":"t\\u0065st"'),
  'a number with a fraction of zero': canonical.replace('"budget":5000', '"budget":5000.0'),
  'a number with an exponent': canonical.replace('"budget":5000', '"budget":5e3'),
  'a byte order mark': `\uFEFF${canonical}`,
  'text after the object': `${canonical} `,
  'bytes that are not UTF-8': Buffer.from(canonical.replace('"purpose":"test"', '"purpose":"te\u00ffst"'), 'latin1'),
  'a lone surrogate': canonical.replace('"purpose":"test"', '"purpose":"\\ud800"'),
  'no JSON at all': 'claims',
  'an array': '[]',
  'null': 'null',
};

test('control: the canonical claims signed by hand are taken', () => assertTaken(pair, { ...sealed, statement: withPayload(sealed.statement, canonical, pair.fi) }));

for (const [what, payload] of Object.entries(SPELLINGS)) {
  test(`claims with ${what} are refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withPayload(sealed.statement, payload, pair.fi) }), 'statement-malformed'));
}
