/** Kill -9 at each named step of reconciliation: after the restart it goes on, says nothing twice, and both trails verify. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { trailIncidents } from '../../src/cli/trail-incidents.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import type { Entry } from '../../src/trail/entry.ts';
import type { TrailStep } from '../../src/trail/steps.ts';
import { INCOME } from '../support/questions.ts';
import { CHANGES, HOUR, cutOff, cutPower, later, lie } from '../support/reconciled-pair.ts';
import { COUNTRIES, RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';
import { digest } from '../support/trail.ts';

const DAY_MS = 24 * HOUR;

const pair = new RunningPair(EE_FI);
before(() => pair.start({ changes: CHANGES }));
after(() => pair.end());

const steps = (country: PairCountry, xid: string) => pair.entries(country, xid).filter(({ log }) => log === 'ee-fi').map(({ step }) => step);
const written = (country: PairCountry, folder: string, suffix: string): string[] => {
  const path = join(pair.store(country), folder);
  return existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(suffix)).sort() : [];
};
const agreed = (country: PairCountry): string[] => written(country, 'intervals/ee-fi', '.theirs.note');
const cases = (country: PairCountry): string[] => written(country, 'cases', '.case.json');

/**
 * Hours by which the clocks are ahead: half a minute after the first party, Estonia, has to sign for the day that ends next, and minutes before
 * the second one would sign unasked. Which of them asks is certain so.
 */
const DUE_MS = (2 + 5 + 0.6) * 60_000;
const AHEAD = ((Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS + DUE_MS - Date.now()) / HOUR;

/** Two statements for one step of an exchange that was not. */
async function bothLie(entry: Entry): Promise<void> {
  for (const country of COUNTRIES) await lie(pair, country, { ...entry, core: digest() });
}

/** Both stop; then one of them dies at each of the steps, while the other runs, and starts again. `meanwhile`: nobody runs. */
async function killedAtEach(country: PairCountry, killed: readonly TrailStep[], hours: number, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  await cutPower(pair);
  await meanwhile();
  await pair.restart(pair.peerOf(country), later(hours));
  for (const step of killed) await killedAt(country, step, hours);
  await pair.restart(country, later(hours));
}

/** Dies at the step, which it may come to as soon as it starts. */
async function killedAt(country: PairCountry, step: TrailStep, hours: number): Promise<void> {
  const ended = await Promise.race([pair.crashOnTheWay(country, step, later(hours)), new Promise((resolve) => setTimeout(resolve, 180_000, 'the step was not reached').unref())]);
  assert.equal(ended, 'SIGKILL', step);
}

test('killed after the peer\'s note came, and after a range was agreed: the range is agreed once, on both sides', async () => {
  await INCOME.ask(pair);
  await eventually('the mirrors show it', () => pair.facts('EE', 'publish.stored').length > 0 && pair.facts('FI', 'publish.stored').length > 0, 60_000);
  await killedAtEach('EE', ['reconcile.noted', 'reconcile.agreed'], AHEAD);
  await eventually('both agree', () => agreed('EE').length > 0 && agreed('EE').join() === agreed('FI').join(), 120_000);
});

test('killed when a proof was fetched, when it was recorded, and when a case was written: each is recorded once', async () => {
  const { answer: xid } = await cutOff(pair);
  const other = '01890a5d-ac96-774b-bcce-b302099a8057';
  const { log: _log, evidence: _evidence, ...request } = pair.entries('FI', xid).find(({ step }) => step === 'request')!;
  await killedAtEach('FI', ['reconcile.fetched', 'reconcile.repaired'], AHEAD + 1, () => bothLie({ ...request, xid: other }));
  const file = `ee-fi-${other}-request.case.json`;
  await eventually('both write the case', () => COUNTRIES.every((country) => cases(country).includes(file)), 120_000);
  await eventually('the answer is recorded', () => steps('FI', xid).includes('reconciled'), 120_000);
  assert.deepEqual(steps('FI', xid), ['request', 'outcome-unknown', 'reconciled']);
  for (const country of COUNTRIES) {
    assert.deepEqual(cases(country), [file]);
    assert.deepEqual(trailIncidents(pair.store(country), true).map(({ kind }) => kind), ['equivocation']);
  }
});

test('killed when the notes differ, with another case on the way: it is found again, and written', async () => {
  const other = '01890a5d-ac96-774b-bcce-b302099a8058';
  const before = agreed('EE').length;
  const { log: _log, evidence: _evidence, ...request } = pair.entries('FI').find(({ step, log }) => step === 'request' && log === 'ee-fi')!;
  const ms = Date.now() + (AHEAD + 2) * HOUR;
  const forged = { ...request, xid: other, window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' } } as const;
  await killedAtEach('EE', ['reconcile.case-written', 'reconcile.differs'], AHEAD + 26, () => bothLie(forged));
  const file = `ee-fi-${other}-request.case.json`;
  await eventually('both have the case', () => COUNTRIES.every((country) => cases(country).includes(file)), 120_000);
  assert.equal(agreed('EE').length, before, 'a day with two statements is not agreed');
});
