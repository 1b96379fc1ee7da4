import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptLoss } from '../../../src/exchange/loss.ts';
import type { LossReport } from '../../../src/stages.ts';
import { assertRefused } from '../../support/refused.ts';

const NONE: LossReport = { dropped: [], defaulted: [], approximated: [], unknown: [] };
const SOME: LossReport = { ...NONE, dropped: ['secret.36805280109', 'b'], unknown: ['c'] };

test('a report is accepted without settings, without losses, and with losses of other kinds', () => {
  acceptLoss(SOME, undefined, 'no');
  acceptLoss(NONE, ['dropped', 'defaulted', 'approximated', 'unknown'], 'no');
  acceptLoss(SOME, ['defaulted', 'approximated'], 'no');
  acceptLoss(SOME, [], 'no');
});

for (const kind of ['dropped', 'defaulted', 'approximated', 'unknown'] as const) {
  test(`what is not to be ${kind} is refused, and says whether the service acted`, async () => {
    const { facts } = await assertRefused(() => acceptLoss({ ...NONE, [kind]: ['x'] }, [kind], 'yes'), 'loss-refused');
    assert.deepEqual(facts, { delivered: 'yes', hint: `Fields that were lost in translation: 1 ${kind}.` });
  });
}

test('a refusal counts fields by kind and repeats none of what the peer wrote', async () => {
  const error = await assertRefused(() => acceptLoss(SOME, ['unknown', 'dropped'], 'no'), 'loss-refused');
  assert.equal(error.message, "the peer's loss report: 1 unknown, 2 dropped");
  assert.ok(!JSON.stringify(error.facts).includes('secret'));
});
