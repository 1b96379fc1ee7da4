/**
 * Kill -9 at each step of a change of a key: when its entries are in the log, at each state that is written, and between the files that are moved. After the
 * restart the change goes on and ends, under the key that was made first; an entry may be there twice, and nothing else is.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { listKeys } from '../../src/cli/keys-rotate.ts';
import { keyFolders } from '../../src/trust/own/key-plan.ts';
import type { RotatingRole } from '../../src/trust/own/key-plan.ts';
import type { KeyStep } from '../../src/trust/own/key-steps.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const PATIENCE_MS = 90_000;
const STEPS: readonly (readonly [RotatingRole, KeyStep])[] = [
  ...(['keys.prepared', 'keys.recorded', 'keys.published', 'keys.in-use', 'keys.retired', 'keys.moved'] as const).map((step) => ['tls', step] as const),
  ...(['keys.published', 'keys.moved'] as const).map((step) => ['statement', step] as const),
];
const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'noticesEvery'], '500ms'], [['rotation'], { publishBefore: '500ms', retireAfter: '1s' }]] } });
const folders = () => keyFolders(pair.store('EE'));
const keys = async (role: RotatingRole) => (await listKeys(pair.gateway('EE').folder)).filter((line) => line.role === role);
const inUse = async (role: RotatingRole) => (await keys(role)).find(({ state }) => state === 'in use')?.kid;
const crosses = async () => (await Promise.all([INCOME.ask(pair), COMPANY.ask(pair)])).every((answer) => gatewayFault(answer) === undefined);

for (const [role, step] of STEPS) {
  test(`killed at ${step} of its ${role} key, the gateway goes on and ends the change`, async () => {
    await eventually('exchanges cross', crosses, PATIENCE_MS);
    const old = await inUse(role);
    await pair.gateway('EE').crashAt(step);
    const id = randomUUID();
    await folders().orders.write(id, { v: 1, id, role, action: 'rotate', reason: 'planned', at: Date.now() });
    assert.equal(await pair.gateway('EE').ended, 'SIGKILL', `the gateway did not reach ${step}`);
    const planned = (await folders().plans.find(role))?.next;
    await pair.restart('EE');
    await eventually('the change has ended', async () => (await folders().outcomes.find(id)) !== undefined && (await folders().plans.ids()).length === 0, PATIENCE_MS);
    const { kid = '', refused } = await folders().outcomes.read(id);
    assert.deepEqual([refused, kid, await inUse(role)], [undefined, planned ?? kid, kid]);
    const events = pair.entries('EE').filter((entry) => entry.log === 'ee-fi' && entry.step === 'key-event' && [old, kid].includes(entry.kid)).map((entry) => `${entry.key?.action} ${entry.kid}`);
    // The entry of the change before, in which what is old now was added, stands first.
    const ours = events.slice(events.indexOf(`added ${kid}`));
    assert.deepEqual([...new Set(ours)], [`added ${kid}`, `removed ${old}`]);
    assert.ok(ours.length <= 3, `repeated more than once: ${ours.join()}`);
    assert.deepEqual((await keys(role)).filter((line) => line.kid === old).map(({ state }) => state), ['retired'], 'the old key is listed once, as retired');
    await eventually('exchanges cross', crosses, PATIENCE_MS);
  });
}
