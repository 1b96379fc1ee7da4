/**
 * A store that fails while the gateway runs (here another program holds its database): nothing crosses or is handed over without its entry,
 * the orchestrator is told, and after a new start the exchange that was under way is answered.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { COMPANY, INCOME, assertFault, gatewayFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

/** The asker gives up before the store of the asked one does; the chain of time-outs is kept. */
const pair = runningPair({ changes: { gateway: [[['home', 'timeout'], '1001ms'], [['home', 'waits', 'register'], '1ms']], link: [[['agreement', 'legs', 0, 'grants', 0, 'maxBudget'], '2001ms']] } });

/** Takes the database's write lock, as no other program should. */
function occupy(country: PairCountry): DatabaseSync {
  const db = new DatabaseSync(join(pair.store(country), 'trail.db'));
  db.exec('BEGIN IMMEDIATE');
  return db;
}

async function readiness(country: PairCountry): Promise<readonly [number, boolean]> {
  const reply = await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/health/ready`);
  return [reply.status, ((await reply.json()) as { checks: { store: boolean } }).checks.store];
}

const UNREADY = [503, false];

test('the asked gateway cannot record: nothing is handed over, its members are turned away, it is not ready, and after a restart the open question is answered', async () => {
  const { log } = pair.countries.EE;
  const db = occupy('EE');
  const xid = assertFault(INCOME, await INCOME.ask(pair), { code: 'peer-slow', status: 504, country: 'FI', retry: 'later', delivered: 'unknown' });
  assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance']);
  assert.equal(log.deliveries(INCOME.service).get(xid), undefined);
  assert.deepEqual(await readiness('EE'), UNREADY);
  assertFault(COMPANY, await COMPANY.ask(pair), { code: 'store-unavailable', status: 503, country: 'EE', retry: 'later' });
  db.close();
  assert.deepEqual(await readiness('EE'), UNREADY, 'what the store holds is known only after a new start');
  await pair.restart('EE');
  await eventually('the question is answered', () => pair.trail('FI', xid).length > 1);
  assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignment']);
  assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request RelayAcceptance', 'ee-fi: response ContentHandover']);
  assert.equal(log.deliveries(INCOME.service).get(xid), 1);
});

test('the asking gateway cannot record: nothing crosses, the caller may come back, and after a restart the same message is answered', async () => {
  const asked = pair.facts('EE', 'inbound.authenticated').length;
  const db = occupy('FI');
  const id = 'the-same-message';
  const xid = assertFault(INCOME, await INCOME.ask(pair, id), { code: 'store-unavailable', status: 503, country: 'FI', retry: 'later' });
  assert.deepEqual([pair.trail('FI', xid), pair.trail('EE', xid)], [[], []]);
  assert.equal(pair.facts('EE', 'inbound.authenticated').length, asked, 'a request left without its entry');
  assert.deepEqual(await readiness('FI'), UNREADY);
  db.close();
  await pair.restart('FI');
  assert.equal(gatewayFault(await INCOME.ask(pair, id)), undefined);
  assert.equal((await readiness('FI'))[0], 200);
});
