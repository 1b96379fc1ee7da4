/** Limits of one gateway: exchanges at one time, and what happens to those that are running when it is told to stop. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INCOME, COMPANY, assertFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const pair = runningPair({ changes: { gateway: [[['limits'], { exchangesInFlight: 1 }]] } });

/** Asks a question that its register answers after `ms`, and resolves as soon as it was handed over there. The register is slow until then. */
async function slowly(ms: number): Promise<{ readonly answer: ReturnType<typeof INCOME.ask> }> {
  const { faults, log } = pair.countries.EE;
  const handed = log.records(INCOME.service).length;
  faults.set(INCOME.service, { kind: 'slow', ms });
  const answer = INCOME.ask(pair).finally(() => faults.clear());
  await eventually('the question is handed over', () => log.records(INCOME.service).length > handed);
  return { answer };
}

test('above the number of exchanges at one time a caller is told to come back, and what is running is not disturbed', async () => {
  const { answer } = await slowly(500);
  const xid = assertFault(INCOME, await INCOME.ask(pair), { code: 'overloaded', status: 503, country: 'FI', retry: 'later' });
  // Nothing is written for what is turned away: an overload must not become one of the store.
  assert.deepEqual([pair.trail('FI', xid), pair.trail('EE', xid)], [[], []]);
  assert.equal((await answer).reply.status, 200);
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
});

test('the limit counts both directions: while the gateway is asked, its own members are told to come back', async () => {
  const { answer } = await slowly(500);
  assertFault(COMPANY, await COMPANY.ask(pair), { code: 'overloaded', status: 503, country: 'EE', retry: 'later' });
  assert.equal((await answer).reply.status, 200);
  assert.equal((await COMPANY.ask(pair)).reply.status, 200);
});

test('told to stop while an exchange is running, the gateway that asked answers it, takes no other, and ends with 0', async () => {
  const { answer } = await slowly(800);
  const { signal, ended, ports } = pair.gateway('FI');
  const told = performance.now();
  signal('SIGTERM');
  await eventually('the gateway refuses new exchanges', async () => (await ready(ports.operations)) === 503);
  const refused = await INCOME.ask(pair);
  assert.equal(refused.reply.status, 500);
  assert.equal(refused.reply.headers['x-road-error'], 'server.serverproxy.network_error');
  assert.equal((await answer).reply.status, 200);
  assert.equal(await ended, 0);
  assert.ok(performance.now() - told < 5000, `ended after ${Math.round(performance.now() - told)} ms`);
  await pair.reconfigure({ gateway: [[['limits'], { exchangesInFlight: 16 }]] }, ['FI']);
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
});

test('a peer that is at its limit is asked again within the budget, and the caller sees nothing of it', async () => {
  const { answer } = await slowly(400);
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
  assert.equal((await answer).reply.status, 200);
  const turnedAway = pair.facts('EE', 'inbound.refused').filter(({ code }) => code === 'overloaded');
  assert.ok(turnedAway.length > 0, 'the peer was never at its limit');
});

test('told to stop while it asks its service, the gateway that was asked answers its peer, and ends with 0', async () => {
  const { answer } = await slowly(800);
  const { signal, ended } = pair.gateway('EE');
  const told = performance.now();
  signal('SIGTERM');
  assert.equal((await answer).reply.status, 200);
  assert.equal(await ended, 0);
  assert.ok(performance.now() - told < 5000, `ended after ${Math.round(performance.now() - told)} ms`);
  await pair.restart('EE');
});

async function ready(port: number): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status;
}
