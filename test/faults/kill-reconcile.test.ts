/** Kill -9 at each named step of reconciliation: after the restart it goes on, says nothing twice, and both trails verify. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { trailIncidents } from '../../src/cli/trail-incidents.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import type { TrailStep } from '../../src/trail/steps.ts';
import { INCOME } from '../support/questions.ts';
import { CHANGES, cutOff, later, lie, restartLater } from '../support/reconciled-pair.ts';
import { RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';
import { digest } from '../support/trail.ts';

const pair = new RunningPair(EE_FI);
before(() => pair.start({ changes: CHANGES }));
after(() => pair.end());

const steps = (country: PairCountry, xid: string) => pair.entries(country, xid).filter(({ log }) => log === 'ee-fi').map(({ step }) => step);
const agreed = (country: PairCountry): string[] => {
  const folder = join(pair.store(country), 'intervals/ee-fi');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.theirs.note')).sort() : [];
};

/** Dies at the step, and starts again with the same clock. */
async function killedAt(country: PairCountry, step: TrailStep, hours: number): Promise<void> {
  await pair.gateway(country).crashAt(step);
  const ended = await Promise.race([pair.gateway(country).ended, new Promise((resolve) => setTimeout(resolve, 180_000, 'the step was not reached').unref())]);
  assert.equal(ended, 'SIGKILL', step);
  await pair.restart(country, later(hours));
}

test('killed after the peer\'s note came, and after a range was agreed: the range is agreed once, on both sides', async () => {
  await INCOME.ask(pair);
  await eventually('the mirrors show it', () => pair.facts('EE', 'publish.stored').length > 0 && pair.facts('FI', 'publish.stored').length > 0, 60_000);
  await restartLater(pair, 26);
  await killedAt('EE', 'reconcile.noted', 26);
  await killedAt('EE', 'reconcile.agreed', 26);
  await eventually('both agree', () => agreed('EE').length > 0 && agreed('EE').join() === agreed('FI').join(), 120_000);
});

test('killed when a proof was fetched, when it was recorded, and when a case was written: each is recorded once', async () => {
  const { answer: xid } = await cutOff(pair);
  const other = '01890a5d-ac96-774b-bcce-b302099a8057';
  const { log: _log, evidence: _evidence, ...request } = pair.entries('FI', xid).find(({ step }) => step === 'request')!;
  await restartLater(pair, 27, async () => {
    await lie(pair, 'FI', { ...request, xid: other, core: digest() });
    await lie(pair, 'EE', { ...request, xid: other, core: digest() });
  });
  await killedAt('FI', 'reconcile.fetched', 27);
  await killedAt('FI', 'reconcile.repaired', 27);
  await eventually('the case of the peer', () => existsSync(join(pair.store('EE'), 'cases')), 120_000);
  await eventually('the answer is recorded, and the case written', () => steps('FI', xid).includes('reconciled') && existsSync(join(pair.store('FI'), 'cases')), 120_000);
  assert.deepEqual(steps('FI', xid), ['request', 'outcome-unknown', 'reconciled']);
  for (const country of ['EE', 'FI'] as const) {
    assert.deepEqual(readdirSync(join(pair.store(country), 'cases')), [`ee-fi-${other}-request.case.json`]);
    assert.deepEqual(trailIncidents(pair.store(country), true).map(({ kind }) => kind), ['equivocation']);
  }
});

test('killed when the notes differ, with another case on the way: it is found again, and written', async () => {
  const other = '01890a5d-ac96-774b-bcce-b302099a8058';
  const before = agreed('EE').length;
  const { log: _log, evidence: _evidence, ...request } = pair.entries('FI').find(({ step, log }) => step === 'request' && log === 'ee-fi')!;
  const ms = Date.now() + 28 * 3_600_000;
  const forged = { ...request, xid: other, window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' } } as const;
  await restartLater(pair, 52, async () => {
    await lie(pair, 'FI', { ...forged, core: digest() });
    await lie(pair, 'EE', { ...forged, core: digest() });
  });
  await killedAt('EE', 'reconcile.case-written', 52);
  await killedAt('EE', 'reconcile.differs', 52);
  const file = `ee-fi-${other}-request.case.json`;
  await eventually('both have the case', () => (['EE', 'FI'] as const).every((country) => readdirSync(join(pair.store(country), 'cases')).includes(file)), 120_000);
  assert.equal(agreed('EE').length, before, 'a day with two statements is not agreed');
});
