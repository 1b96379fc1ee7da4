/** What is open is taken up again, once: by copies of late callers, by gateways that start after a crash, and with as much as they still know. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { presentShards } from '../../src/cli/trail-redact.ts';
import { unwrapRecordKey, openRecord } from '../../src/evidence/record.ts';
import { unpackQuestion } from '../../src/exchange/kept.ts';
import { bytesOf } from '../../src/platform/content.ts';
import { EXCHANGES_PATH, STATEMENT_HEADER } from '../../src/federation/peer-client.ts';
import type { SealedBytes } from '../../src/federation/peer-client.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import type { SqliteStore } from '../../src/trail/sqlite/store.ts';
import { Caller, INCOME, POPULATION, exchangesOf } from '../support/callers.ts';
import { sendRaw } from '../support/raw-client.ts';
import { IMPATIENT, eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const BUDGET_MS = 3000;
const OUTCOME_MS = 20_000;
const HOURS = 60 * 60 * 1000;
// One test moves both clocks by days, which time-stamping authorities would not stand by.
const pair = runningPair({ changes: { gateway: [[['clock', 'maxOffset'], '1000h'], ...IMPATIENT], link: [[['agreement', 'legs', 0, 'grants', 0, 'maxBudget'], `${BUDGET_MS}ms`], [['agreement', 'legs', 0, 'grants', 1, 'maxBudget'], `${BUDGET_MS}ms`]] } });

test('a caller whose budget ended gets the answer with its next copy, and a copy that comes meanwhile waits with the first asking', async () => {
  // With the first answer the trails are known to be whole.
  assert.equal((await new Caller(POPULATION, pair).outcome(OUTCOME_MS)).result, 'answered');
  const caller = new Caller(POPULATION, pair);
  const handed = handedOver();
  process.kill(pair.gateway('EE').pid, 'SIGSTOP');
  const { result, delivered } = await caller.send();
  assert.deepEqual([result, delivered], ['peer-slow', 'unknown']);
  const copy = caller.send();
  process.kill(pair.gateway('EE').pid, 'SIGCONT');
  // On a machine with other work to do the copy too may come to the end of its budget.
  assert.ok(['answered', 'peer-slow'].includes((await copy).result));
  assert.equal((await caller.outcome(OUTCOME_MS)).result, 'answered');
  assert.deepEqual([handedOver() - handed, exchanges(caller)], [1, ['answered']]);
});

test('a message that certainly never left may be sent again as it is, and is then an exchange of its own', async () => {
  const caller = new Caller(POPULATION, pair);
  await kill('EE');
  const { result, delivered } = await caller.send();
  assert.deepEqual([result, delivered], ['peer-unreachable', 'no']);
  await pair.restart('EE');
  assert.equal((await caller.outcome(OUTCOME_MS)).result, 'answered');
  assert.deepEqual(exchanges(caller), ['undelivered', 'answered']);
});

test('a question that was on its way at a crash is never called undelivered, though the peer cannot be reached: it is asked until it is answered', async () => {
  const caller = new Caller(INCOME, pair);
  await crash('FI', 'outbound.request-recorded', caller);
  await kill('EE');
  await pair.restart('FI');
  assert.equal((await caller.send()).result, 'trail-unconfirmed');
  await pair.restart('EE');
  assert.equal((await caller.outcome(OUTCOME_MS)).result, 'answered');
  assert.deepEqual(exchanges(caller), ['answered']);
});

test('a peer that dies while it sends its question finds it neither refused nor recorded', async () => {
  const caller = new Caller(INCOME, pair);
  await crash('FI', 'outbound.request-recorded', caller);
  const xid = exchangeOf(caller);
  const sealed = await withStore('FI', (store) => sealedQuestion(store, xid));
  const { statement } = sealed;
  const payload = bytesOf(sealed.payload);
  const { folder } = pair.gateway('FI');
  const cut = await sendRaw({
    port: pair.gateway('EE').ports.federation,
    identity: { key: readFileSync(join(folder, 'keys/federation-tls.key.pem')), cert: readFileSync(join(folder, 'keys/federation-tls.cert.pem')) },
    head: [`POST ${EXCHANGES_PATH} HTTP/1.1`, 'Host: gateway.ee.example', `${STATEMENT_HEADER}: ${statement}`, `Content-Length: ${payload.length}`],
    body: [payload.subarray(0, payload.length / 2)],
    patience: 300,
  });
  assert.equal(cut.answer, undefined);
  await eventually('the cut was seen', () => pair.facts('EE', 'inbound.refused').some(({ code }) => code === 'peer-unreachable'));
  assert.deepEqual(pair.entries('EE', xid), []);
  await pair.restart('FI');
  assert.equal((await caller.outcome(OUTCOME_MS)).result, 'answered');
});

suite('an answer that was cut off on its way back', () => {
  test('is unknown when the peer no longer keeps it: signed, and called so in both trails', async () => {
    const caller = new Caller(POPULATION, pair);
    const handed = handedOver();
    await crash('FI', 'outbound.answer-received', caller);
    await stop('EE');
    await withStore('EE', (store) => store.forget(Date.now() + HOURS));
    await Promise.all([pair.restart('EE'), pair.restart('FI')]);
    assert.equal((await caller.outcome(OUTCOME_MS)).result, 'outcome-unknown');
    assert.deepEqual([handedOver() - handed, exchanges(caller)], [1, ['unknown']]);
    const xid = exchangeOf(caller);
    assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request RelayAcceptance', 'ee-fi: response ContentHandover', 'ee-fi: outcome-unknown ContentHandoverFailure outcome-unknown']);
    const [here, there] = (['FI', 'EE'] as const).map((country) => pair.entries(country, xid).findLast(({ step }) => step === 'outcome-unknown')?.core);
    assert.ok(here !== undefined && here === there);
  });

  test('is not called undelivered by a peer that no longer knows the exchange', async () => {
    const caller = new Caller(INCOME, pair);
    await crash('FI', 'outbound.answer-received', caller);
    await stop('EE');
    await withStore('EE', (store) => store.forget(Date.now() + 100 * HOURS));
    const later = { CAUSEWAY_CLOCK_OFFSET_MS: String(100 * HOURS) };
    await pair.restart('EE', later);
    await pair.restart('FI', later);
    const xid = exchangeOf(caller);
    await eventually('the question has its end', () => exchanges(caller)[0] === 'refused');
    assert.deepEqual(pair.facts('EE', 'inbound.refused', xid).map(({ code, delivered }) => [code, delivered]), [['clock-skew', 'unknown']]);
    await Promise.all([pair.restart('EE'), pair.restart('FI')]);
  });
});

test('after a change of the link the gateways start all the same, and what they can no longer make out is unknown on the side that left it open', async () => {
  const asked = new Caller(INCOME, pair);
  await crash('FI', 'outbound.request-recorded', asked);
  await pair.restart('FI');
  assert.equal((await asked.outcome(OUTCOME_MS)).result, 'answered');

  const [open, accepted] = [new Caller(INCOME, pair), new Caller(INCOME, pair)];
  await crash('EE', 'inbound.service-answered', accepted);
  await crash('FI', 'outbound.request-recorded', open);
  await pair.reconfigure({ link: [[['agreement', 'version'], 2]] });
  for (const caller of [open, accepted]) {
    assert.equal((await caller.outcome(OUTCOME_MS)).result, 'outcome-unknown');
    assert.deepEqual(exchanges(caller), ['unknown']);
  }
  assert.equal((await new Caller(INCOME, pair).outcome(OUTCOME_MS)).result, 'answered');
});

/** Kills a gateway at a step to which `caller` brings it; the caller goes away without an answer. */
async function crash(country: PairCountry, step: string, caller: Caller): Promise<void> {
  await pair.gateway(country).crashAt(step);
  void caller.send().catch(() => {});
  assert.equal(await pair.gateway(country).ended, 'SIGKILL');
}

async function kill(country: PairCountry): Promise<void> {
  pair.gateway(country).signal('SIGKILL');
  await pair.gateway(country).ended;
}

async function stop(country: PairCountry): Promise<void> {
  pair.gateway(country).signal('SIGTERM');
  await pair.gateway(country).ended;
}

/** States of a caller's exchanges, oldest first. */
function exchanges({ id, subject }: Caller): string[] {
  return exchangesOf(pair, subject.from, 'outbound').flatMap((row) => (row.id === id ? [row.state] : []));
}

/** Id of a caller's first exchange. */
function exchangeOf({ id, subject }: Caller): string {
  const exchange = exchangesOf(pair, subject.from, 'outbound').find((row) => row.id === id);
  assert.ok(exchange);
  return exchange.xid;
}

/** Times that Estonia's population register was asked. */
function handedOver(): number {
  return pair.countries.EE.log.records(POPULATION.service).length;
}

/** The store of a gateway that is not running. */
async function withStore<T>(country: PairCountry, use: (store: SqliteStore) => Promise<T>): Promise<T> {
  const folder = pair.store(country);
  const store = await openSqliteStore({ folder, logs: presentShards(folder) });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The bytes that Finland's gateway made durable before it sent them. */
async function sealedQuestion(store: SqliteStore, xid: string): Promise<SealedBytes> {
  const [row, wrapped] = [await store.findExchange('outbound', xid), await store.recordKey(xid)];
  assert.ok(row?.request && wrapped);
  const kek = Buffer.from(readFileSync(join(pair.gateway('FI').folder, 'keys/evidence.kek'), 'utf8').trim(), 'base64');
  const key = unwrapRecordKey(kek, xid, wrapped);
  return unpackQuestion(row.request, (bytes) => openRecord(key, { xid, step: 'question', id: xid }, bytes), join(pair.store('FI'), 'spool')).sealed;
}
