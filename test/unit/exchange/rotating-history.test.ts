/** Orders to change keys and what came of them: a bounded history, of which nothing is carried out twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rotating } from '../../../src/exchange/rotating.ts';
import type { RotatingOptions } from '../../../src/exchange/rotating.ts';
import { keyFolders } from '../../../src/trust/own/key-plan.ts';
import { testFolder } from '../../support/trail.ts';

const KEPT = 50;

test('of many orders the newest are kept with their outcomes, and a start carries out none of them again', async (t) => {
  const folders = keyFolders(testFolder(t));
  let now = 1;
  const begun: string[] = [];
  const evidence = { begin: async ({ id }: { id: string }) => ({ kid: String(begun.push(id)) }), look: async () => {} };
  const start = () => new Rotating({ folders, evidence, keys: { plan: () => undefined }, clock: { now: () => (now += 1), monotonic: () => 0 }, log: { warn: () => {}, error: () => {} } } as unknown as RotatingOptions);
  const ids = Array.from({ length: KEPT + 20 }, (_, n) => `order-${String(n).padStart(3, '0')}`);
  let rotating = start();
  for (const [n, id] of ids.entries()) {
    await folders.orders.write(id, { v: 1, id, role: 'evidence', action: 'rotate', reason: 'planned', at: now });
    await rotating.look();
    if (n % 10 === 0) rotating = start();
  }
  await start().look();
  assert.deepEqual(begun, ids, 'each once');
  const [orders, outcomes] = [await folders.orders.ids(), await folders.outcomes.ids()];
  assert.deepEqual(orders, ids.slice(-KEPT));
  assert.deepEqual(outcomes.slice(-KEPT), orders);
  assert.ok(outcomes.length <= KEPT + 1, `${outcomes.length} outcomes`);
});
