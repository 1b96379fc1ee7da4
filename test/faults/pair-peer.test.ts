/** A peer that is down, that does not answer in time, or whose clock differs: what the caller reads, what both trails hold, and what happens when it is well again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { COMPANY, INCOME, POPULATION, assertFault, gatewayFault } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { IMPATIENT, eventually, runningPair } from '../support/running-pair.ts';

const budget = (leg: 0 | 1, grant: number) => [['agreement', 'legs', leg, 'grants', grant, 'maxBudget'], '3s'] as const;
const pair = runningPair({ changes: { gateway: IMPATIENT, link: [budget(0, 0), budget(0, 1), budget(1, 0)] } });

const ASKED = 'ee-fi: request SubmissionAcceptance';
const ANSWERED = [ASKED, 'ee-fi: response ContentConsignment'];

async function stop(country: 'EE' | 'FI'): Promise<void> {
  pair.gateway(country).signal('SIGTERM');
  await pair.gateway(country).ended;
}

suite('a peer that is down', () => {
  const ids = new Map<Question, string>();

  // Both questions to Estonia while it is down, then the one to Finland.
  for (const question of [INCOME, POPULATION, COMPANY]) {
    test(`${question.name}: is unreachable, nothing was delivered, and the caller may come back`, async () => {
      await stop(question.to);
      const id = randomUUID();
      ids.set(question, id);
      const xid = assertFault(question, await question.ask(pair, id), { code: 'peer-unreachable', status: 502, country: question.from, retry: 'later', delivered: 'no' });
      assert.deepEqual(pair.trail(question.from, xid), [ASKED, 'ee-fi: refusal RelayRejection peer-unreachable']);
      assert.deepEqual(pair.trail(question.to, xid), []);
      assert.equal(pair.countries[question.to].log.deliveries(question.service).get(xid), undefined);
      if (question !== INCOME) await pair.restart(question.to);
    });
  }

  test('when it is back, the same messages under new ids are answered, and so are those under their old ids', async () => {
    for (const [question, id] of ids) {
      for (const again of [randomUUID(), id]) {
        const answer = await question.ask(pair, again);
        assert.equal(gatewayFault(answer), undefined, `${question.name} under ${again === id ? 'its old' : 'a new'} id`);
        assert.deepEqual(pair.trail(question.from, pair.lastAsked(question.from)), ANSWERED);
      }
    }
  });
});

suite('a peer that does not answer in time', () => {
  for (const question of [INCOME, COMPANY]) {
    test(`${question.name}: is slow, delivery is unknown; once it answers, the same message gets the answer, and was handed over once`, async () => {
      const { log } = pair.countries[question.to];
      const handed = log.records(question.service).length;
      const id = randomUUID();
      pair.gateway(question.to).signal('SIGSTOP');
      const xid = assertFault(question, await question.ask(pair, id), { code: 'peer-slow', status: 504, country: question.from, retry: 'later', delivered: 'unknown' });
      assert.deepEqual(pair.trail(question.from, xid), [ASKED], 'the question is still open');
      pair.gateway(question.to).signal('SIGCONT');
      await eventually('the answer is recorded', () => pair.trail(question.from, xid).length > 1);
      assert.deepEqual(pair.trail(question.from, xid), ANSWERED);
      const again = await question.ask(pair, id);
      assert.deepEqual([again.reply.status, gatewayFault(again)], [200, undefined]);
      assert.deepEqual(log.records(question.service).slice(handed).map((record) => record.id), [xid]);
    });
  }
});

suite('clocks that differ', () => {
  for (const [title, offset] of [['5 minutes ahead', 300_000], ['5 minutes behind', -300_000]] as const) {
    test(`a gateway ${title}: what it asks and what it is asked is refused for its time, nothing is delivered, and the caller reads why`, async () => {
      await pair.restart('FI', { CAUSEWAY_CLOCK_OFFSET_MS: String(offset) });
      for (const question of [INCOME, COMPANY]) {
        const fault = gatewayFault(await question.ask(pair));
        // The peer refuses the first statement by its age; from then on each side knows how far apart the clocks are, and asks nothing.
        const reason = fault?.['code'] === 'peer-refused' ? fault['peerCode'] : fault?.['code'];
        assert.ok(fault !== undefined && (reason === 'time-unproven' || reason === 'clock-skew'), JSON.stringify(fault));
        assert.equal(pair.countries[question.to].log.deliveries(question.service).get(String(fault['exchange'])), undefined);
      }
    });
  }

  test('20 seconds of difference are tolerated: everything is answered again', async () => {
    await pair.restart('FI', { CAUSEWAY_CLOCK_OFFSET_MS: '20000' });
    // Until each side has measured the other's clock anew.
    for (const question of [INCOME, COMPANY, POPULATION]) await eventually(`${question.name} is answered`, async () => gatewayFault(await question.ask(pair)) === undefined);
  });
});
