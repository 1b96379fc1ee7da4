/**
 * Kill -9 of either gateway at random moments, again and again, while members of both countries ask: whatever was acknowledged is in both
 * trails, no register is asked twice for one message, every unknown outcome is called so, nothing stays open.
 *   CAUSEWAY_KILL_SECONDS   how long gateways are killed (default 40)
 *   CAUSEWAY_KILL_SEED      repeats the chances, though not the timing, of an earlier run
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { COMPANY, Caller, INCOME, POPULATION, exchangesOf } from '../support/callers.ts';
import type { KnownExchange, Result } from '../support/callers.ts';
import type { Logged } from '../support/pair-trail.ts';
import { seeded } from '../support/random.ts';
import type { Random } from '../support/random.ts';
import { COUNTRIES, RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const SECONDS = Number(process.env['CAUSEWAY_KILL_SECONDS'] ?? 40);
const SEED = Number(process.env['CAUSEWAY_KILL_SEED'] ?? Date.now() % 2 ** 32);
const CALLERS = 8;
/** Short, so that the end of an exchange that nobody answers is seen too. */
const RETRY_S = 15;
const OUTCOME_MS = 90_000;

const pair = new RunningPair(EE_FI);
before(() => pair.start({ changes: { link: [[['agreement', 'retryTime'], `${RETRY_S}s`]] } }));
after(() => pair.end());

interface Asked {
  readonly caller: Caller;
  readonly result: Result;
}

test(`gateways killed at random for ${SECONDS} s, seed ${SEED}`, async (t) => {
  const random = seeded(SEED);
  const ends = performance.now() + SECONDS * 1000;
  const asking = Promise.all(Array.from({ length: CALLERS }, () => askOn(random.fork(), ends)));
  const kills = await killOn(random.fork(), ends);
  const asked = (await asking).flat();
  await eventually('nothing is open', () => openExchanges() === 0, (RETRY_S + 20) * 1000);
  report(t, asked, kills);
  assert.ok(kills >= SECONDS / 10 && asked.length >= CALLERS, `only ${kills} kills and ${asked.length} questions: this shows nothing`);

  for (const country of COUNTRIES) await assertVerifies(country);
  const sides = { EE: sideOf('EE'), FI: sideOf('FI') };
  for (const { caller, result } of asked) assertOutcome(caller, result, sides);
  for (const country of COUNTRIES) assertUnknownIsCalledSo(sides[country]);
});

/** One member's system after another asks, each until it has an outcome; now and then in two copies at once. */
async function askOn(random: Random, ends: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  while (performance.now() < ends) {
    const caller = new Caller(random.oneOf([INCOME, COMPANY, POPULATION]), pair);
    const copy = random.chance(0.1) ? caller.outcome(OUTCOME_MS) : undefined;
    const { result } = await caller.outcome(OUTCOME_MS);
    asked.push({ caller, result });
    if (copy !== undefined) assert.equal((await copy).result, result, 'two copies of one message got two outcomes');
  }
  return asked;
}

/** Some kills come while the start before is still taking up what it found open, some before it has got that far. */
async function killOn(random: Random, ends: number): Promise<number> {
  let kills = 0;
  while (performance.now() < ends) {
    await sleep(random.chance(0.3) ? random.between(0, 60) : random.between(100, 1500));
    const country = random.oneOf(COUNTRIES);
    kills += 1;
    await killAndStart(country);
    for (; random.chance(0.2); kills += 1) {
      await sleep(random.between(0, 800));
      await killAndStart(country);
    }
    await pair.gateway(country).ready;
    await assertVerifies(country);
  }
  return kills;
}

async function assertVerifies(country: PairCountry): Promise<void> {
  assert.deepEqual((await trailVerify(pair.store(country))).trails.flatMap(({ wrong }) => wrong), [], `the trail of ${country}`);
}

/** Resolves as soon as the next process exists, long before it is ready. */
async function killAndStart(country: PairCountry): Promise<void> {
  const before = pair.gateway(country);
  before.signal('SIGKILL');
  assert.equal(await before.ended, 'SIGKILL');
  const started = pair.restart(country);
  started.catch(() => {});
  await eventually(`the gateway of ${country} is started again`, () => pair.gateway(country) !== before);
}

function openExchanges(): number {
  return COUNTRIES.flatMap((country) => [...exchangesOf(pair, country, 'outbound'), ...exchangesOf(pair, country, 'inbound')]).filter(({ state }) => state === 'sent' || state === 'handing-over').length;
}

/** What one gateway and its country's platform know after all of it. */
interface Side {
  readonly country: PairCountry;
  readonly outbound: readonly KnownExchange[];
  readonly inbound: readonly KnownExchange[];
  readonly entries: ReadonlyMap<string, readonly Logged[]>;
  /** Times that a service was asked for the gateway, by message id, which is the exchange id. */
  readonly handedOver: ReadonlyMap<string, number>;
}

function sideOf(country: PairCountry): Side {
  const entries = Map.groupBy(pair.entries(country).filter(({ log }) => log !== 'local'), ({ xid }) => xid ?? '');
  const foreign = new Set(pair.countries[country].plan.gateway.clients);
  const handedOver = new Map([...Map.groupBy(pair.countries[country].log.records().filter(({ client }) => foreign.has(client)), ({ id }) => id)].map(([id, records]) => [id, records.length]));
  return { country, outbound: exchangesOf(pair, country, 'outbound'), inbound: exchangesOf(pair, country, 'inbound'), entries, handedOver };
}

function assertOutcome({ id, subject }: Caller, result: Result, sides: Readonly<Record<PairCountry, Side>>): void {
  const { from, to, idempotent } = subject;
  const exchanges = sides[from].outbound.filter((row) => row.id === id);
  const handed = exchanges.filter(({ xid }) => sides[to].handedOver.has(xid));
  assert.ok(handed.length <= 1, `message ${id} reached a register under ${handed.length} exchange ids`);
  if (!idempotent) assert.ok(handed.every(({ xid }) => sides[to].handedOver.get(xid) === 1), `message ${id} reached a register twice`);
  const [exchange, ...others] = exchanges.filter(({ state }) => state !== 'undelivered');
  assert.deepEqual(others, [], `message ${id} is more than one exchange`);
  assert.ok(exchange, `message ${id} got "${result}", and no exchange is known`);
  const last = { 'answered': ['answered', 'response'], 'outcome-unknown': ['unknown', 'outcome-unknown'] }[result];
  assert.ok(last, `message ${id} got "${result}"`);
  const here = statements(sides[from], exchange.xid);
  assert.deepEqual([exchange.state, here.at(-1)?.step], last);
  const there = statements(sides[to], exchange.xid);
  // An asker that gave up by itself has nothing signed for its end; the other side may know more, or nothing at all.
  const gaveUp = here.at(-1)?.core === undefined;
  assert.deepEqual(gaveUp ? there.slice(0, 1) : there, gaveUp && there.length === 0 ? [] : here.filter(({ core }) => core !== undefined), `the trails differ over ${exchange.xid}`);
}

function statements({ entries }: Side, xid: string): { step: string; core: string | undefined }[] {
  return (entries.get(xid) ?? []).map(({ step, core }) => ({ step, core }));
}

function assertUnknownIsCalledSo({ country, outbound, inbound, entries, handedOver }: Side): void {
  const named = [...entries].filter(([, of]) => of.some(({ step }) => step === 'outcome-unknown')).map(([xid]) => xid);
  const unknown = [...outbound, ...inbound].filter(({ state }) => state === 'unknown').map(({ xid }) => xid);
  assert.deepEqual(named.toSorted(), unknown.toSorted(), `${country} does not call every unknown outcome so`);
  const accepted = new Set(inbound.map(({ xid }) => xid));
  assert.deepEqual([...handedOver.keys()].filter((xid) => !accepted.has(xid)), [], `${country} handed over what it does not know`);
}

function report(t: TestContext, asked: readonly Asked[], kills: number): void {
  const counts = Map.groupBy(asked, ({ caller, result }) => `${caller.subject.idempotent ? 'repeatable' : 'once only'}: ${result}`);
  t.diagnostic(`seed ${SEED}: ${kills} kills, ${asked.length} questions (${[...counts].map(([what, of]) => `${what} ${of.length}`).toSorted().join(', ')})`);
}
