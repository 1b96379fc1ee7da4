/** A disk that takes no more: the gateway takes no exchange that it cannot record, says so to its callers in their own dialect, and is not ready. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { linkDependencies } from '../../src/cli/link-dependencies.ts';
import type { DependencyStatus } from '../../src/exchange/dependencies.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { COMPANY, Caller, INCOME, POPULATION, exchangesOf } from '../support/callers.ts';
import { IMPATIENT, RunningPair, eventually } from '../support/running-pair.ts';
import { tool } from '../support/tool.ts';

/** Short, since the asker waits all of it for a peer that cannot record. */
const BUDGET = '3s';
const COMPANY_GRANT = ['agreement', 'legs', 1, 'grants', 0, 'maxBudget'] as const;

suite('a gateway whose disk takes no more', { skip: tool('prlimit') }, () => {
  const pair = new RunningPair(EE_FI);
  const answered: Caller[] = [];
  const refused: Caller[] = [];
  const waiting: Caller[] = [];
  before(async () => {
    await pair.start({ changes: { gateway: IMPATIENT, link: [[COMPANY_GRANT, BUDGET]] } });
    assert.equal((await new Caller(INCOME, pair).outcome(20_000)).result, 'answered');
  });
  after(() => pair.end());

  test('gives no answer that it cannot record, and says that the service may have acted', async () => {
    const asked = pair.facts('FI', 'outbound.request-recorded').length;
    pair.countries.EE.faults.set(INCOME.service, { kind: 'slow', ms: 1000 });
    const caller = new Caller(INCOME, pair);
    answered.push(caller);
    const sent = caller.send();
    await eventually('the request is recorded', () => pair.facts('FI', 'outbound.request-recorded').length > asked);
    // From now on no file of Finland's gateway can grow: SQLite sees what it sees on a full disk.
    execFileSync('prlimit', ['--pid', String(pair.gateway('FI').pid), '--fsize=4096']);
    const { result, delivered } = await sent;
    assert.deepEqual([result, delivered], ['store-unavailable', 'unknown']);
    pair.countries.EE.faults.clear();
  });

  test('refuses its callers with store-unavailable, and hands nothing on', async () => {
    const before = handedOver();
    refused.push(new Caller(INCOME, pair), new Caller(POPULATION, pair));
    for (const caller of refused) assert.equal((await caller.send()).result, 'store-unavailable');
    assert.deepEqual(handedOver(), before);
  });

  test('is not ready, and says which check fails', async () => {
    await eventually('the gateway is not ready', async () => (await ready()).status === 503);
    await eventually('the loss is seen', async () => (await dependency()).state === 'refusing');
    const { refusesFrom } = await dependency();
    assert.deepEqual((await ready()).body, { ready: false, checks: { store: false, trail: true, time: true, trust: true, dependencies: false, accepting: true }, warnings: ['evidenceStore of link ee-fi is gone: exchanges are refused'] });
    assert.ok(Date.parse(refusesFrom ?? '') <= Date.now());
  });

  test('hands over nothing for its peer, whose caller learns that the answer is late', async () => {
    const before = handedOver();
    const caller = new Caller(COMPANY, pair);
    waiting.push(caller);
    assert.equal((await caller.send()).result, 'peer-slow');
    assert.deepEqual(handedOver(), before);
  });

  test('started again with room, it answers the same bytes: what was answered from the peer, what was not once from the register', async () => {
    await pair.restart('FI');
    assert.equal((await dependency()).state, 'well');
    const before = handedOver();
    for (const caller of [...answered, ...refused, ...waiting]) assert.equal((await caller.outcome(20_000)).result, 'answered');
    assert.deepEqual(handedOver(), before.map((times) => times + 1));
    for (const { id, subject } of [...answered, ...refused, ...waiting]) assert.equal(exchangesOf(pair, subject.from, 'outbound').filter((row) => row.id === id).length, 1);
  });

  /** How often each register was asked. */
  function handedOver(): number[] {
    return [INCOME, POPULATION, COMPANY].map(({ to, service }) => pair.countries[to].log.records(service).length);
  }

  async function dependency(): Promise<DependencyStatus> {
    const found = (await linkDependencies(pair.gateway('FI').folder)).find((one) => one.dependency === 'evidenceStore');
    assert.ok(found);
    return found;
  }

  async function ready(): Promise<{ status: number; body: unknown }> {
    const reply = await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/health/ready`);
    return { status: reply.status, body: await reply.json() };
  }
});
