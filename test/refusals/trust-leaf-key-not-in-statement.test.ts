import { test } from 'node:test';
import { KEYS, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

test('a gateway configuration signed with a key that its anchor does not state is refused', () =>
  refuses(verify({ gateway: (draft) => ({ claims: { ...draft.claims, jwks: { keys: [KEYS.gateway.jwk, KEYS.stranger.jwk] } }, key: KEYS.stranger }) }), 'chain-untrusted'));

test('a gateway whose key the anchor has replaced is refused', () => refuses(verify({ aboutGateway: withClaims({ jwks: { keys: [KEYS.stranger.jwk] } }) }), 'chain-untrusted'));
