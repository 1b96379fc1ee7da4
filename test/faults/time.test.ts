/** Time that cannot be shown: authorities that do not answer, and clocks that are wrong. Each is visible, stops what the policy says, and goes by. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { startTimeStamping } from '../../src/sandbox/time-stamping.ts';
import { eventually } from '../support/eventually.ts';
import { INCOME, assertFault } from '../support/questions.ts';
import { COUNTRIES, runningPair } from '../support/running-pair.ts';
import { timeAuthorityKeys } from '../support/time-authority.ts';

const policy = (refuse: 'all' | 'nothing') => [['agreement', 'degraded', 'timestamps'], { continueFor: '2s', refuse, alarm: 'warning' }] as const;
const pair = runningPair({ changes: { link: [policy('all')] } });
const SETTINGS = ['timestamps'];
const REFUSED = { code: 'time-unproven', status: 503, retry: 'later', country: 'FI' } as const;

async function readiness(country: 'EE' | 'FI') {
  const response = await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/health/ready`);
  return { status: response.status, ...((await response.json()) as { checks: { time: boolean }; warnings: string[] }) };
}

/** Authorities as gateway.yaml names them, on a clock that is `offset` milliseconds off. */
async function authorities(t: TestContext, count: number, offset: number) {
  const folder = mkdtempSync(join(pair.data, 'authorities-'));
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const clock = systemClock(offset);
      const { root, identity } = timeAuthorityKeys(`TSA ${at}`, clock.now());
      const { url, close } = await startTimeStamping({ identity, clock });
      t.after(close);
      writeFileSync(join(folder, `${at}.pem`), root.certificate);
      return { url, roots: [join(folder, `${at}.pem`)] };
    }),
  );
}

test('clocks of both gateways that are off alike agree with each other, and are stopped by what two authorities say', { timeout: 180_000 }, async () => {
  for (const country of COUNTRIES) await pair.restart(country, { CAUSEWAY_CLOCK_OFFSET_MS: '120000' });
  for (const country of COUNTRIES) await eventually(`${country} is stopped`, async () => !(await readiness(country)).checks.time, 20_000);
  assertFault(INCOME, await INCOME.ask(pair), REFUSED);
  for (const country of COUNTRIES) await pair.restart(country);
  await eventually('exchanges go on', async () => (await INCOME.ask(pair)).reply.status === 200, 20_000);
});

test('two authorities that agree that our clock is wrong stop the gateway, and it says so', { timeout: 180_000 }, async (t) => {
  await pair.reconfigure({ gateway: [[SETTINGS, { authorities: await authorities(t, 2, 120_000), every: '1s' }]] }, ['FI']);
  await eventually('readiness fails', async () => (await readiness('FI')).status === 503);
  assert.equal((await readiness('FI')).checks.time, false);
  assertFault(INCOME, await INCOME.ask(pair), REFUSED);
});

test('one that says so is a warning, and exchanges go on', { timeout: 180_000 }, async (t) => {
  const [wrong, right] = [await authorities(t, 1, 120_000), await authorities(t, 1, 0)];
  await pair.reconfigure({ gateway: [[SETTINGS, { authorities: [...wrong, ...right], every: '1s' }]] }, ['FI']);
  await eventually('the warning is there', async () => (await readiness('FI')).warnings.includes('the clock is off'));
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
});

test('while no authority answers exchanges go on as long as the link says, then stop; once one answers they go on', { timeout: 180_000 }, async (t) => {
  const [authority] = await authorities(t, 1, 0);
  const dead = { url: 'http://127.0.0.1:9/tsa', roots: authority!.roots };
  await pair.reconfigure({ gateway: [[SETTINGS, { authorities: [dead], every: '1s' }]] }, ['FI']);
  await eventually('an exchange passes, then none does', async () => (await INCOME.ask(pair)).reply.status === 503, 20_000);
  assertFault(INCOME, await INCOME.ask(pair), REFUSED);
  const { status, warnings } = await readiness('FI');
  assert.deepEqual([status, warnings], [503, ['no time-stamps from 127.0.0.1:9/tsa', 'timestamps of link ee-fi is gone: exchanges are refused']]);
  await pair.reconfigure({ gateway: [[SETTINGS, { authorities: [authority!], every: '1s' }]] }, ['FI']);
  await eventually('the backlog is stamped', async () => (await INCOME.ask(pair)).reply.status === 200, 20_000);
});

test('where the link refuses nothing they go on', { timeout: 180_000 }, async (t) => {
  const [authority] = await authorities(t, 1, 0);
  await pair.reconfigure({ gateway: [[SETTINGS, { authorities: [{ url: 'http://127.0.0.1:9/tsa', roots: authority!.roots }], every: '1s' }]], link: [policy('nothing')] });
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
  await eventually('the failure is told', async () => (await readiness('FI')).warnings.some((warning) => warning.startsWith('timestamps of link ee-fi is gone')), 20_000);
  assert.equal((await INCOME.ask(pair)).reply.status, 200);
});
