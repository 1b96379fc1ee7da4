import { test } from 'node:test';
import { signRaw } from '../support/forge.ts';
import { KEYS, drafts, named, signDraft, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const twin = named(KEYS.stranger, KEYS.gateway.jwk.kid);

test('two keys under one kid in a statement are refused', () => refuses(verify({ aboutGateway: withClaims({ jwks: { keys: [KEYS.gateway.jwk, twin.jwk] } }) }), 'chain-malformed'));
test('two keys under one kid in a configuration are refused', () => refuses(verify({ gateway: withClaims({ jwks: { keys: [twin.jwk, KEYS.gateway.jwk] } }) }), 'chain-malformed'));
test('another key under the kid of the one that is stated is refused', () => refuses(verify({ gateway: (draft) => ({ claims: { ...draft.claims, jwks: { keys: [twin.jwk] } }, key: twin }) }), 'chain-untrusted'));
test('a private key among the public ones is refused', () => refuses(verify({ gateway: withClaims({ jwks: { keys: [{ ...KEYS.gateway.jwk, d: 'A'.repeat(43) }] } }) }), 'chain-malformed'));

test('kid twice in the header is refused', () => {
  const { claims, key } = drafts().gateway;
  const header = `{"alg":"ES256","typ":"entity-statement+jwt","kid":"${key.jwk.kid}","kid":"${key.jwk.kid}"}`;
  return refuses(verify({ gateway: () => signRaw(header, JSON.stringify(claims), key.key) }), 'chain-malformed');
});

test('jwks twice among the claims is refused', () => {
  const draft = drafts().gateway;
  const claims = JSON.stringify(draft.claims).replace('{', `{"jwks":{"keys":[${JSON.stringify(KEYS.stranger.jwk)}]},`);
  const [head = ''] = signDraft(draft).split('.');
  return refuses(verify({ gateway: () => signRaw(Buffer.from(head, 'base64url'), claims, draft.key.key) }), 'chain-malformed');
});
