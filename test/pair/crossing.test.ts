/** The three scenarios between two real gateways: answers, trails, evidence in escrow, health and metrics, and no person in any file. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EXAMPLES, SCENARIOS } from '../../src/sandbox/scenarios.ts';
import { auditorOpens, claimsOf, evidenceOf, gatewayOpens } from '../support/pair-evidence.ts';
import { filesOf, holds, personalDataIn, personalDataOnDisk } from '../support/personal-data.ts';
import { COMPANY, INCOME, POPULATION } from '../support/questions.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';

// Everything that can be logged is.
const pair = runningPair({ changes: { gateway: [[['log'], { level: 'debug' }]] } });

for (const scenario of SCENARIOS) {
  test(`${scenario.title}: found and not found are answered in the asker's own form, and both trails hold both exchanges`, async () => {
    const before = pair.facts(scenario.from, 'outbound.request-recorded').length;
    const result = await scenario.run(pair.countries);
    assert.ok(result.ok, result.details);
    const asked = pair.facts(scenario.from, 'outbound.request-recorded').slice(before).map(({ xid }) => String(xid));
    assert.equal(asked.length, 2);
    for (const xid of asked) {
      assert.deepEqual(pair.trail(scenario.from, xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignment']);
      assert.deepEqual(pair.trail(scenario.to, xid), ['ee-fi: request RelayAcceptance', 'ee-fi: response ContentHandover']);
      const [here, there] = [scenario.from, scenario.to].map((country) => pair.entries(country, xid).map(({ step, core, client, service, purpose, from, to }) => ({ step, core, client, service, purpose, from, to })));
      assert.deepEqual(here, there, 'what both entries say of a statement is the same');
    }
  });
}

test('a question about a deceased or unknown person still makes no trail entry that names one', async () => {
  await INCOME.ask(pair);
  const entries = JSON.stringify([...pair.entries('FI'), ...pair.entries('EE')]);
  assert.doesNotMatch(entries, new RegExp([EXAMPLES.person, EXAMPLES.nobody, 'verotarkastaja', 'virkailija'].join('|')));
});

suite('evidence in escrow', () => {
  for (const question of [INCOME, COMPANY, POPULATION]) {
    test(`${question.name}: on both sides the auditor opens the bodies, and the gateway's own key does not`, async () => {
      await question.ask(pair);
      const xid = pair.lastAsked(question.from);
      for (const country of COUNTRIES) {
        for (const step of ['request', 'response'] as const) {
          const record = evidenceOf(pair, country, xid, step);
          assert.deepEqual([record.kind, record.bodies, claimsOf(record)['jti'], claimsOf(record)['sealing']], ['escrow', undefined, xid, 'jwe']);
          const bodies = await auditorOpens(pair, country, record, xid, step);
          const asked = question === COMPANY ? EXAMPLES.company : EXAMPLES.person;
          const [domestic, neutral] = [Buffer.from(bodies.domestic!).toString(), JSON.stringify(bodies.neutral)];
          assert.ok(domestic.length > 0 && neutral.length > 2);
          if (step === 'request') assert.deepEqual([domestic.includes(asked), neutral.includes(asked)], [true, true], `${country}: what was asked, in the domestic message and in the neutral document`);
          await assert.rejects(gatewayOpens(pair, country, record, xid, step), { code: 'seal-mismatch' });
          const other = country === 'EE' ? 'FI' : 'EE';
          await assert.rejects(auditorOpens(pair, other, record, xid, step), { code: 'seal-mismatch' });
        }
      }
    });
  }

  test('the neutral document that the asker sealed is the one that the other side opened', async () => {
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    for (const step of ['request', 'response'] as const) {
      const [here, there] = [evidenceOf(pair, 'FI', xid, step), evidenceOf(pair, 'EE', xid, step)];
      assert.equal(here.digests.neutral, there.digests.neutral);
      assert.equal(here.statement, there.statement);
      assert.notEqual(here.digests.domestic, there.digests.domestic);
    }
  });
});

suite('operations', () => {
  const operations = (country: 'EE' | 'FI', path: string) => fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}${path}`);

  test('a running gateway is live and ready, and says what it checked', async () => {
    for (const country of COUNTRIES) {
      const [live, ready] = [await operations(country, '/health/live'), await operations(country, '/health/ready')];
      assert.deepEqual([live.status, await live.json()], [200, { live: true }]);
      assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, checks: { store: true, trail: true, time: true, trust: true, dependencies: true, accepting: true }, warnings: [] }]);
    }
  });

  test('metrics count the steps of exchanges by link, and their time', async () => {
    const count = async (): Promise<number> => Number(/causeway_steps_total\{step="outbound.request-recorded",link="ee-fi"\} (\d+)/.exec(await (await operations('FI', '/metrics')).text())?.[1] ?? 0);
    const before = await count();
    await INCOME.ask(pair);
    assert.equal(await count(), before + 1);
    const [fi, ee] = [await (await operations('FI', '/metrics')).text(), await (await operations('EE', '/metrics')).text()];
    assert.match(fi, /causeway_step_seconds_count\{step="outbound.response-recorded",link="ee-fi"\} [1-9]/);
    assert.match(ee, /causeway_step_seconds_count\{step="inbound.response-recorded",link="ee-fi"\} [1-9]/);
    assert.match(fi, /causeway_exchanges_in_flight 0/);
  });

  test('what is not offered there is not found, and nothing is changed by a POST', async () => {
    assert.equal((await operations('FI', '/')).status, 404);
    const posted = await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/health/ready`, { method: 'POST' });
    assert.equal(posted.status, 405);
  });
});

suite('no person in any file or metric', () => {
  test('after exchanges about persons, no file of either gateway holds a code, a name or an official in the clear', async () => {
    await Promise.all([INCOME.ask(pair), POPULATION.ask(pair), COMPANY.ask(pair)]);
    for (const country of COUNTRIES) {
      assert.deepEqual(personalDataOnDisk(pair, country), [], country);
      // The search finds what is there: the organisations, in the trail and in the log.
      const files = filesOf(pair, country);
      for (const name of ['data/trail.db-wal', 'gateway.log']) assert.ok(holds(files.get(name) ?? Buffer.alloc(0), '70000349'), name);
    }
  });

  test('nor do the metrics', async () => {
    for (const country of COUNTRIES) {
      const metrics = Buffer.from(await (await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/metrics`)).arrayBuffer());
      assert.deepEqual(personalDataIn(metrics), []);
    }
  });
});

test('while exchanges go on, each gateway\'s log is cosigned by the other and the histories are entangled', async () => {
  await eventually('both logs hold a checkpoint of the other', async () => {
    await Promise.all([INCOME.ask(pair), COMPANY.ask(pair)]);
    return COUNTRIES.every((country) => pair.entries(country).some(({ step, checkpoint }) => step === 'peer-checkpoint' && checkpoint?.origin.startsWith(`gateway.${country === 'EE' ? 'fi' : 'ee'}.`)));
  });
});
