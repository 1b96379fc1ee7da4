/** Peer metadata taken away from a running gateway, and given back: exchanges go on, are refused, and go on again, as the link says. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { linkDependencies } from '../../src/cli/link-dependencies.ts';
import type { DependencyStatus } from '../../src/exchange/dependencies.ts';
import { anchorFolder } from '../../src/sandbox/anchors.ts';
import { COMPANY, assertFault, gatewayFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

/** A chain is due at half of its life; the other half is how long the test may take. */
const LIFETIME = '40s';
const POLICY = { continueFor: '2s', refuse: 'all', alarm: 'error' };
const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'configurationLifetime'], LIFETIME], [['federation', 'noticesEvery'], '300ms']], link: [[['agreement', 'degraded'], { peerMetadata: POLICY }]] } });

async function metadata(): Promise<DependencyStatus> {
  const found = (await linkDependencies(pair.gateway('EE').folder)).find(({ dependency }) => dependency === 'peerMetadata');
  assert.ok(found);
  return found;
}

test("a peer's chain that cannot be renewed", { timeout: 180_000 }, async () => {
  const published = join(anchorFolder(pair.data, 'FI'), 'public');
  assert.deepEqual([(await metadata()).state, gatewayFault(await COMPANY.ask(pair))], ['well', undefined]);
  renameSync(published, `${published}-away`);
  await eventually('the loss is seen', async () => (await metadata()).state !== 'well', 60_000);
  await eventually('the time of the policy is over', async () => (await metadata()).state === 'refusing', 30_000);
  const { since = '', refusesFrom = '' } = await metadata();
  assert.equal(Date.parse(refusesFrom) - Date.parse(since), 2000);
  assertFault(COMPANY, await COMPANY.ask(pair), { code: 'dependency-lost', status: 503, retry: 'later', country: 'EE' });
  const ready = await fetch(`http://127.0.0.1:${pair.gateway('EE').ports.operations}/health/ready`);
  assert.deepEqual([ready.status, ((await ready.json()) as { checks: { dependencies: boolean } }).checks.dependencies], [503, false]);
  renameSync(`${published}-away`, published);
  await eventually('it is back', async () => (await metadata()).state === 'well', 60_000);
  await eventually('a question crosses', async () => gatewayFault(await COMPANY.ask(pair)) === undefined, 30_000);
});
