/** `causeway link check` against a running peer: every hop as it is, and each that fails with its remedy. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { linkCheck, renderLinkReport } from '../../src/cli/link-check.ts';
import type { LinkReport } from '../../src/cli/link-check.ts';
import { change } from '../support/gateway-folders.ts';
import type { Change } from '../support/gateway-folders.ts';
import { INCOME } from '../support/questions.ts';
import { refuses } from '../support/refused.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const pair = runningPair();
const folder = (): string => pair.gateway('FI').folder;
const check = (offset = 0): Promise<LinkReport> => linkCheck(folder(), 'EE', () => Date.now() + offset);

function firstFailure({ steps }: LinkReport): readonly [string, boolean] {
  const failed = steps.find(({ ok }) => !ok);
  assert.ok(failed, JSON.stringify(steps));
  return [failed.step, failed.remedy !== undefined];
}

/** With our files changed, which the running gateways do not read again. */
async function changed(path: string, changes: readonly Change[]): Promise<LinkReport> {
  const file = join(folder(), path);
  const text = readFileSync(file);
  try {
    change(file, changes);
    return await check();
  } finally {
    writeFileSync(file, text);
  }
}

const cosigned = async (): Promise<string> => (await check()).steps.find(({ step }) => step === 'cosignature')?.text ?? '';

test('before the first exchange nothing is cosigned, and no more is claimed', async () => assert.match(await cosigned(), /nothing of ours yet/));

test('between two gateways that run every hop holds, and none has a remedy', async () => {
  await INCOME.ask(pair);
  await eventually('the peer has cosigned our log', async () => /^the peer has cosigned \d+ entries of /.test(await cosigned()));
  const report = await check();
  assert.deepEqual(report.steps.map(({ step }) => step), ['trust', 'dns', 'tcp', 'tls', 'pin', 'accepted', 'clock', 'environment', 'link', 'echo', 'cosignature', 'home', 'round-trip']);
  assert.match(report.steps.find(({ step }) => step === 'echo')?.text ?? '', /^signed on both sides; the peer's platform is (reached|not-looked), exchanges are taken$/);
  assert.equal(report.steps.some(({ remedy }) => remedy !== undefined), false);
  assert.match(renderLinkReport(report), /the link is ready$/);
});

test('a port where nobody listens fails at TCP, and what comes after it is not claimed', async () => {
  const report = await changed('links/ee.yaml', [[['settings', 'url'], 'https://127.0.0.1:1']]);
  assert.deepEqual(firstFailure(report), ['tcp', true]);
  assert.deepEqual(report.steps.map(({ step }) => step), ['trust', 'dns', 'tcp', 'home', 'round-trip']);
});

test("our own listener in the peer's place fails at the pin", async () => {
  const report = await changed('links/ee.yaml', [[['settings', 'url'], `https://127.0.0.1:${pair.gateway('FI').ports['federation']}`]]);
  assert.deepEqual(firstFailure(report), ['pin', true]);
});

test("an agreement that differs from the peer's fails at the link, and shows both hashes", async () => {
  const report = await changed('links/ee.yaml', [[['agreement', 'retryTime'], '11m']]);
  assert.deepEqual(firstFailure(report), ['link', true]);
  assert.match(report.steps.find(({ step }) => step === 'link')?.text ?? '', /^we hold ee-fi version 1 \S{43}; the peer holds ee-fi version 1 \S{43}$/);
});

test('a clock that is off fails at the clock, and says which way', async () => {
  const report = await check(-10_000);
  assert.deepEqual(firstFailure(report), ['clock', true]);
  assert.match(report.steps.find(({ step }) => step === 'clock')?.text ?? '', /^the peer's clock is (10|9\.9|10\.\d) s ahead of ours$/);
});

test('a key that the peer does not pin is not accepted', async () => {
  const tls = ['key', 'cert'].map((kind) => join(folder(), `keys/domestic-tls.${kind}.pem`));
  assert.deepEqual(firstFailure(await changed('gateway.yaml', [[['keys', 'tls'], { key: tls[0], certificate: tls[1] }]])), ['accepted', true]);
});

test('a trust file whose keys have ended fails before anything is sent', async () => {
  const file = join(folder(), 'trust/EE.json');
  const text = readFileSync(file, 'utf8');
  try {
    writeFileSync(file, text.replaceAll(/"notAfter":\s*"[^"]+"/g, '"notAfter": "2026-01-02T00:00:00Z"'));
    const report = await check();
    assert.deepEqual(firstFailure(report), ['trust', true]);
    assert.deepEqual(report.steps.map(({ step }) => step), ['trust', 'home', 'round-trip']);
  } finally {
    writeFileSync(file, text);
  }
});

test('a statement key that the peer does not know fails at the echo', async () => {
  const report = await changed('gateway.yaml', [[['keys', 'statement'], join(folder(), 'keys/encryption.key.pem')]]);
  assert.deepEqual(firstFailure(report), ['echo', true]);
});

test('the monitor: each gateway echoes the other, shows it in its metrics, and warns while the peer refuses exchanges', { timeout: 240_000 }, async () => {
  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/metrics`)).text();
  await eventually('an echo came back', async () => (await metrics()).includes('causeway_echo_ok{link="ee-fi"} 1'), 90_000);
  // Estonia may not have looked at its own platform yet.
  await eventually('the echo tells of the platform', async () => (await check()).steps.find(({ step }) => step === 'echo')?.text?.endsWith('platform is reached, exchanges are taken') ?? false, 90_000);
  pair.gateway('EE').signal('SIGTERM');
  await pair.gateway('EE').ended;
  await eventually('the echo fails', async () => (await metrics()).includes('causeway_echo_ok{link="ee-fi"} 0'), 90_000);
  const ready = (await (await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/health/ready`)).json()) as { ready: boolean; warnings: string[] };
  assert.equal(ready.ready, true);
  assert.ok(ready.warnings.some((warning) => warning.startsWith('the echo of link ee-fi fails: ')), ready.warnings.join());
  await pair.restart('EE');
});

test('a peer that is not in the configuration is named', () => refuses(() => linkCheck(folder(), 'XX', Date.now), 'config-invalid'));
