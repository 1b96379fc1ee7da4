/** Reconciliation at its limits: more differs than one answer holds, and more has to be asked than a peer may ask in a minute. Nothing of it is missed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { Answered, inPieces } from '../../../src/trail/reconcile/asking.ts';
import type { Question } from '../../../src/trail/reconcile/reconcile.ts';
import { TRAIL_PATHS } from '../../../src/trail/serve.ts';
import { PATIENCE, reconcilingSides } from '../../support/reconciling-sides.ts';
import type { ReconcilingSides } from '../../support/reconciling-sides.ts';
import { refuses } from '../../support/refused.ts';
import { entryOf, newId } from '../../support/trail.ts';
import { LINK } from '../../support/trail-sides.ts';

/** Until notes are exchanged by the hour, where the mirror shows nothing. */
const BEHIND = 3_600_000 + PATIENCE + 1_000_000;

/** An answer of Finland, of which no statement is kept: nothing mends that Estonia lacks it. */
const answerAt = (ms: number): Entry => entryOf(newId(), { window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' }, step: 'response', event: 'ContentHandover', from: 'FI', to: 'EE', client: 'EE/COM/10137319/pank', service: 'FI/GOV/0244683-1/prh/companies' });

/** Finland's log holds `spread` statements of as many minutes and `crowded` of one that Estonia's log lacks, and none of its checkpoints reaches Estonia: the peer itself has to be asked. */
async function differing(t: TestContext, limits: { perMinute?: number; maxAnswerBytes?: number }, { spread, crowded }: { readonly spread: number; readonly crowded: number }): Promise<ReconcilingSides> {
  const sides = await reconcilingSides(t, limits);
  for (const one of [sides.EE, sides.FI]) await one.side.store.commit({ entries: [{ log: LINK, entry: { ...answerAt(sides.trails.now), xid: '01890a5d-ac96-774b-bcce-b302099a8057', core: 'A'.repeat(43) } }] });
  await sides.pass(1000);
  sides.EE.side.interfere = async (target, answer) => (target === TRAIL_PATHS.addCheckpoint ? undefined : answer());
  const times = [...Array.from({ length: spread }, (_, n) => sides.trails.now - n * 60_000), ...Array.from({ length: crowded }, () => sides.trails.now + 60_000)];
  await Promise.all(times.map((ms) => sides.FI.side.store.commit({ entries: [{ log: LINK, entry: answerAt(ms) }] })));
  return sides;
}

const questions = ({ FI }: ReconcilingSides): number => FI.asked.filter((what) => what === 'compare').length;
const found = ({ EE }: ReconcilingSides): number => new Set(EE.found.map(({ key }) => Buffer.from(key).toString('hex'))).size;

test('what differs is too much for one answer, over many minutes and within one: it is asked for in pieces, and every difference is found', async (t) => {
  const sides = await differing(t, { maxAnswerBytes: 8300 }, { spread: 150, crowded: 600 });
  await sides.pass(BEHIND);
  assert.equal(found(sides), 750);
  assert.deepEqual([sides.EE.found.every(({ kind }) => kind === 'missing-here'), sides.EE.reports], [true, []]);
  assert.ok(questions(sides) > 12, `${questions(sides)} questions`);
  assert.equal(sides.EE.reconciler.state()[0]!.differences, 750);
});

test('in answers of the usual size the same takes four questions', async (t) => {
  const sides = await differing(t, {}, { spread: 150, crowded: 600 });
  await sides.pass(BEHIND);
  assert.deepEqual([found(sides), questions(sides)], [750, 4]);
});

test('a peer that asks more than the rate is refused with a code, goes on later where it was, and finds every difference', async (t) => {
  const sides = await differing(t, { maxAnswerBytes: 2000, perMinute: 10 }, { spread: 40, crowded: 60 });
  await sides.pass(BEHIND);
  const refusal = (one: CausewayError | undefined) => [one?.code, one?.facts['peerCode']];
  assert.deepEqual([refusal(sides.EE.reports[0]), found(sides)], [['peer-refused', 'overloaded'], 0]);
  let minutes = 1;
  for (; found(sides) < 100 && minutes < 30; minutes += 1) await sides.pass(61_000);
  assert.equal(found(sides), 100);
  assert.ok(sides.EE.reports.every((one) => one.facts['peerCode'] === 'overloaded'));
  // Each minute it may ask ten times, one of which is for the note: had it begun anew each time, it would never have come to the end.
  assert.ok(questions(sides) > 30 && questions(sides) <= minutes * 10, `${questions(sides)} questions in ${minutes} minutes`);
});

test('a question with more parts than one may have is asked in halves; one part that is too large is refused', async () => {
  const asked: number[] = [];
  const ask = inPieces(async (question: Question) => {
    assert.ok(question.ask === 'nodes');
    asked.push(question.windows.length);
    return question.windows.map((window) => Buffer.from(String(window)));
  });
  const windows = Array.from({ length: 25_000 }, (_, n) => n);
  assert.deepEqual((await ask({ ask: 'nodes', windows })).map(String), windows.map(String), 'in their order');
  assert.deepEqual(asked, [6250, 6250, 6250, 6250]);
  const full = inPieces(async () => Promise.reject(new CausewayError('too-large', 'too much')));
  await refuses(() => full({ ask: 'elements', buckets: [[1, 2, 3]] }), 'too-large');
});

test('what was answered of one comparison is no answer of the next', async () => {
  let asked = 0;
  const answered = new Answered();
  const question: Question = { ask: 'nodes', windows: [1] };
  const ask = async () => [Buffer.from(String((asked += 1)))];
  for (const expected of ['1', '1']) assert.equal(String((await answered.on('a', ask)(question))[0]), expected);
  assert.equal(String((await answered.on('b', ask)(question))[0]), '2');
  answered.forget();
  assert.equal(String((await answered.on('b', ask)(question))[0]), '3');
});
