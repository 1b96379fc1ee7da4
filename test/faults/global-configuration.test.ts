/** The global configuration of a country's platform goes away and comes back: containers wait or are judged by the last one, as the link declares, and exchanges go on or are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CENTRAL_SERVER } from '../../src/sandbox/faults.ts';
import { INCOME, assertFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const REFUSED = { code: 'dependency-lost', status: 503, retry: 'later', country: 'FI' } as const;
const pair = runningPair({
  changes: {
    gateway: [
      [['home', 'containers', 'retryAfter'], '200ms'],
      [['home', 'containers', 'retryAtMost'], '500ms'],
      [['home', 'containers', 'configuration', 'refresh'], '300ms'],
    ],
    link: [
      ...[0, 1].map((leg) => [['agreement', 'legs', leg, 'containers'], 'all'] as const),
      [['agreement', 'degraded', 'globalConfiguration'], { continueFor: '4s', refuse: 'all', alarm: 'error' }],
    ],
  },
});
const bound = (xid: string): boolean => pair.entries('FI', xid).some(({ step }) => step === 'domestic-evidence');

async function warnings(): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/health/ready`);
  return ((await response.json()) as { warnings: string[] }).warnings;
}

test('past its time the last one is used for as long as the link says, then exchanges are refused; once it is back all goes on', { timeout: 180_000 }, async () => {
  await eventually('an exchange passes', async () => (await INCOME.ask(pair)).reply.status === 200, 20_000);
  await eventually('its container is bound', () => bound(pair.lastAsked('FI')), 20_000);
  const { faults } = pair.countries.FI;
  faults.set(CENTRAL_SERVER, { kind: 'short-lived', ms: 2000 });
  // Long enough that one of these is what the gateway holds.
  await sleep(1500);
  faults.set(CENTRAL_SERVER, { kind: 'down' });
  await eventually('the loss is told', async () => (await warnings()).some((warning) => warning.startsWith('globalConfiguration of link ee-fi is gone')), 20_000);
  await eventually('exchanges are refused', async () => (await INCOME.ask(pair)).reply.status === 503, 20_000);
  assertFault(INCOME, await INCOME.ask(pair), REFUSED);
  faults.clear(CENTRAL_SERVER);
  await eventually('exchanges go on', async () => (await INCOME.ask(pair)).reply.status === 200, 20_000);
  await eventually('the container is bound', () => bound(pair.lastAsked('FI')), 20_000);
  assert.deepEqual((await warnings()).filter((warning) => warning.startsWith('globalConfiguration')), []);
});
