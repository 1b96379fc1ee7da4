import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quotas } from '../../src/exchange/authorise.ts';
import { receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { assertRefused } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair({ grant: { quota: 2 } });
const asked = async (now: number) => (await sealedRequest(pair, { now })).fields;

test('within the quota requests are taken, the next one is refused until the minute is over', async () => {
  const quotas = new Quotas();
  await receiveAtEe(pair, await asked(NOW), { quotas });
  await receiveAtEe(pair, await asked(NOW), { quotas });
  const { facts } = await assertRefused(receiveAtEe(pair, await asked(NOW), { quotas }), 'quota-exceeded');
  assert.equal(facts.until, '2026-11-21T12:01:00.000Z');
  await assertRefused(receiveAtEe(pair, await asked(NOW + 59_000), { quotas, now: NOW + 59_999 }), 'quota-exceeded');
  await receiveAtEe(pair, await asked(NOW + 60_000), { quotas, now: NOW + 60_000 });
});
