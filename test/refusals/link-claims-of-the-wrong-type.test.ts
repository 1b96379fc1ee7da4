import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf, withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { DIGEST, PROOF, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** One claim each is not what the table of docs/federation-protocol.md says. */
const CLAIMS: Record<string, Claims> = {
  'iat as text': { iat: '1795262400' },
  'a negative budget': { budget: -1 },
  'a fractional budget': { budget: 0.5 },
  'budget missing': { budget: undefined },
  'budget null': { budget: null },
  'an empty purpose': { purpose: '' },
  'a purpose of 501 characters': { purpose: 'x'.repeat(501) },
  'a nonce of 31 bytes': { nonce: 'A'.repeat(42) },
  'a nonce whose spare bits are set': { nonce: `${'A'.repeat(42)}B` },
  'a digest in base64': { content: `${'+'.repeat(42)}A` },
  'a jti that is a random UUID': { jti: 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6' },
  'a jti in capitals': { jti: String(claimsOf(sealed.statement)['jti']).toUpperCase() },
  'link as a list': { link: [] },
  'sealing of another name': { sealing: 'none' },
  'payload of no parts': { payload: { manifest: DIGEST, parts: 0, bytes: 100 } },
  'payload of 1001 parts': { payload: { manifest: DIGEST, parts: 1001, bytes: 100 } },
  'domestic result of another name': { domestic: { ...PROOF, result: 'believed' } },
  'operation as text': { operation: 'echo' },
  'a client that is a list': { client: ['FI/GOV/0245458-6/vero'] },
};

for (const [what, changes] of Object.entries(CLAIMS)) {
  test(`${what} is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, changes, pair.fi) }), 'statement-malformed'));
}
