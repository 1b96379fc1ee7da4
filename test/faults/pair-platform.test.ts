/** A security server that fails, and signatures that are out of their time: refusals with the country that refused, both trails, the platform's log. */
import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'node:test';
import { SECURITY_SERVER } from '../../src/sandbox/faults.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { COMPANY, INCOME, POPULATION, assertFault } from '../support/questions.ts';
import type { ExpectedFault, Question } from '../support/questions.ts';
import { runningPair } from '../support/running-pair.ts';

const pair = runningPair();
afterEach(() => {
  pair.countries.EE.faults.clear();
  pair.countries.FI.faults.clear();
});

interface Case {
  readonly fault: string;
  readonly set: Fault;
  readonly questions: readonly Question[];
  readonly expected: Pick<ExpectedFault, 'code' | 'status' | 'delivered' | 'retry'>;
  /** How often the platform handed the request to the register. */
  readonly handed: 0 | 1;
  /** Entries that end the exchange: of the side that asked, and of the side that was asked. */
  readonly ends: readonly [string, string];
}

const ALL = [INCOME, COMPANY, POPULATION];
const broken = { code: 'outcome-unknown', status: 504, delivered: 'unknown', retry: 'ask-operator' } as const;
const invalid = { code: 'service-answer-invalid', status: 502, delivered: 'yes', retry: 'ask-operator' } as const;
const endsUnknown = ['ee-fi: outcome-unknown RelayFailure outcome-unknown', 'ee-fi: outcome-unknown ContentHandoverFailure outcome-unknown'] as const;
const endsInvalid = ['ee-fi: refusal RelayFailure service-answer-invalid', 'ee-fi: refusal ContentHandoverFailure service-answer-invalid'] as const;

const CASES: readonly Case[] = [
  { fault: 'closes the connection before it answers', set: { kind: 'down' }, questions: ALL, expected: broken, handed: 0, ends: endsUnknown },
  { fault: 'cuts its answer', set: { kind: 'truncated' }, questions: ALL, expected: broken, handed: 1, ends: endsUnknown },
  { fault: 'answers with the hash of another request', set: { kind: 'wrong-request-hash' }, questions: ALL, expected: invalid, handed: 1, ends: endsInvalid },
  { fault: 'answers under another id', set: { kind: 'wrong-id' }, questions: ALL, expected: invalid, handed: 1, ends: endsInvalid },
  {
    fault: 'shows an expired certificate', set: { kind: 'expired-certificate' }, questions: ALL, handed: 0,
    expected: { code: 'service-unreachable', status: 502, delivered: 'no', retry: 'later' },
    ends: ['ee-fi: refusal RelayRejection service-unreachable', 'ee-fi: refusal RelayFailure service-unreachable'],
  },
];

for (const { fault, set, questions, expected, handed, ends } of CASES) {
  for (const question of questions) {
    test(`${question.name}: a security server that ${fault} is ${expected.code}, delivered ${expected.delivered}`, async () => {
      const { faults, log } = pair.countries[question.to];
      faults.set(SECURITY_SERVER, set);
      const xid = assertFault(question, await question.ask(pair), { ...expected, country: question.to, peerCode: expected.code });
      assert.equal(log.deliveries(question.service).get(xid) ?? 0, handed);
      assert.deepEqual(pair.trail(question.from, xid), ['ee-fi: request SubmissionAcceptance', ends[0]]);
      assert.deepEqual(pair.trail(question.to, xid), ['ee-fi: request RelayAcceptance', ends[1]]);
    });
  }
}

suite('signatures out of their time', () => {
  const MUNICIPALITY = 'FI/MUN/0101263-6/vaestotiedot';

  const asker: readonly (readonly [title: string, set: Fault])[] = [
    ['an expired signing certificate of the member that asks', { kind: 'expired-certificate' }],
    ['a clock of the member that asks 10 minutes behind', { kind: 'clock-off', ms: -600_000 }],
    ['a clock of the member that asks 10 minutes ahead', { kind: 'clock-off', ms: 600_000 }],
  ];
  for (const [title, set] of asker) {
    test(`${title} is refused at home, in the local log, and nothing crosses`, async () => {
      pair.countries.FI.faults.set(MUNICIPALITY, set);
      const xid = assertFault(POPULATION, await POPULATION.ask(pair), { code: 'signature-expired', status: 500, country: 'FI', retry: 'new-id' });
      assert.deepEqual([pair.trail('FI', xid), pair.trail('EE', xid)], [['local: refusal SubmissionRejection signature-expired'], []]);
      assert.equal(pair.countries.EE.log.deliveries(POPULATION.service).get(xid), undefined);
    });
  }

  const register: readonly (readonly [title: string, set: Fault])[] = [
    ['an expired signing certificate of the register', { kind: 'expired-certificate' }],
    ['a clock of the register 10 minutes behind', { kind: 'clock-off', ms: -600_000 }],
    ['a clock of the register 10 minutes ahead', { kind: 'clock-off', ms: 600_000 }],
  ];
  for (const [title, set] of register) {
    test(`${title} makes its answer invalid: delivered, recorded on both sides, and not passed on`, async () => {
      pair.countries.EE.faults.set(POPULATION.service, set);
      const xid = assertFault(POPULATION, await POPULATION.ask(pair), { ...invalid, country: 'EE', peerCode: 'service-answer-invalid' });
      assert.equal(pair.countries.EE.log.deliveries(POPULATION.service).get(xid), 1);
      assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance', endsInvalid[0]]);
      assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request RelayAcceptance', endsInvalid[1]]);
    });
  }
});

for (const question of ALL) {
  test(`${question.name}: when everything works again, the same question is answered`, async () => {
    assert.equal((await question.ask(pair)).requestHash, 'matches');
  });
}
