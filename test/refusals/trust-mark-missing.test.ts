/** A link demands a trust mark of its peer: only one of the right type, for it, in its time, by an issuer that our anchor names and that stands in the chain, is taken. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withTrustMarks } from '../../src/trust/trust-marks.ts';
import { EE_ANCHOR, FI_ANCHOR, FI_GATEWAY, KEYS, NOW, signDraft, times, verify, withClaims } from '../support/federation.ts';
import type { TestKey } from '../support/federation.ts';
import type { Claims } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';

const TYPE = 'https://marks.example/looked-at';
const HOUR_S = 3600;
const mark = (claims: Claims = {}, key: TestKey = KEYS.fiIssuer, typ = 'trust-mark+jwt'): string => signDraft({ claims: { iss: FI_ANCHOR, sub: FI_GATEWAY, trust_mark_type: TYPE, ...times(-HOUR_S, HOUR_S / 2), ...claims }, key, header: { alg: 'ES256', typ, kid: key.jwk.kid } });

/** What a link that demands the mark makes of a peer that shows `marks`. `issuers`: as our anchor names them. */
async function believed(marks: readonly string[], issuers: Readonly<Record<string, readonly string[]>> = { [TYPE]: [FI_ANCHOR] }) {
  const chain = await verify({ gateway: withClaims({ trust_marks: marks.map((one) => ({ trust_mark_type: TYPE, trust_mark: one })) }), eeAnchor: withClaims({ trust_mark_issuers: issuers }) });
  return withTrustMarks(chain, [TYPE], NOW);
}

suite('a trust mark that a link demands', () => {
  test('is taken, and bounds how long the chain is believed', async () => assert.equal((await believed([mark()])).expires, NOW + (HOUR_S / 2) * 1000));
  test('without an end leaves the chain its own', async () => assert.equal((await believed([mark({ exp: undefined })])).expires, NOW + HOUR_S * 1000));
  test('beside one that does not hold is taken', async () => assert.ok(await believed([mark({ sub: EE_ANCHOR }), mark()])));
  test('that is not demanded is not looked at', async () => assert.ok(await withTrustMarks(await verify({ gateway: withClaims({ trust_marks: [{ trust_mark_type: TYPE, trust_mark: 'x' }] }) }), [], NOW)));
  test('that the peer does not show is missing', () => refuses(believed([]), 'chain-untrusted'));
  test('of an issuer whom our anchor does not name is refused', () => refuses(believed([mark()], { [TYPE]: [EE_ANCHOR] }), 'chain-untrusted'));
  test('of a type for which our anchor names nobody is refused', () => refuses(believed([mark()], {}), 'chain-untrusted'));
  test('of a type with an empty list of issuers, which would be everybody, is refused', () => refuses(believed([mark()], { [TYPE]: [] }), 'chain-untrusted'));
  test('for another gateway is refused', () => refuses(believed([mark({ sub: 'https://gateway.other.fi.example' })]), 'chain-untrusted'));
  test('of another type under this name is refused', () => refuses(believed([mark({ trust_mark_type: 'https://marks.example/other' })]), 'chain-untrusted'));
  test('that the peer signed for itself is refused', () => refuses(believed([mark({}, KEYS.gateway)]), 'chain-untrusted'));
  test('that a stranger signed is refused', () => refuses(believed([mark({}, KEYS.stranger)]), 'chain-untrusted'));
  test('that has ended is refused', () => refuses(believed([mark(times(-HOUR_S, 0))]), 'chain-expired'));
  test('of the future is refused', () => refuses(believed([mark(times(HOUR_S, 2 * HOUR_S))]), 'chain-expired'));
  test('that is a document of another kind is refused', () => refuses(believed([mark({}, KEYS.fiIssuer, 'entity-statement+jwt')]), 'chain-malformed'));
});
