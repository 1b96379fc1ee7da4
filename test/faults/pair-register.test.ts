/** A register that fails: what the asking system reads, what both trails hold, and whether the platform handed the request over. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import type { Fault } from '../../src/sandbox/faults.ts';
import { COMPANY, INCOME, POPULATION, assertFault, gatewayFault } from '../support/questions.ts';
import type { ExpectedFault, Question } from '../support/questions.ts';
import { COUNTRIES, IMPATIENT, runningPair } from '../support/running-pair.ts';

const pair = runningPair({
  changes: {
    gateway: [
      ...IMPATIENT,
      [['limits'], { answerBytes: '256KiB' }],
    ],
  },
});
afterEach(() => {
  pair.countries.EE.faults.clear();
  pair.countries.FI.faults.clear();
});

type Case = readonly [fault: string, set: Fault, questions: readonly Question[], expected: Pick<ExpectedFault, 'code' | 'status' | 'delivered'>];

const ALL = [INCOME, COMPANY, POPULATION];
const SOAP_REGISTERS = [INCOME, POPULATION];
const refusedOnTheWayBack = { code: 'service-refused', status: 502, delivered: 'unknown' } as const;

const CASES: readonly Case[] = [
  ['answers after the gateway gave up', { kind: 'slow', ms: 4000 }, ALL, { code: 'service-slow', status: 504, delivered: 'unknown' }],
  ['closes the connection', { kind: 'down' }, ALL, refusedOnTheWayBack],
  ['cuts its answer', { kind: 'truncated' }, ALL, refusedOnTheWayBack],
  ['answers what is no XML', { kind: 'garbage' }, SOAP_REGISTERS, refusedOnTheWayBack],
  ['answers what is no JSON', { kind: 'garbage' }, [COMPANY], { code: 'service-answer-invalid', status: 502, delivered: 'yes' }],
  ['answers under another id', { kind: 'wrong-id' }, SOAP_REGISTERS, refusedOnTheWayBack],
  ['answers more than the limit', { kind: 'oversized', bytes: 300 * 1024 }, ALL, { code: 'service-answer-invalid', status: 502, delivered: 'yes' }],
];

for (const [fault, set, questions, expected] of CASES) {
  for (const question of questions) {
    test(`${question.name}: a register that ${fault} is ${expected.code}, delivered ${expected.delivered}`, async () => {
      const { faults, log } = pair.countries[question.to];
      faults.set(question.service, set);
      const before = log.records(question.service).length;
      const answer = await question.ask(pair);
      const xid = assertFault(question, answer, { ...expected, country: question.to, retry: 'ask-operator', peerCode: expected.code });
      assert.deepEqual(log.records(question.service).slice(before).map(({ id }) => id), [xid], 'handed over once, under the exchange id');
      assert.deepEqual(pair.trail(question.from, xid), ['ee-fi: request SubmissionAcceptance', `ee-fi: refusal RelayFailure ${expected.code}`]);
      assert.deepEqual(pair.trail(question.to, xid), ['ee-fi: request RelayAcceptance', `ee-fi: refusal ContentHandoverFailure ${expected.code}`]);
    });
  }
}

for (const question of ALL) {
  test(`${question.name}: a register's own fault reaches the caller in its own words, as a fault of a service at home`, async () => {
    const { faults } = pair.countries[question.to];
    const [asking, answering] = question.dialects;
    faults.set(question.service, answering === 'soap' ? { kind: 'soap-fault' } : { kind: 'rest-500' });
    const answer = await question.ask(pair);
    const { status, headers, body } = answer.reply;
    const text = Buffer.from(body).toString();
    assert.equal(gatewayFault(answer), undefined, 'no refusal of a gateway');
    assert.equal(status, 500);
    assert.match(text, answering === 'soap' ? /Andmebaas ei vasta/ : /Tietokanta ei vastaa/);
    if (asking === 'soap') assert.match(text, /<faultcode>SOAP-ENV:Server<\/faultcode>/);
    const xid = pair.lastAsked(question.from);
    if (asking === 'rest') assert.equal(headers['causeway-exchange'], xid, 'a security server passes headers of REST services on');
    assert.deepEqual(pair.trail(question.from, xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: refusal RelayFailure service-fault']);
    assert.deepEqual(pair.trail(question.to, xid), ['ee-fi: request RelayAcceptance', 'ee-fi: refusal ContentHandoverFailure service-fault']);
    for (const country of COUNTRIES) assert.doesNotMatch(readFileSync(join(pair.gateway(country).folder, 'gateway.log'), 'utf8'), /Andmebaas|Tietokanta/, 'in no log');
  });

  test(`${question.name}: once the register answers again, the same question under a new id is answered`, async () => {
    assert.equal((await question.ask(pair)).requestHash, 'matches');
    const xid = pair.lastAsked(question.from);
    assert.deepEqual(pair.trail(question.from, xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignment']);
    assert.deepEqual(pair.trail(question.to, xid), ['ee-fi: request RelayAcceptance', 'ee-fi: response ContentHandover']);
  });
}
