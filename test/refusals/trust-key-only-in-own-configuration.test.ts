import { test } from 'node:test';
import { KEYS, signedBy, taken, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const own = { jwks: { keys: [KEYS.fi.jwk, KEYS.fiIssuer.jwk, KEYS.stranger.jwk] } };

test('control: a key that stands in both the statement and the configuration may sign', () => taken(verify({ fiAnchor: withClaims(own) })));

test('an anchor that adds a key to its own configuration cannot state gateways with it', () =>
  refuses(verify({ fiAnchor: withClaims(own), aboutGateway: signedBy(KEYS.stranger) }), 'chain-untrusted'));

test('nor sign its own configuration with it', () =>
  refuses(verify({ fiAnchor: (draft) => ({ ...draft, claims: { ...draft.claims, ...own }, key: KEYS.stranger }) }), 'chain-untrusted'));

test('a key that the anchor took out of its own configuration no longer signs, though its superior still states it', () =>
  refuses(verify({ fiAnchor: withClaims({ jwks: { keys: [KEYS.fi.jwk] } }) }), 'chain-untrusted'));
