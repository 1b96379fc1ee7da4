import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quotas, authoriseInbound, sealedLimit } from '../../src/exchange/authorise.ts';
import { TOLERANCE, assertTaken, authenticateAtEe, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf, withClaims } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { DOCUMENT, handmadeRequest } from '../support/handmade.ts';
import { assertRefused } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair({ grant: { maxBytes: 2000 } });
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('an announced size beyond what the limit can be sealed to is refused before a byte of payload is read', async () => {
  const payload = { ...(claimsOf(sealed.statement)['payload'] as Claims), bytes: sealedLimit(2000) + 1 };
  const statement = await authenticateAtEe(pair, withClaims(sealed.statement, { payload }, pair.fi));
  await assertRefused(() => authoriseInbound(statement, pair.ee.link, new Quotas(), TOLERANCE, NOW), 'too-large');
});

test('a document beyond the limit of the grant is refused', async () => {
  await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { parts: [{ name: 'document', bytes: Buffer.from(`{"text":"${'x'.repeat(2000)}"}`) }] })), 'too-large');
});

test('our own sealing refuses it as well, before anything leaves', async () => {
  const { facts } = await assertRefused(sealedRequest(pair, { document: { text: 'x'.repeat(2000) } }), 'too-large');
  assert.equal(facts.delivered, 'no');
});

test('many small parts that together exceed the limit are refused', async () => {
  const parts = [DOCUMENT, ...Array.from({ length: 20 }, (_, n) => ({ name: `part-${n}`, bytes: Buffer.alloc(100) }))];
  await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { parts })), 'too-large');
});

test('a part that is longer than the manifest says is refused', async () => {
  const long = { name: 'document', bytes: Buffer.from(`{"hello":"world","text":"${'x'.repeat(3000)}"}`) };
  const sealedLong = await handmadeRequest(pair, { parts: [long], manifest: (draft) => ({ ...draft, parts: draft.parts.map((part) => ({ ...part, length: 17 })) }) });
  await assertRefused(receiveAtEe(pair, sealedLong), 'digest-mismatch');
});
