import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { assertRefused } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('on a suspended link the request is refused, with the time at which it makes sense to come back', async () => {
  const link = { ...pair.ee.link, settings: { ...pair.ee.link.settings, suspended: { reason: 'incident 7', until: '2026-11-22T06:00:00Z' } } };
  const refusal = await assertRefused(receiveAtEe({ ...pair, ee: { ...pair.ee, link } }, sealed), 'suspended');
  assert.equal(refusal.facts.until, '2026-11-22T06:00:00Z');
  assert.doesNotMatch(refusal.publicText, /incident/);
});
