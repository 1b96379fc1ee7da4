/** The restore fence: a data folder that is gone, or comes back from a backup, against a peer that helps, is silent, or lies. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { TRAIL_PATHS } from '../../../src/trail/serve.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import { eventually } from '../../support/eventually.ts';
import { append } from '../../support/trail.ts';
import { LINK, firstShard, toReply, trailSides } from '../../support/trail-sides.ts';
import type { TrailSides } from '../../support/trail-sides.ts';
import type { HttpReply } from '../../../src/platform/http-client.ts';
import { HeadFile } from '../../../src/trail/head-file.ts';

const AFTER = `${firstShard('FI')}-2`;
const local = { log: 'local', entry: { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: 1, clock: 'unknown' } } } as const;

/** FI with 600 entries and a local log, all of it cosigned and mirrored by EE. */
async function published(t: TestContext): Promise<TrailSides> {
  const sides = await trailSides(t);
  await append(sides.FI.store, 600);
  await sides.FI.store.commit({ entries: [local, local] });
  await append(sides.EE.store, 3);
  await sides.tick();
  await sides.tick();
  return sides;
}

/** The gateway stops, something happens to its data folder, and it starts again. */
async function restart({ FI }: TrailSides, happens: () => void): Promise<void> {
  await FI.close();
  happens();
  FI.reports.length = 0;
  FI.steps.length = 0;
  await FI.open();
}

/** As restart, where the link is not going to open. */
async function restartInVain(sides: TrailSides, happens: () => void): Promise<void> {
  sides.patience = 100;
  await restart(sides, happens);
  sides.patience = 10_000;
}

/** A copy of the data folder as it is now, as a backup would take it from a gateway that is stopped. */
async function backUp(sides: TrailSides): Promise<() => void> {
  const { folder } = sides.FI;
  await restart(sides, () => cpSync(folder, `${folder}-backup`, { recursive: true }));
  return () => {
    rmSync(folder, { recursive: true });
    cpSync(`${folder}-backup`, folder, { recursive: true });
  };
}

const lose = ({ FI }: TrailSides) => () => rmSync(FI.folder, { recursive: true });

/** What FI had is back under the same root, in the old origin, and the log goes on behind a break that both sides verify. */
async function assertRecovered(sides: TrailSides, before: { origin: string; size: number; root: Uint8Array }): Promise<void> {
  const { FI, EE } = sides;
  await FI.keeper.admit(LINK);
  const [old, present] = await FI.mirror.shards('ours', LINK);
  assert.deepEqual([old?.origin, old?.size, old?.root], [before.origin, before.size, before.root]);
  assert.equal(present?.origin, AFTER);
  const [first] = await FI.mirror.entries(AFTER, 0, 1);
  const { step, previous, lost } = parseEntry(first!);
  assert.deepEqual([step, previous, lost?.size], ['break', { origin: before.origin, size: before.size, root: Buffer.from(before.root).toString('base64') }, before.size]);
  await append(FI.store, 5);
  await sides.tick();
  await sides.tick();
  assert.deepEqual((await EE.mirror.shards('peer', LINK)).map(({ origin, size }) => [origin, size]), (await FI.mirror.shards('ours', LINK)).map(({ origin, size }) => [origin, size]));
  for (const side of [FI, EE]) assert.deepEqual([side.verify().wrong, await side.mirror.incidents('open')], [[], []], side.country);
}

test('a link that is new, and one that is whole, take exchanges at once', async (t) => {
  const sides = await published(t);
  await sides.FI.keeper.admit(LINK);
  await restart(sides, () => {});
  await sides.FI.keeper.admit(LINK);
  assert.deepEqual(sides.FI.steps.filter((step) => step.startsWith('fence')), ['fence.answered', 'fence.passed']);
  assert.equal((await sides.FI.mirror.shards('ours', LINK)).length, 1);
});

test('a peer that does not answer keeps its link closed, and nothing is published; when it answers the link opens', async (t) => {
  const sides = await published(t);
  const { size } = await sides.FI.store.head(LINK);
  sides.EE.interfere = async () => undefined;
  await restartInVain(sides, () => {});
  await assert.rejects(sides.FI.keeper.admit(LINK), { code: 'trail-unconfirmed' });
  assert.equal(sides.FI.keeper.intact, true, 'one link that waits makes no gateway unready');
  assert.equal((await sides.FI.store.head(LINK)).size, size);
  sides.EE.interfere = (_, answer) => answer();
  await sides.FI.keeper.admit(LINK);
});

test('a peer that asks something wakes the fence that waits for it', async (t) => {
  const sides = await published(t);
  sides.EE.interfere = async () => undefined;
  await restartInVain(sides, () => {});
  await sides.FI.keeper.tick();
  sides.EE.interfere = (_, answer) => answer();
  await append(sides.EE.store, 1);
  await sides.EE.keeper.tick();
  await sides.FI.keeper.admit(LINK);
  assert.ok(sides.FI.steps.includes('fence.passed'));
});

test('after the data folder is lost, the log comes back from the mirror down to the same root, and goes on behind a break', async (t) => {
  const sides = await published(t);
  const before = await sides.FI.store.head(LINK);
  await restart(sides, lose(sides));
  await assertRecovered(sides, before);
  const [localHead] = (await sides.FI.mirror.shards('ours', 'local')).toReversed();
  assert.equal(localHead?.origin, 'gateway.fi.example/trail/local/2026h2-2', 'the local log has no mirror: what is gone is recorded');
  assert.ok(sides.FI.keeper.notBefore(LINK) >= sides.now - 2000 + 30_000, 'statements of before are refused');
});

test('after the disk with the head file is lost too, it comes back the same', async (t) => {
  const sides = await published(t);
  const before = await sides.FI.store.head(LINK);
  await restart(sides, () => {
    lose(sides)();
    rmSync(`${sides.FI.folder}-heads`, { recursive: true });
  });
  await assertRecovered(sides, before);
});

test('a backup that is a day old is completed from the mirror, and nothing in it is changed', async (t) => {
  const sides = await published(t);
  const restore = await backUp(sides);
  await append(sides.FI.store, 300);
  await sides.tick(86_400_000);
  await sides.tick();
  const before = await sides.FI.store.head(LINK);
  await restart(sides, restore);
  await assertRecovered(sides, before);
  const { recovered } = (await sides.FI.mirror.shards('ours', LINK))[0]!;
  assert.ok(recovered !== undefined && recovered >= 600 && recovered < before.size, 'only what was missing came back');
});

test('several shards come back, each under its root, breaks of before included', async (t) => {
  const sides = await published(t);
  await restart(sides, lose(sides));
  await sides.FI.keeper.admit(LINK);
  await append(sides.FI.store, 20);
  await sides.tick();
  sides.now = Date.parse('2027-01-01T00:00:00Z');
  await sides.tick();
  await append(sides.FI.store, 10);
  await sides.tick();
  await sides.tick();
  const before = await sides.FI.mirror.shards('ours', LINK);
  await restart(sides, lose(sides));
  await sides.FI.keeper.admit(LINK);
  const after = await sides.FI.mirror.shards('ours', LINK);
  assert.deepEqual(after.slice(0, 3).map(({ origin, size, root }) => [origin, size, root]), before.map(({ origin, size, root }) => [origin, size, root]));
  assert.deepEqual(after.map(({ origin }) => origin), [firstShard('FI'), AFTER, firstShard('FI').replace('2026h2', '2027h1'), firstShard('FI').replace('2026h2', '2027h1-2')]);
  await sides.tick();
  for (const side of [sides.FI, sides.EE]) assert.deepEqual(side.verify().wrong, [], side.country);
});

test('a gateway that dies while entries come back goes on where it stopped', async (t) => {
  const sides = await published(t);
  await append(sides.FI.store, 5000);
  await sides.tick();
  const before = await sides.FI.store.head(LINK);
  let asked = 0;
  sides.EE.interfere = async (target, answer) => (target.includes('/tile/entries/') && (asked += 1) > 17 ? undefined : answer());
  await restartInVain(sides, lose(sides));
  await assert.rejects(sides.FI.keeper.admit(LINK), { code: 'trail-unconfirmed' });
  await eventually('some of them are back', async () => (await sides.FI.store.head(LINK)).size > 0);
  const part = (await sides.FI.store.head(LINK)).size;
  assert.ok(part > 0 && part < before.size, `${part} of ${before.size}`);
  sides.EE.interfere = (_, answer) => answer();
  await restart(sides, () => {});
  await assertRecovered(sides, before);
});

test('a gateway that dies between the last entry and the break still breaks off', async (t) => {
  const sides = await published(t);
  const before = await sides.FI.store.head(LINK);
  let dead = false;
  sides.EE.interfere = async (target, answer) => {
    dead ||= /mirror.*checkpoint$/.test(target);
    return dead ? undefined : answer();
  };
  await restartInVain(sides, lose(sides));
  await assert.rejects(sides.FI.keeper.admit(LINK), { code: 'trail-unconfirmed' });
  assert.equal((await sides.FI.store.head(LINK)).size, before.size);
  sides.EE.interfere = (_, answer) => answer();
  await restart(sides, () => {});
  await assertRecovered(sides, before);
});

const LIES = [
  { what: 'denies that it ever cosigned anything', code: 'trail-broken', on: TRAIL_PATHS.witnessed, lie: () => toReply({ status: 404, body: '' }) },
  { what: 'shows a checkpoint of before, that drops entries', code: 'trail-broken', on: TRAIL_PATHS.witnessed, lie: (earlier: string) => toReply({ status: 200, body: earlier }) },
  { what: 'shows a checkpoint that another key signed', code: 'trail-unconfirmed', on: TRAIL_PATHS.witnessed, lie: (earlier: string) => toReply({ status: 200, body: earlier.replace(/\n\d+\n/, '\n999\n') }) },
  { what: 'shows a checkpoint without its own cosignature', code: 'trail-unconfirmed', on: TRAIL_PATHS.witnessed, lie: (earlier: string) => toReply({ status: 200, body: earlier.replace(/— gateway.ee.example\/witness .*\n/, '') }) },
  { what: 'shows other leaf hashes', code: 'trail-unconfirmed', on: '/tile/0/', lie: () => toReply({ status: 200, body: Buffer.alloc(8192, 7) }) },
  { what: 'shows other entries', code: 'trail-unconfirmed', on: '/tile/entries/', lie: () => toReply({ status: 200, body: Buffer.from([0, 2, 0x7b, 0x7d]) }) },
  { what: 'has no entries', code: 'trail-unconfirmed', on: '/tile/entries/', lie: () => toReply({ status: 404, body: '' }) },
] as const;

for (const restored of ['the data folder is lost', 'a day-old backup is restored'] as const) {
  for (const { what, code, on, lie } of LIES) {
    test(`${restored} and the peer ${what}: the link stays closed, nothing is signed, and the honest answer still mends it`, async (t) => {
      const sides = await published(t);
      const restore = restored === 'the data folder is lost' ? lose(sides) : await backUp(sides);
      const earlier = (await sides.EE.mirror.latestWitnessed(LINK))!.note;
      await append(sides.FI.store, 40);
      await sides.tick();
      const before = await sides.FI.store.head(LINK);
      let seen = 0;
      sides.EE.interfere = async (target, answer) => (target.includes(on) ? ((seen += 1), lie(earlier)) : answer());
      await restartInVain(sides, restore);
      // The fence has run to its end, however slow the machine is.
      await sides.FI.keeper.tick();
      assert.ok(seen > 0, 'the lie was told');
      await assert.rejects(sides.FI.keeper.admit(LINK), { code });
      await sides.FI.keeper.tick();
      assert.equal(sides.FI.steps.includes('publish.signed'), false);
      assert.equal((await sides.FI.mirror.incidents('open')).length, code === 'trail-broken' ? 1 : 0);
      sides.EE.interfere = (_, answer) => answer();
      await restart(sides, () => {});
      await sides.FI.keeper.admit(LINK);
      const [old] = await sides.FI.mirror.shards('ours', LINK);
      assert.deepEqual([old?.size, old?.root], [before.size, before.root]);
    });
  }
}

test('a peer that says, while we run, that it cosigned more than we hold, and cannot show it, breaks nothing', async (t) => {
  const sides = await published(t);
  sides.EE.interfere = async (target, answer) => (target === TRAIL_PATHS.addCheckpoint ? toReply({ status: 409, body: '99999\n' }) : answer());
  await append(sides.FI.store, 1);
  await sides.tick();
  assert.deepEqual(sides.FI.reports.map(({ code }) => code), ['trail-broken']);
  await sides.FI.keeper.admit(LINK);
  sides.EE.interfere = (_, answer) => answer();
  await sides.tick();
  assert.equal((await sides.EE.mirror.latestWitnessed(LINK))?.size, (await sides.FI.store.head(LINK)).size);
});

test('what neither side has any more is gone on without only after a decision, which the break names', async (t) => {
  const sides = await published(t);
  const { size } = await sides.FI.store.head(LINK);
  const denied = async (target: string, answer: () => Promise<HttpReply>) => (target === TRAIL_PATHS.witnessed ? toReply({ status: 404, body: '' }) : answer());
  sides.EE.interfere = denied;
  await restartInVain(sides, lose(sides));
  await assert.rejects(sides.FI.keeper.admit(LINK), { code: 'trail-broken' });
  const heads = new HeadFile(`${sides.FI.folder}-heads`);
  await restart(sides, () => void heads.set(LINK, { ...heads.get(LINK)!, lossAccepted: 'file-17' }));
  await sides.FI.keeper.admit(LINK);
  const { origin } = await sides.FI.store.head(LINK);
  assert.equal(origin, AFTER);
  const { step, previous, lost, approval } = parseEntry((await sides.FI.mirror.entries(AFTER, 0, 1))[0]!);
  assert.deepEqual([step, previous?.size, lost?.size, approval], ['break', size, size, 'file-17']);
  await restart(sides, () => {});
  await sides.FI.keeper.admit(LINK);
  assert.equal((await sides.FI.store.head(LINK)).origin, AFTER, 'one decision, one break');
});
