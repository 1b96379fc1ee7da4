/** Keys of a gateway that are not its entity key, and keys that are not its anchor's: none of them signs what makes them believed. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { signDocument } from '../../src/crypto/signed-document.ts';
import { verifyChain } from '../../src/trust/chain.ts';
import { readConfiguration } from '../../src/trust/entity-statement.ts';
import { signNotices, verifyNotices } from '../../src/trust/notices.ts';
import { resolveChain } from '../../src/trust/resolve.ts';
import { ENTITY, makeAnchors } from '../support/anchors.ts';
import type { Anchors } from '../support/anchors.ts';
import { refuses } from '../support/refused.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

suite('keys of other roles under the federation', () => {
  let at: Anchors;
  before(async () => {
    at = await makeAnchors(NOW);
  });
  after(() => at.remove());

  for (const role of ['statement', 'encryption', 'tls'] as const) {
    test(`a ${role} key signs no configuration of its gateway`, async () => {
      const { documents } = await resolveChain(ENTITY.gateway, at.pin, at.places, NOW);
      const { claims } = readConfiguration(documents.configurations[0] ?? '');
      const { key, jwk } = at.gateway[role];
      const forged = await signDocument('entity-statement+jwt', { ...claims, jwks: { keys: [at.gateway.entityKey.jwk, jwk] } }, key);
      await refuses(verifyChain({ ...documents, configurations: [forged, ...documents.configurations.slice(1)] }, at.pin, NOW), 'chain-untrusted');
    });
  }

  for (const role of ['entityKey', 'statement'] as const) {
    test(`${role === 'entityKey' ? 'an entity' : 'a statement'} key of a gateway signs no notice list of its anchor`, async () => {
      const { superiors } = await resolveChain(ENTITY.gateway, at.pin, at.places, NOW);
      const anchor = superiors.find(({ entity }) => entity === ENTITY.fi);
      assert.ok(anchor);
      const iat = NOW / 1000;
      const list = { iss: ENTITY.fi, iat, exp: iat + 900, number: iat + 1, notices: [] };
      await refuses(async () => verifyNotices(await signNotices(list, at.gateway[role].key), anchor, NOW), 'chain-untrusted');
    });
  }
});
