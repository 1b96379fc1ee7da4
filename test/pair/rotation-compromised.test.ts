/** A key of a running gateway is stolen: withdrawn by its anchor, changed at once, and listed with the reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import { anchorFolder } from '../../src/sandbox/anchors.ts';
import { anchorWithdraw } from '../../src/trust/anchor-work.ts';
import type { RotatingRole } from '../../src/trust/own/key-plan.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'noticesEvery'], '500ms'], [['rotation'], { publishBefore: '48h', retireAfter: '2s' }]] } });
const PATIENCE_MS = 60_000;
const config = (): string => pair.gateway('EE').folder;
const lines = async (role: RotatingRole) => (await listKeys(config())).filter((line) => line.role === role);

for (const role of ['statement', 'tls'] as const) {
  test(`after a notice about its ${role} key a gateway uses the next one at once, and exchanges cross again`, async () => {
    const old = (await lines(role))[0]?.kid ?? '';
    await anchorWithdraw({ folder: anchorFolder(pair.data, 'EE'), entity: 'https://gateway.ee.example', key: old, reason: 'stolen' }, Date.now());
    await eventually('nothing under the old key is believed', async () => gatewayFault(await COMPANY.ask(pair)) !== undefined, PATIENCE_MS);
    const { kid } = await rotateKey({ config: config(), role, compromised: true }, Date.now());
    await eventually('exchanges cross', async () => (await Promise.all([INCOME.ask(pair), COMPANY.ask(pair)])).every((answer) => gatewayFault(answer) === undefined), PATIENCE_MS);
    await eventually('the old key is gone', async () => (await lines(role)).some((line) => line.kid === old && line.state === 'compromised'), PATIENCE_MS);
    assert.deepEqual((await lines(role)).filter(({ state }) => state === 'in use').map((line) => line.kid), [kid]);
    const events = pair.entries('EE').filter(({ step, key, log }) => log === 'ee-fi' && step === 'key-event' && key?.role === role).map((entry) => [entry.key?.action, entry.kid]);
    assert.deepEqual(events, [['added', kid], ['compromised', old], ['removed', old]]);
  });
}
