import { createHmac, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { b64u } from '../support/forge.ts';
import { KEYS, underHeader, verify } from '../support/federation.ts';
import type { Draft } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const input = ({ claims, key }: Draft, alg: string) => `${b64u(JSON.stringify({ alg, typ: 'entity-statement+jwt', kid: key.jwk.kid }))}.${b64u(JSON.stringify(claims))}`;

test('alg none, without a signature, is refused', () => refuses(verify({ gateway: (draft) => `${input(draft, 'none')}.` }), 'chain-malformed'));
test('alg none, with some signature, is refused', () => refuses(verify({ gateway: (draft) => `${input(draft, 'none')}.${b64u('x')}` }), 'chain-untrusted'));

test('HS256 with the public key as the secret is refused', () => {
  const secret = createPublicKey(KEYS.gateway.key).export({ type: 'spki', format: 'pem' });
  return refuses(verify({ gateway: (draft) => `${input(draft, 'HS256')}.${createHmac('sha256', secret).update(input(draft, 'HS256')).digest('base64url')}` }), 'chain-untrusted');
});

for (const alg of ['ES384', 'RS256', 'EdDSA', 'es256']) {
  test(`a valid signature under a header that says ${alg} is refused`, () => refuses(verify({ gateway: underHeader((kid) => JSON.stringify({ alg, typ: 'entity-statement+jwt', kid })) }), 'chain-untrusted'));
}

for (const member of ['jwk', 'x5c', 'jku', 'x5u', 'trust_chain']) {
  test(`a key or a chain of its own in the header (${member}) is refused`, () => refuses(verify({ gateway: underHeader((kid) => JSON.stringify({ alg: 'ES256', typ: 'entity-statement+jwt', kid, [member]: KEYS.stranger.jwk })) }), 'chain-malformed'));
}
