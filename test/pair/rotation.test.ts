/** Changing keys on a running pair, under the anchors of both countries, with the command line's own functions. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { connect } from 'node:tls';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import type { KeyLine } from '../../src/cli/keys-rotate.ts';
import { spkiPin } from '../../src/platform/spki.ts';
import { anchorFolder } from '../../src/sandbox/anchors.ts';
import { anchorIssue } from '../../src/trust/anchor-work.ts';
import { keyFolders } from '../../src/trust/own/key-plan.ts';
import type { RotatingRole } from '../../src/trust/own/key-plan.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { sendRaw } from '../support/raw-client.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

/** Seconds in place of days: a peer looks twice a second, a key is shown for a second, and the old one is held for three. */
const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'noticesEvery'], '500ms'], [['rotation'], { publishBefore: '1s', retireAfter: '3s' }]] } });
const PATIENCE_MS = 60_000;

const config = (): string => pair.gateway('EE').folder;
const keys = async (role: RotatingRole): Promise<KeyLine[]> => (await listKeys(config())).filter((line) => line.role === role);
const inUse = async (role: RotatingRole): Promise<string | undefined> => (await keys(role)).find(({ state }) => state === 'in use')?.kid;
const states = async (role: RotatingRole): Promise<string[]> => (await keys(role)).map(({ state }) => state);

async function crosses(question: Question): Promise<void> {
  const answer = await question.ask(pair);
  assert.equal(gatewayFault(answer), undefined, Buffer.from(answer.reply.body).toString().slice(0, 400));
}

function keyEvents(country: 'EE' | 'FI', role: RotatingRole): { action: string | undefined; kid: string | undefined }[] {
  return pair.entries(country).filter(({ log, step, key }) => log === 'ee-fi' && step === 'key-event' && key?.role === role).map(({ key, kid }) => ({ action: key?.action, kid }));
}

async function shownPin(): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: pair.gateway('EE').ports.federation, rejectUnauthorized: false });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const pin = spkiPin(new X509Certificate(socket.getPeerCertificate().raw).publicKey);
  socket.destroy();
  return pin;
}

async function read(path: string): Promise<{ readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> }> {
  const { answer } = await sendRaw({ port: pair.gateway('EE').ports.federation, head: [`GET ${path} HTTP/1.1`, 'host: gateway.example', 'connection: close'], patience: 5000 });
  assert.ok(answer);
  return answer;
}

suite('the rehearsal', () => {
  for (const role of ['statement', 'encryption', 'tls'] as const) {
    test(`of a ${role} key asks the peer under a configuration that shows it, and changes nothing`, async () => {
      const before = await listKeys(config());
      const outcome = await rotateKey({ config: config(), role, dryRun: true }, Date.now());
      assert.deepEqual(outcome.peers?.map(({ peer, accepted }) => [peer, accepted]), [['https://gateway.fi.example', true]]);
      assert.deepEqual(await listKeys(config()), before);
    });
  }

  test('of an entity key that our anchor has not stated says that the peer would refuse it', async () => {
    const outcome = await rotateKey({ config: config(), role: 'entity', dryRun: true }, Date.now());
    assert.equal(outcome.peers?.[0]?.accepted, false);
    assert.match(outcome.peers?.[0]?.text ?? '', /^chain-untrusted: /);
  });
});

for (const role of ['statement', 'encryption', 'tls'] as const) {
  test(`the ${role} key is shown, used when the peer believes it, and the old one goes; exchanges cross at each step, and both trails say so`, async () => {
    const old = await inUse(role);
    const { kid } = await rotateKey({ config: config(), role }, Date.now());
    await eventually('the next key is shown', async () => (await states(role)).includes('next'), PATIENCE_MS);
    assert.equal(await inUse(role), old);
    await Promise.all([crosses(INCOME), crosses(COMPANY)]);
    await eventually('the next key is in use', async () => (await inUse(role)) === kid, PATIENCE_MS);
    await Promise.all([crosses(INCOME), crosses(COMPANY)]);
    await eventually('the old key is gone', async () => !(await states(role)).includes('old') && (await keyFolders(pair.store('EE')).plans.ids()).length === 0, PATIENCE_MS);
    await Promise.all([crosses(INCOME), crosses(COMPANY)]);
    assert.deepEqual(keyEvents('EE', role), [{ action: 'added', kid }, { action: 'removed', kid: old }]);
    assert.deepEqual((await keys(role)).map((line) => [line.kid, line.state]), [[kid, 'in use'], [old, 'retired']]);
  });
}

test('statements since are under the new key, and connections are shown the new TLS key', async () => {
  const statement = await inUse('statement');
  await crosses(COMPANY);
  assert.equal(pair.entries('EE').findLast(({ step, from }) => step === 'request' && from === 'EE')?.kid, statement);
  assert.equal(await shownPin(), await inUse('tls'));
});

test('a second change of a role under way is refused', async () => {
  await rotateKey({ config: config(), role: 'statement' }, Date.now());
  assert.match((await rotateKey({ config: config(), role: 'statement' }, Date.now())).refused ?? '', /under way/);
});

test('a gateway that is killed while both keys are in force goes on where it was', async () => {
  await eventually('the next key is shown', async () => (await states('statement')).includes('next'), PATIENCE_MS);
  pair.gateway('EE').signal('SIGKILL');
  await pair.gateway('EE').ended;
  await pair.restart('EE');
  await eventually('the old key is gone', async () => (await keyFolders(pair.store('EE')).plans.ids()).length === 0, PATIENCE_MS);
  await Promise.all([crosses(INCOME), crosses(COMPANY)]);
});

test('an entity key waits until our anchor states it, says so to operators, and then takes over', async () => {
  const { kid } = await rotateKey({ config: config(), role: 'entity' }, Date.now());
  await eventually('operators are told', async () => {
    const ready = await (await fetch(`http://127.0.0.1:${pair.gateway('EE').ports.operations}/health/ready`)).json() as { warnings: string[] };
    return ready.warnings.some((text) => text.startsWith('the change of the entity key waits: https://gateway.fi.example: chain-untrusted'));
  }, PATIENCE_MS);
  const folder = anchorFolder(pair.data, 'EE');
  const file = join(folder, 'gateway.jwt');
  writeFileSync(file, (await read('/.well-known/openid-federation')).body);
  await anchorIssue({ folder, file, kind: 'gateway', names: [] }, Date.now());
  await eventually('the entity key is in use', async () => (await inUse('entity')) === kid, PATIENCE_MS);
  await eventually('the old key is gone', async () => (await keyFolders(pair.store('EE')).plans.ids()).length === 0, PATIENCE_MS);
  await Promise.all([crosses(INCOME), crosses(COMPANY)]);
});

test('keys that were ours are handed out as a signed list, with the reason', async () => {
  const { status, headers, body } = await read('/federation/historical-keys');
  assert.deepEqual([status, headers['content-type']], [200, 'application/jwk-set+jwt']);
  const { iss, keys: retired } = JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()) as { iss: string; keys: { kid: string; exp: number; revoked: { reason: string } }[] };
  assert.equal(iss, 'https://gateway.ee.example');
  const ours = (await listKeys(config())).filter(({ role, state }) => (role === 'statement' || role === 'entity') && state === 'retired').map(({ kid }) => kid);
  assert.deepEqual(retired.map(({ kid }) => kid).sort(), ours.sort());
  assert.ok(ours.length >= 3 && retired.every(({ exp, revoked }) => exp <= Date.now() / 1000 && revoked.reason === 'superseded'));
});

test('a renewed certificate over the same key is taken without a restart', async () => {
  const file = join(config(), 'keys/federation-tls.cert.pem');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}\n`);
  await eventually('it is taken', () => readFileSync(join(config(), 'gateway.log'), 'utf8').trimEnd().split('\n').slice(-200).some((line) => line.includes('new connections are shown another TLS identity')), PATIENCE_MS);
  await crosses(INCOME);
});
