/** Suspending and resuming on a running pair, with the command line's own functions: one operator stops, two go on. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resume, suspend, suspensions } from '../../src/cli/suspend.ts';
import type { SuspendArguments } from '../../src/cli/suspend.ts';
import { makeOperatorKey, signOrder } from '../../src/crypto/operator-key.ts';
import { suspensionFolders } from '../../src/federation/suspension-orders.ts';
import { COMPANY, INCOME, assertFault } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { refuses } from '../support/refused.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const keys = mkdtempSync(join(tmpdir(), 'causeway-operators-'));
after(() => rmSync(keys, { recursive: true }));
const keyOf = (name: string): string => join(keys, `${name}.key.pem`);
const operators = ['mari', 'juhan'].map((name) => ({ name, key: makeOperatorKey(keyOf(name)) }));
const stranger = makeOperatorKey(keyOf('stranger'));

const UNTIL = '2027-01-01T06:00:00Z';
const pair = runningPair({ changes: { gateway: [[['operators'], operators]] } });

const config = (): string => pair.gateway('FI').folder;

function order(options: Partial<SuspendArguments> = {}) {
  return suspend({ config: config(), reason: 'incident-7', key: keyOf('mari'), ...options }, Date.now());
}

async function both(id: string) {
  await resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('mari') }, Date.now());
  return resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('juhan') }, Date.now());
}

async function crosses(question: Question): Promise<void> {
  const { reply } = await question.ask(pair);
  assert.equal(reply.status, 200, Buffer.from(reply.body).toString());
}

const refusedAtHome = async (question: Question): Promise<string | undefined> => {
  const answer = await question.ask(pair);
  assertFault(question, answer, { code: 'suspended', status: 503, country: 'FI', retry: 'later' });
  return answer.reply.headers['retry-after'];
};

test('one operator stops the link within a second: both directions are refused, with the time to come back', async () => {
  await crosses(INCOME);
  const begun = performance.now();
  const line = await order({ until: UNTIL });
  assert.ok(performance.now() - begun < 1500, 'it took longer than a second, and reading the configuration');
  assert.deepEqual([line.state, line.by, line.link], ['suspended', ['mari'], 'ee-fi']);
  assert.equal(await refusedAtHome(INCOME), new Date(UNTIL).toUTCString());
  assertFault(COMPANY, await COMPANY.ask(pair), { code: 'peer-refused', status: 502, country: 'FI', retry: 'ask-operator', delivered: 'no', peerCode: 'suspended' });
});

test('it is an entry of both logs, and the peer knows', async () => {
  await eventually('the peer is told', async () => (await suspensions(config()))[0]?.peerKnows === true);
  const entries = (['FI', 'EE'] as const).map((country) => pair.entries(country).filter(({ step, log }) => step === 'suspend' && log === 'ee-fi'));
  assert.deepEqual(entries.map((all) => all.map(({ approval }) => approval)), [['incident-7'], ['incident-7']]);
});

test('it outlasts a restart', async () => {
  await pair.restart('FI');
  await refusedAtHome(INCOME);
  assert.equal(pair.entries('FI').filter(({ step, log }) => step === 'suspend' && log === 'ee-fi').length, 1);
});

test('one operator cannot resume, not even by signing twice; a stranger cannot sign at all', async () => {
  const [{ id } = { id: '' }] = await suspensions(config());
  const alone = await resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('mari') }, Date.now());
  assert.equal(alone.state, 'resume approved by one');
  await refuses(() => resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('mari') }, Date.now()), 'config-invalid');
  await refuses(() => resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('stranger') }, Date.now()), 'config-invalid');
  await refusedAtHome(INCOME);
});

test('an order to resume with a signature of a stranger beside one operator, written by hand, changes nothing', async () => {
  const [{ id } = { id: '' }] = await suspensions(config());
  const folder = suspensionFolders(pair.store('FI')).resume;
  const file = await folder.read(id);
  await folder.write(id, { ...file, signatures: [...file.signatures, signOrder(file.order, keyOf('stranger'))] });
  assert.equal(file.signatures.some(({ key }) => key === stranger), false);
  await new Promise((wake) => setTimeout(wake, 600));
  await refusedAtHome(INCOME);
  await folder.write(id, file);
});

test('the second operator resumes: exchanges cross again, and both logs say so', async () => {
  const [{ id } = { id: '' }] = await suspensions(config());
  const line = await resume({ config: config(), suspension: id, reason: 'solved', key: keyOf('juhan') }, Date.now());
  assert.equal(line.state, 'resumed');
  await crosses(INCOME);
  await crosses(COMPANY);
  await eventually('the peer is told', async () => (await suspensions(config()))[0]?.peerKnows === true);
  for (const country of ['FI', 'EE'] as const) assert.equal(pair.entries(country).filter(({ step, log }) => step === 'resume' && log === 'ee-fi').length, 1, country);
});

test('a suspended leg leaves the other one open', async () => {
  const { id } = await order({ leg: 'outbound' });
  await refusedAtHome(INCOME);
  await crosses(COMPANY);
  await both(id);
  await crosses(INCOME);
});

test('a suspended member is refused with all its subsystems, and no other', async () => {
  const { id, member } = await order({ member: 'FI/GOV/0245458-6' });
  assert.equal(member, 'FI/GOV/0245458-6');
  await refusedAtHome(INCOME);
  await crosses(COMPANY);
  await both(id);
  await crosses(INCOME);
});

test('an order that was changed after it was signed is not carried out', async () => {
  const folder = suspensionFolders(pair.store('FI')).suspend;
  const at = Date.now();
  const id = '00000000-0000-4000-8000-000000000000';
  const honest = { v: 1, action: 'suspend', id, link: 'ee-fi', leg: 'inbound', reason: 'test', at } as const;
  const { leg: _, ...widened } = honest;
  await folder.write(id, { order: widened, signatures: [signOrder(honest, keyOf('mari'))] });
  await new Promise((wake) => setTimeout(wake, 600));
  await crosses(INCOME);
  rmSync(join(pair.store('FI'), 'suspensions', 'suspend', `${id}.json`));
});

test('reasons with spaces, times that are none and links that are not here are refused before anything is written', async () => {
  const before = (await suspensions(config())).length;
  await refuses(() => order({ reason: 'a reason with a name in it' }), 'config-invalid');
  await refuses(() => order({ until: 'tomorrow' }), 'config-invalid');
  await refuses(() => order({ link: 'ee-xx' }), 'config-invalid');
  await refuses(() => order({ leg: 'sideways' }), 'config-invalid');
  assert.equal((await suspensions(config())).length, before);
});

test('the keys of operators are readable by their owner alone, and kept', () => {
  const text = readFileSync(keyOf('mari'), 'utf8');
  assert.equal(makeOperatorKey(keyOf('mari')), operators[0]?.key);
  assert.equal(readFileSync(keyOf('mari'), 'utf8'), text);
  writeFileSync(keyOf('broken'), 'no key');
  return refuses(() => signOrder({}, keyOf('broken')), 'config-invalid');
});
