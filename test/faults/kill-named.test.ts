/**
 * Kill -9 at each named step of both flows, with a question that the link lets repeat and with one that it does not: after the restart the
 * caller gets one outcome for the same bytes, the register was asked as often as it may be, and both trails say the same.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { STEPS } from '../../src/exchange/flow.ts';
import type { StepName } from '../../src/exchange/flow.ts';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { Caller, INCOME, POPULATION, exchangesOf } from '../support/callers.ts';
import type { Subject } from '../support/callers.ts';
import { claimsOf, evidenceOf } from '../support/pair-evidence.ts';
import { COUNTRIES, RunningPair, eventually } from '../support/running-pair.ts';

/** What must come of a question whose gateway dies at a step. */
interface Expected {
  readonly result: 'answered' | 'service-fault' | 'outcome-unknown';
  /** Times that the register is asked, under one and the same message id. */
  readonly asked: number;
}
type Case = { readonly repeatable: Expected; readonly once: Expected };

const same = (expected: Expected): Case => ({ repeatable: expected, once: expected });
const ANSWERED = same({ result: 'answered', asked: 1 });
const FAULT = same({ result: 'service-fault', asked: 1 });

const CASES = {
  'outbound.translated': ANSWERED,
  'outbound.sealed': ANSWERED,
  'outbound.request-recorded': ANSWERED,
  'outbound.answer-received': ANSWERED,
  'outbound.answer-authenticated': ANSWERED,
  'outbound.answer-opened': ANSWERED,
  'outbound.response-recorded': ANSWERED,
  'outbound.refused': FAULT,
  'inbound.authenticated': ANSWERED,
  'inbound.translated': ANSWERED,
  // From here to the record of the answer nobody can say whether the register has the request.
  'inbound.request-recorded': { repeatable: { result: 'answered', asked: 1 }, once: { result: 'outcome-unknown', asked: 0 } },
  'inbound.handing-over': { repeatable: { result: 'answered', asked: 1 }, once: { result: 'outcome-unknown', asked: 0 } },
  'inbound.service-answered': { repeatable: { result: 'answered', asked: 2 }, once: { result: 'outcome-unknown', asked: 1 } },
  'inbound.answer-translated': { repeatable: { result: 'answered', asked: 2 }, once: { result: 'outcome-unknown', asked: 1 } },
  'inbound.answer-sealed': { repeatable: { result: 'answered', asked: 2 }, once: { result: 'outcome-unknown', asked: 1 } },
  'inbound.response-recorded': ANSWERED,
  'inbound.refused': { repeatable: { result: 'service-fault', asked: 2 }, once: { result: 'outcome-unknown', asked: 1 } },
  'inbound.refusal-recorded': FAULT,
} as const satisfies Record<StepName, Case>;

const OUTCOME_MS = 30_000;
const pair = new RunningPair(EE_FI);
before(() => pair.start({}));
after(() => pair.end());

for (const step of STEPS) {
  for (const subject of [INCOME, POPULATION]) {
    const expected = CASES[step][subject.idempotent ? 'repeatable' : 'once'];
    test(`killed at ${step}, ${subject.name} ends as ${expected.result}, the register is asked ${expected.asked} times`, () => killAt(step, subject, expected));
  }
}

async function killAt(step: StepName, subject: Subject, expected: Expected): Promise<void> {
  const { log, faults } = pair.countries[subject.to];
  const country = step.startsWith('outbound') ? subject.from : subject.to;
  await pair.gateway(country).crashAt(step);
  if (step.includes('refus')) faults.set(subject.service, { kind: 'soap-fault' });
  const handedBefore = log.size;

  const caller = new Caller(subject, pair);
  const copies = Promise.all([caller.send(), caller.send()]);
  assert.equal(await pair.gateway(country).ended, 'SIGKILL', `the gateway did not reach ${step}`);
  await pair.restart(country);
  const [one, other] = await copies;

  const outcome = await caller.outcome(OUTCOME_MS);
  assert.equal(outcome.result, expected.result);
  assert.deepEqual(await caller.send(), outcome, 'a later copy gets the same');
  for (const early of [one, other]) assert.ok(early.result === 'none' || early.result === outcome.result, `a copy got ${early.result}, then came ${outcome.result}`);
  faults.clear();

  const exchange = exchangesOf(pair, subject.from, 'outbound').filter(({ id }) => id === caller.id);
  assert.equal(exchange.length, 1, 'one exchange for one message id');
  const xid = exchange[0]?.xid ?? '';
  const handed = log.records().slice(handedBefore);
  assert.deepEqual(handed.map(({ id, service }) => [id, service]), Array.from({ length: expected.asked }, () => [xid, subject.service]));
  await assertSettled(xid, subject, expected);
}

/** Both sides hold the same statements under the same names, nothing is open, and everything verifies. */
async function assertSettled(xid: string, { from, to }: Subject, { result }: Expected): Promise<void> {
  const last = { answered: 'response', 'service-fault': 'refusal', 'outcome-unknown': 'outcome-unknown' }[result];
  const [asker, answerer] = [from, to].map((country) => pair.entries(country, xid).filter(({ log }) => log !== 'local').map(({ step, core }) => ({ step, core })));
  assert.deepEqual(asker?.map(({ step }) => step), ['request', last]);
  assert.deepEqual(asker, answerer);
  assert.ok(asker?.every(({ core }) => core !== undefined), 'every entry commits to a signed statement');
  const state = { answered: 'answered', 'service-fault': 'refused', 'outcome-unknown': 'unknown' }[result];
  assert.deepEqual([exchangesOf(pair, from, 'outbound'), exchangesOf(pair, to, 'inbound')].map((rows) => rows.find((row) => row.xid === xid)?.state), [state, state]);
  const kept = result === 'answered' ? (['request', 'response'] as const) : (['request'] as const);
  for (const step of kept) for (const country of [from, to]) assert.equal(claimsOf(evidenceOf(pair, country, xid, step))['jti'], xid, 'what is kept opens');
  await eventually('nothing is open', () => COUNTRIES.every((country) => (['outbound', 'inbound'] as const).every((direction) => exchangesOf(pair, country, direction).every((row) => !['sent', 'handing-over'].includes(row.state)))));
  for (const country of COUNTRIES) assert.deepEqual((await trailVerify(pair.store(country))).trails.flatMap(({ wrong }) => wrong), []);
}
