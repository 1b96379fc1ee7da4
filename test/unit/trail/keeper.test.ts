/** Two keepers against each other: what each publishes the other mirrors, over the change of a half-year too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorPath } from '../../../src/trail/serve.ts';
import { append, answered, asked, newId } from '../../support/trail.ts';
import { LINK, firstShard, toReply, trailSides } from '../../support/trail-sides.ts';

const heads = (list: readonly { origin: string; size: number }[]) => list.map(({ origin, size }) => [origin, size]);

test('each side mirrors the whole of the other\'s log, entry for entry, and both folders verify', async (t) => {
  const sides = await trailSides(t);
  for (const grow of [3, 300]) {
    await append(sides.FI.store, grow);
    await append(sides.EE.store, 2);
    await sides.tick();
  }
  await sides.tick();
  for (const side of [sides.EE, sides.FI]) {
    const ours = await side.mirror.shards('ours', LINK);
    assert.deepEqual(await side.peer.mirror.shards('peer', LINK), ours);
    const { ok, wrong, logs } = side.verify();
    assert.deepEqual([ok, wrong], [true, []]);
    assert.ok(logs.some(({ whose, checkpoint }) => whose === 'peer' && checkpoint?.cosigned.length === 1));
    assert.deepEqual(side.reports, []);
  }
});

test('at the change of a half-year both logs and the local one go on in the next shard; exchanges run over it, and everything verifies', async (t) => {
  const sides = await trailSides(t);
  const xid = newId();
  await sides.FI.store.commit(asked(xid));
  await append(sides.FI.store, 4);
  await sides.tick();
  await append(sides.FI.store, 1);
  sides.now = Date.parse('2026-12-31T23:59:59.500Z');
  await sides.tick(499);
  assert.equal((await sides.FI.store.head(LINK)).origin, firstShard('FI'), 'the last millisecond of the half-year');
  await sides.tick(1);
  await sides.FI.store.commit(answered(xid));
  await sides.tick();
  const next = firstShard('FI').replace('2026h2', '2027h1');
  const shards = await sides.FI.mirror.shards('ours', LINK);
  assert.deepEqual(heads(shards).map(([origin]) => origin), [firstShard('FI'), next]);
  assert.deepEqual(await sides.EE.mirror.shards('peer', LINK), shards, 'both shards are mirrored to their end');
  assert.equal((await sides.FI.mirror.shards('ours', 'local'))[0]?.origin, 'gateway.fi.example/trail/local/2027h1', 'an empty local log just begins later');
  for (const side of [sides.EE, sides.FI]) assert.deepEqual(side.verify().wrong, []);
  assert.deepEqual(sides.FI.reports, []);
});

test('a clock that goes back does not bring an old shard back', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 1);
  sides.now = Date.parse('2027-01-01T00:00:00Z');
  await sides.tick();
  const { origin } = await sides.FI.store.head(LINK);
  sides.now = Date.parse('2026-12-01T00:00:00Z');
  await append(sides.FI.store, 1);
  await sides.tick();
  assert.equal((await sides.FI.store.head(LINK)).origin, origin);
  assert.deepEqual(sides.FI.verify().wrong, []);
});

test('a peer that does not answer keeps nothing from being recorded, and is caught up with later', async (t) => {
  const sides = await trailSides(t);
  sides.EE.interfere = async () => undefined;
  await append(sides.FI.store, 3);
  await sides.tick();
  assert.deepEqual(sides.FI.reports.map(({ code }) => code), ['peer-unreachable']);
  sides.EE.interfere = (_, answer) => answer();
  await append(sides.FI.store, 3);
  await sides.tick();
  assert.deepEqual(heads(await sides.EE.mirror.shards('peer', LINK)), [[firstShard('FI'), (await sides.FI.store.head(LINK)).size]]);
});

test('while the clock of the peer is too far from ours, it is asked for a cosignature every two seconds', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 1);
  await sides.tick();
  const asked = () => sides.FI.steps.filter((step) => step === 'publish.signed').length;
  for (const [apart, more] of [[false, 0], [true, 2], [false, 0]] as const) {
    sides.FI.apart = apart;
    const before = asked();
    for (let second = 0; second < 4; second++) {
      sides.now += 1000;
      await sides.FI.keeper.tick();
    }
    assert.equal(asked() - before, more);
  }
});

test('a peer that answers with a cosignature of its own making, or garbles its bundles, gets none of ours and gives none', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 3);
  sides.EE.interfere = async (target, answer) => (target.endsWith('add-checkpoint') ? toReply({ status: 200, body: `— ${sides.EE.party().witness.name} ${Buffer.alloc(76, 7).toString('base64')}\n` }) : answer());
  await sides.FI.keeper.tick();
  assert.deepEqual(sides.FI.reports.map(({ code }) => code), ['peer-answer-invalid']);
  assert.equal(await sides.FI.store.checkpoint(firstShard('FI')), undefined);
  sides.EE.interfere = (_, answer) => answer();
  sides.FI.interfere = async (target, answer) => {
    const reply = await answer();
    return target.includes('/tile/entries/') ? { ...reply, body: Buffer.from(reply.body).fill(0x20, 40, 41) } : reply;
  };
  await sides.FI.keeper.tick();
  assert.deepEqual((await sides.EE.mirror.incidents('open')).map(({ kind }) => kind), ['entry']);
  assert.equal(await sides.EE.mirror.latestWitnessed(LINK), undefined);
});

test('the peer reads our log and our mirror of its own, and nothing else', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 3);
  await sides.FI.store.commit({ entries: [{ log: 'local', entry: { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: 1, clock: 'unknown' } } }] });
  await sides.tick();
  const there = async (side: 'EE' | 'FI', path: string) => (await sides[side].keeper.serve(LINK, path)) !== undefined;
  assert.equal(await there('FI', '/trail/ee-fi/2026h2/checkpoint'), true);
  assert.equal(await there('FI', '/trail/ee-fi/2026h2/tile/0/000.p/3'), true);
  assert.equal(await there('FI', '/trail/ee-fi/2026h2/tile/entries/000.p/3'), true);
  assert.equal(await there('EE', `${mirrorPath(firstShard('FI'))}/checkpoint`), true);
  assert.equal(await there('EE', `${mirrorPath(firstShard('FI'))}/tile/entries/000.p/3`), true);
  assert.equal(await there('EE', '/federation/v1/trail/witnessed'), true);
  const nothing = ['/trail/local/2026h2/checkpoint', '/trail/ee-fi/2026h1/checkpoint', '/trail/ee-fi/2026h2/', '/trail/ee-fi/2026h2/tile/0/000.p/99', '/trail/ee-fi/2026h2/tile/0/000', '/trail/ee-fi/2026h2/tile/1/000.p/1', '/trail/ee-fi/2026h2/tile/0/000.p/03', '/trail/ee-fi/2026h2/tile/0/x000/000.p/3', '/trail/ee-fi/2026h2/tile/0/../0/000.p/3', `${mirrorPath(firstShard('FI'))}/checkpoint`, `${mirrorPath('gateway.fi.example/trail/local/2026h2')}/checkpoint`];
  for (const path of nothing) assert.equal(await there('FI', path), false, path);
  assert.equal(await sides.FI.keeper.serve('ee-ua', '/trail/ee-fi/2026h2/checkpoint'), undefined, 'another link\'s peer');
});
