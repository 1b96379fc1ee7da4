import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EE_ANCHOR, FI_ANCHOR, FI_GATEWAY, KEYS, NOW, honestSource, resolve, times, verify, withClaims } from '../../support/federation.ts';
import { refuses } from '../../support/refused.ts';

test('a chain gives the metadata under the policies of both anchors, and the keys that the superiors state', async () => {
  const { subject, metadata, keys, superiors } = await verify({ gateway: withClaims({ metadata: { cross_border_gateway: { environment: 'test', signing_algorithms: ['ES256', 'RS256'] } } }) });
  assert.equal(subject, FI_GATEWAY);
  assert.deepEqual(metadata, { cross_border_gateway: { environment: 'test', signing_algorithms: ['ES256'] } });
  assert.deepEqual(keys, [KEYS.gateway.jwk]);
  assert.deepEqual(superiors.map(({ entity }) => entity), [FI_ANCHOR, EE_ANCHOR]);
});

test('a chain ends with the first of its documents', async () => {
  const { issued, expires } = await verify({ aboutGateway: withClaims(times(-7200, 60)) });
  assert.equal(expires, NOW + 60_000);
  assert.equal(issued, NOW - 7_200_000);
});

test("what the immediate superior says of a parameter stands before the policy, and in the gateway's place", async () => {
  const { metadata } = await verify({ gateway: withClaims({ metadata: { cross_border_gateway: { environment: 'production', signing_algorithms: ['ES256'] } } }), aboutGateway: (draft) => ({ ...draft, claims: { ...draft.claims, metadata: { cross_border_gateway: { environment: 'test' } } } }) });
  assert.equal(metadata['cross_border_gateway']?.['environment'], 'test');
});

test('entity types that a superior does not allow are left out', async () => {
  const more = { cross_border_gateway: { environment: 'test', signing_algorithms: ['ES256'] }, openid_provider: { issuer: FI_GATEWAY }, federation_entity: { organization_name: 'DVV' } };
  assert.deepEqual(Object.keys((await verify({ gateway: withClaims({ metadata: more }) })).metadata), ['cross_border_gateway', 'federation_entity']);
});

test('both countries must agree: the other anchor names ours, and ours states it', async () => {
  await resolve(honestSource());
  await refuses(resolve(honestSource({ fiAnchor: withClaims({ authority_hints: undefined }) })), 'chain-untrusted');
  await refuses(verify({ fiAnchor: withClaims({ authority_hints: ['https://anchor.lv.example'] }) }), 'chain-untrusted');
});

test('hints are tried in turn, and a refusal names the reason of each', async () => {
  await resolve(honestSource({ gateway: withClaims({ authority_hints: ['https://anchor.ee.example', FI_ANCHOR] }) }));
  await assert.rejects(resolve(honestSource({ gateway: withClaims({ authority_hints: [EE_ANCHOR] }) })), /no chain from https:\/\/gateway\.fi\.example to https:\/\/anchor\.ee\.example: no document/);
});

test('another document gives another digest', async () => {
  assert.notEqual((await verify()).digest, (await verify({ gateway: withClaims({ exp: NOW / 1000 + 1 }) })).digest);
});
