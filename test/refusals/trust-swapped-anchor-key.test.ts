import { test } from 'node:test';
import { EE_PIN, KEYS, drafts, named, signedBy, taken, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

/** Somebody who holds the network serves an anchor of its own making under the anchor's name. */
const forged = { jwks: { keys: [KEYS.stranger.jwk] } };

test('control: the chain under the pinned anchor is taken', () => taken(verify()));

test("another key's anchor configuration is refused, with all below it signed to fit", () =>
  refuses(verify({ eeAnchor: (draft) => ({ ...draft, claims: { ...draft.claims, ...forged }, key: KEYS.stranger }), aboutFiAnchor: signedBy(KEYS.stranger) }), 'chain-untrusted'));

test('another key under the kid of the pinned one is refused', () => {
  const impostor = named(KEYS.stranger, KEYS.ee.jwk.kid);
  return refuses(verify({ eeAnchor: (draft) => ({ claims: { ...draft.claims, jwks: { keys: [impostor.jwk, KEYS.eeIssuer.jwk] } }, key: impostor }) }), 'chain-untrusted');
});

test('the issuer key, which is online, cannot sign the anchor configuration', () => refuses(verify({ eeAnchor: signedBy(KEYS.eeIssuer) }), 'chain-untrusted'));

test('an issuer key that the offline key does not certify cannot state anybody', () =>
  refuses(verify({ eeAnchor: withClaims({ jwks: { keys: [KEYS.ee.jwk] } }) }), 'chain-untrusted'));

test('an honest chain is refused under the pin of another key', () => refuses(verify({}, { ...EE_PIN, keys: [KEYS.stranger.jwk] }), 'chain-untrusted'));

test("the other country's anchor, valid under its own key, is not ours", () => refuses(verify({}, { entity: drafts().fiAnchor.claims.sub, keys: [KEYS.fi.jwk] }), 'chain-malformed'));
