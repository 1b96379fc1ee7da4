/**
 * Kill -9 at each named step of publishing, of a public witness, of mirroring, time-stamping, the change of a shard and a restore: after the restart both trails verify, each mirror catches up
 * with what the other holds, and questions are answered again.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import { openCheckpoint } from '../../src/trail/checkpoint.ts';
import { logVerifiers, readTrailKeys } from '../../src/trail/keys.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import type { TreeHead } from '../../src/trail/store.ts';
import type { LogReport } from '../../src/trail/verify-log.ts';
import type { TrailStep } from '../../src/trail/steps.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { PublicWitnessServer } from '../support/public-witness.ts';
import { INCOME, gatewayFault } from '../support/questions.ts';
import { RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = new RunningPair(EE_FI);
const witness: PublicWitnessServer = new PublicWitnessServer((origin) => logVerifiers(readTrailKeys(pair.store('EE')), origin));
before(async () => {
  const publicWitness = { url: await witness.listen(), key: witness.verifierKey, every: '1s' };
  // One test moves a clock by weeks, which neither the peer nor time-stamping authorities would stand by.
  await pair.start({ changes: { gateway: [[['publicWitness'], publicWitness], [['timestamps', 'every'], '1s'], [['clock', 'maxOffset'], '10000h'], [['clock', 'maxPeerOffset'], '10000h']] } });
});
after(async () => {
  await pair.end();
  witness.close();
});

async function logs(country: PairCountry): Promise<readonly LogReport[]> {
  const { trails } = await trailVerify(pair.store(country));
  assert.deepEqual(trails.flatMap(({ wrong }) => wrong), [], `the trail of ${country}`);
  assert.deepEqual(trails.flatMap(({ incidents }) => incidents), []);
  return trails.flatMap((trail) => trail.logs);
}

/** Both sides hold the same shards of both logs, and everything verifies. */
async function assertCaughtUp(): Promise<void> {
  const shards = async (country: PairCountry, whose: LogReport['whose']) => (await logs(country)).filter((log) => log.whose === whose && log.log !== 'local' && log.size > 0).map(({ origin, size }) => `${origin} ${size}`);
  await eventually('each mirror holds what the other published', async () => {
    const [ee, eeOfFi, fi, fiOfEe] = await Promise.all([shards('EE', 'ours'), shards('EE', 'peer'), shards('FI', 'ours'), shards('FI', 'peer')]);
    return ee.join() === fiOfEe.join() && fi.join() === eeOfFi.join();
  }, 20_000);
}

async function assertAnswered(): Promise<void> {
  assert.equal(gatewayFault(await INCOME.ask(pair)), undefined);
}

for (const [step, country] of [
  ['publish.signed', 'FI'],
  ['publish.cosigned', 'FI'],
  ['publish.stored', 'FI'],
  ['mirror.asked', 'EE'],
  ['mirror.fetched', 'EE'],
  ['mirror.stored', 'EE'],
  ['stamp.asked', 'FI'],
  ['stamp.stored', 'FI'],
] as const satisfies readonly (readonly [TrailStep, PairCountry])[]) {
  test(`killed at ${step}, the trail goes on where it was`, async () => {
    await pair.gateway(country).crashAt(step);
    // The answer may be lost with the process; the entries are not.
    await INCOME.ask(pair).catch(() => {});
    assert.equal(await pair.gateway(country).ended, 'SIGKILL', `the gateway did not reach ${step}`);
    await logs(country);
    await pair.restart(country);
    await assertAnswered();
    await assertCaughtUp();
  });
}

/** Of the last shard of a link's log: the heads of the last note, and of the last that the public witness cosigned. */
function published(country: PairCountry): { readonly head: TreeHead; readonly witnessed: TreeHead | undefined } {
  const db = openReadOnly(pair.store(country));
  const head = (table: string): TreeHead | undefined => {
    const row = db.prepare(`SELECT note, name FROM ${table} AS latest JOIN origin ON origin.id = latest.origin WHERE log <> 'local' ORDER BY ordinal DESC LIMIT 1`).get() as { note: string; name: string } | undefined;
    return row && openCheckpoint(row.note, logVerifiers(readTrailKeys(pair.store(country)), row.name)).head;
  };
  try {
    return { head: head('checkpoint')!, witnessed: head('publicly_witnessed') };
  } finally {
    db.close();
  }
}

for (const step of ['public.asked', 'public.cosigned', 'public.stored'] as const satisfies readonly TrailStep[]) {
  test(`killed at ${step}, the trail goes on, and so do the cosignatures of the public witness`, async () => {
    assert.equal(await pair.crashOnTheWay('FI', step), 'SIGKILL', `the gateway did not reach ${step}`);
    const { head, witnessed } = published('FI');
    const theirs = witness.head(head.origin);
    assert.equal(isDeepStrictEqual(witnessed, theirs), step !== 'public.cosigned', 'the step stands where its name says');
    if (step === 'public.cosigned') assert.ok((theirs?.size ?? 0) > (witnessed?.size ?? 0), 'cosigned, and not known here');
    await logs('FI');
    await pair.restart('FI');
    await assertAnswered();
    await assertCaughtUp();
    await eventually('the public witness has cosigned what is published', () => {
      const now = published('FI');
      return now.head.size > head.size && isDeepStrictEqual(now.witnessed, now.head) && isDeepStrictEqual(witness.head(head.origin), now.head);
    }, 20_000);
    await logs('FI');
  });
}

for (const step of ['fence.answered', 'fence.behind', 'fence.recovered-some', 'fence.recovered', 'fence.broken-off', 'fence.passed'] as const satisfies readonly TrailStep[]) {
  test(`the data folder is lost, and the gateway is killed at ${step}: the log still comes back, and goes on behind a break`, async () => {
    await assertAnswered();
    await assertCaughtUp();
    const before = (await logs('FI')).findLast(({ whose, log, size }) => whose === 'ours' && log !== 'local' && size > 0);
    assert.ok(before);
    pair.gateway('FI').signal('SIGTERM');
    await pair.gateway('FI').ended;
    rmSync(pair.store('FI'), { recursive: true });
    // The fence waits for the peer, so that there is time to give the order.
    pair.gateway('EE').signal('SIGSTOP');
    await pair.restart('FI');
    await pair.gateway('FI').crashAt(step);
    pair.gateway('EE').signal('SIGCONT');
    assert.equal(await pair.gateway('FI').ended, 'SIGKILL', `the gateway did not reach ${step}`);
    await pair.restart('FI');
    await assertAnswered();
    const recovered = (await logs('FI')).find(({ origin }) => origin === before.origin);
    assert.ok(recovered && recovered.size >= before.size, 'nothing that was published is lost');
    await assertCaughtUp();
  });
}

test('killed when a new shard is open, with a clock that is weeks ahead: the log goes on in it', async () => {
  const now = new Date();
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() < 6 ? 6 : 12, 2);
  const environment = { CAUSEWAY_CLOCK_OFFSET_MS: String(next - now.getTime()) };
  pair.gateway('EE').signal('SIGSTOP');
  const restarted = pair.restart('FI', environment);
  await restarted;
  await pair.gateway('FI').crashAt('shard.opened');
  pair.gateway('EE').signal('SIGCONT');
  assert.equal(await pair.gateway('FI').ended, 'SIGKILL');
  await pair.restart('FI', environment);
  await assertCaughtUp();
  const { length } = (await logs('FI')).filter(({ whose, log }) => whose === 'ours' && log !== 'local');
  await pair.restart('FI');
  await assertAnswered();
  await assertCaughtUp();
  assert.equal((await logs('FI')).filter(({ whose, log }) => whose === 'ours' && log !== 'local').length, length, 'a clock that goes back brings no old shard back');
});
