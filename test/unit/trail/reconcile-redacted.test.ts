/** Entries that were redacted, and reconciliation: the two sides go on to agree, whenever the index was made, and what one of them lacks is found all the same. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { redact } from '../../../src/cli/trail-redact.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { DAY, PATIENCE, reconcilingSides } from '../../support/reconciling-sides.ts';
import type { ReconcilingSide, ReconcilingSides } from '../../support/reconciling-sides.ts';
import { entryOf, newId } from '../../support/trail.ts';
import { BEGIN, LINK, firstShard } from '../../support/trail-sides.ts';

const RIPE = PATIENCE + 240_000;
const MIDNIGHT = Math.ceil(BEGIN / DAY) * DAY;
/** From the begin until the first party signs for the day. */
const TO_NOTES = MIDNIGHT - BEGIN + PATIENCE + 480_000;

const statement = (sides: ReconcilingSides): Entry => entryOf(newId(), { window: Math.floor(sides.trails.now / 60_000), t: { ms: sides.trails.now, clock: 'unknown' } });

/** Records three statements; answers where the second one stands in the log of `of`. */
async function recorded(sides: ReconcilingSides, of: readonly ReconcilingSide[]): Promise<number> {
  const [before, lost, after] = [statement(sides), statement(sides), statement(sides)];
  for (const one of [sides.EE, sides.FI]) {
    const entries = of.includes(one) ? [before, lost, after] : [before, after];
    for (const entry of entries) await one.side.store.commit({ entries: [{ log: LINK, entry }] });
  }
  return ((await of[0]!.side.store.head(LINK)).size) - 2;
}

/** The gateway of one side is stopped, something is done in its folder, and it starts again. */
async function stopped(one: ReconcilingSide, work: (folder: string) => Promise<void>): Promise<void> {
  await one.close();
  await one.side.close();
  await work(one.side.folder);
  await one.side.open();
  await one.side.keeper.admit(LINK);
  await one.open();
}

async function redactIn(sides: ReconcilingSides, one: ReconcilingSide, origin: string, index: number, loseIndex: boolean): Promise<void> {
  await stopped(one, async (folder) => {
    await redact({ data: folder, origin, index, approval: 'file-17' }, sides.trails.now);
    if (loseIndex) for (const file of readdirSync(folder).filter((name) => name.startsWith('sets.db'))) rmSync(join(folder, file));
  });
}

async function assertAgreed(sides: ReconcilingSides, count: number): Promise<void> {
  await sides.pass(RIPE);
  await sides.pass(TO_NOTES);
  await sides.pass(600_000);
  for (const one of [sides.EE, sides.FI]) {
    const { differences, agreedUntil } = one.reconciler.state()[0]!;
    assert.deepEqual([one.found, differences, agreedUntil, await one.incidents(), one.reports], [[], 0, MIDNIGHT, [], []], one.side.country);
    const day = { from: MIDNIGHT / 60_000 - 1440, to: MIDNIGHT / 60_000 };
    for (const side of ['ours', 'theirs'] as const) assert.equal((await one.sets.summary(LINK, side, day))?.count, count, `${one.side.country} ${side}`);
    const { origin, size } = await one.side.store.head(LINK);
    const repairs = (await one.side.mirror.entries(origin, 0, size)).filter((bytes) => bytes !== undefined && /"(?:reconciled|not-received)"/.test(Buffer.from(bytes).toString()));
    assert.deepEqual(repairs, [], 'what was taken away does not come back');
  }
}

for (const loseIndex of [false, true]) {
  const when = loseIndex ? 'the index is lost and made again after it' : 'the index was made before it';
  test(`an entry of ours is redacted, and ${when}: both sides agree about the day`, async (t) => {
    const sides = await reconcilingSides(t);
    const index = await recorded(sides, [sides.FI, sides.EE]);
    await sides.pass(1000);
    await redactIn(sides, sides.FI, firstShard('FI'), index, loseIndex);
    await assertAgreed(sides, 3);
  });

  test(`an entry is redacted in our mirror of the peer's log, and ${when}: both sides agree about the day`, async (t) => {
    const sides = await reconcilingSides(t);
    const index = await recorded(sides, [sides.FI, sides.EE]);
    await sides.pass(1000);
    await redactIn(sides, sides.EE, firstShard('FI'), index, loseIndex);
    await assertAgreed(sides, 3);
  });

  test(`the peer lacks a statement whose entry we redact, and ${when}: it is found missing all the same`, async (t) => {
    const sides = await reconcilingSides(t);
    const index = await recorded(sides, [sides.FI]);
    await sides.pass(1000);
    await redactIn(sides, sides.FI, firstShard('FI'), index, loseIndex);
    sides.EE.side.posted = async () => undefined;
    await sides.FI.reconciler.tick();
    await sides.trails.tick(RIPE);
    await sides.trails.tick();
    await sides.FI.reconciler.tick();
    assert.deepEqual(sides.FI.found.map(({ kind }) => kind), ['missing-there']);
  });
}

test('nothing that was promised or sent is called missing after a redaction, when the mirror is lost and followed anew', async (t) => {
  const sides = await reconcilingSides(t);
  const index = await recorded(sides, [sides.FI, sides.EE]);
  await sides.pass(1000);
  for (const one of [sides.FI, sides.EE]) await redactIn(sides, one, firstShard('FI'), index, false);
  await stopped(sides.EE, async (folder) => {
    for (const file of readdirSync(folder).filter((name) => /^(?:mirror|sets)\.db/.test(name))) rmSync(join(folder, file));
  });
  for (const ms of [1000, 1000, 121_000]) {
    await sides.FI.side.store.commit({ entries: [{ log: LINK, entry: { v: 1, xid: newId(), step: 'outcome-unknown', t: { ms: sides.trails.now, clock: 'unknown' } } }] });
    await sides.pass(ms);
  }
  assert.deepEqual(await sides.EE.side.mirror.breaches(), []);
  assert.equal(await sides.EE.sets.isWhole(LINK, 'theirs'), true);
});

test('a mirror that is lost gets a redacted entry back as a leaf hash alone: it contradicts no note of the peer', async (t) => {
  const sides = await reconcilingSides(t);
  const index = await recorded(sides, [sides.FI, sides.EE]);
  await sides.pass(61_000);
  await recorded(sides, [sides.FI, sides.EE]);
  await sides.pass(61_000);
  await redactIn(sides, sides.FI, firstShard('FI'), index, true);
  await stopped(sides.EE, async (folder) => {
    for (const file of readdirSync(folder).filter((name) => /^(?:mirror|sets)\.db/.test(name))) rmSync(join(folder, file));
  });
  await recorded(sides, [sides.FI, sides.EE]);
  await sides.pass(1000);
  await sides.pass(TO_NOTES);
  assert.deepEqual([await sides.EE.sets.isWhole(LINK, 'theirs'), await sides.EE.sets.isWhole(LINK, 'ours')], [false, true]);
  assert.ok(!(await sides.EE.incidents()).includes('interval'));
  assert.equal(sides.EE.reconciler.state()[0]!.agreedUntil, MIDNIGHT, 'the peer itself is asked, and says the same');
});
