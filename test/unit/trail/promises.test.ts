/** What two logs owe each other: kept, broken, late, never acknowledged, lost with a disk; each with a proof that verifies. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { trailPromises } from '../../../src/cli/trail-promises.ts';
import { cosignatureVerifier } from '../../../src/trail/cosignature.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { leafHash } from '../../../src/trail/merkle.ts';
import { parseTlogProof, verifyTlogProof } from '../../../src/trail/tlog-proof.ts';
import { digest, entryOf, newId } from '../../support/trail.ts';
import { LINK, firstShard, trailSides } from '../../support/trail-sides.ts';
import type { TrailSide, TrailSides } from '../../support/trail-sides.ts';

const CHAIN = 'C'.repeat(43);

async function record(side: TrailSide, entry: Entry): Promise<{ origin: string; index: number; leaf: string }> {
  const result = await side.store.commit({ entries: [{ log: LINK, entry }] });
  return result.kind === 'committed' ? result.appended[0]! : assert.fail('conflict');
}

/** An exchange that FI asks of EE: both sides' entries, each of which a test may leave out or change. */
function exchange(sides: TrailSides) {
  const t = { ms: sides.now, clock: 'unknown' } as const;
  const xid = newId();
  const [asks, answers] = [digest(), digest()];
  const request = entryOf(xid, { t, core: asks });
  const response = entryOf(xid, { t, step: 'response', event: 'ContentHandover', from: 'EE', to: 'FI', core: answers });
  return {
    xid,
    asked: () => record(sides.FI, request),
    accepted: () => record(sides.EE, { ...request, chain: CHAIN }),
    completed: () => record(sides.EE, response),
    answered: (promised: { origin: string; index: number; leaf: string }) => record(sides.FI, { ...response, event: 'ContentConsignment', chain: CHAIN, promise: { ...promised, by: Math.floor(sides.now / 1000) + 120 } }),
  };
}

/** Two minutes and a checkpoint later, both ways. */
async function due(sides: TrailSides): Promise<void> {
  await sides.tick();
  await sides.tick(125_000);
  await sides.tick(61_000);
}

const found = (side: TrailSide) => trailPromises(side.folder).map(({ kind, xid }) => [kind, xid]);

test('an exchange that both logs hold owes nothing, whichever side shows it first', async (t) => {
  const sides = await trailSides(t);
  const { asked, accepted, completed, answered } = exchange(sides);
  await asked();
  const promised = await accepted();
  await sides.tick();
  await completed();
  await answered(promised);
  await due(sides);
  assert.deepEqual([found(sides.FI), found(sides.EE)], [[], []]);
});

test('a question that nobody answered is no breach: nobody says that it arrived', async (t) => {
  const sides = await trailSides(t);
  await exchange(sides).asked();
  await due(sides);
  assert.deepEqual([found(sides.FI), found(sides.EE)], [[], []]);
});

test('an answer that the asker never logged is listed as unacknowledged, with our entry under the checkpoint that the asker cosigned', async (t) => {
  const sides = await trailSides(t);
  const { xid, asked, accepted, completed } = exchange(sides);
  await asked();
  await accepted();
  const { index, leaf } = await completed();
  await sides.tick();
  assert.deepEqual(found(sides.EE), [], 'not before it is due');
  await due(sides);
  assert.deepEqual(found(sides.EE), [['unacknowledged', xid]]);
  const [breach] = trailPromises(sides.EE.folder);
  const proof = parseTlogProof(breach!.proof!);
  const witness = cosignatureVerifier(sides.FI.party().witness.name, sides.FI.keys.witness.publicKey);
  assert.deepEqual([proof.index, verifyTlogProof(proof, Buffer.from(leaf, 'base64'), sides.EE.logVerifier(firstShard('EE')), [witness]).cosigned], [index, [witness.name]]);
  await sides.FI.keeper.tick();
  assert.equal(found(sides.FI).length, 1, 'the asker sees a statement that it does not hold');
});

test('a peer that keeps what it signed out of its log is found: the promise, and the statement', async (t) => {
  const sides = await trailSides(t);
  const { xid, asked, answered } = exchange(sides);
  await asked();
  await record(sides.EE, { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: sides.now, clock: 'unknown' } });
  await answered({ origin: firstShard('EE'), index: 0, leaf: Buffer.alloc(32, 1).toString('base64') });
  await due(sides);
  assert.deepEqual(found(sides.FI), [['promise-other-leaf', xid], ['missing-there', xid]]);
  const [breach] = trailPromises(sides.FI.folder);
  const [entry] = await sides.FI.mirror.entries(firstShard('EE'), 0, 1);
  assert.equal(breach?.found, leafHash(entry!).toString('base64'));
  verifyTlogProof(parseTlogProof(breach.proof!), leafHash(entry!), sides.EE.logVerifier(firstShard('EE')));
});

test('a promise whose time passes before the log is long enough is late, with the checkpoint that shows it', async (t) => {
  const sides = await trailSides(t);
  const { xid, asked, accepted, completed, answered } = exchange(sides);
  await asked();
  const promised = await accepted();
  await completed();
  await answered({ ...promised, index: 50 });
  await due(sides);
  assert.deepEqual(found(sides.FI), [['promise-late', xid]]);
  assert.match(trailPromises(sides.FI.folder)[0]!.proof!, /^gateway\.ee\.example\/trail\/ee-fi\/2026h2\n/);
});

test('what a peer lost with its disk, and says so by its break, is a loss and no breach; the break counts the promises', async (t) => {
  const sides = await trailSides(t);
  const { xid, asked, accepted, completed, answered } = exchange(sides);
  await asked();
  await record(sides.EE, { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: sides.now, clock: 'unknown' } });
  await sides.tick();
  const promised = await accepted();
  await completed();
  await answered(promised);
  // FI learns of nothing that EE recorded before EE loses its disk, but FI's own log is published.
  sides.FI.interfere = async (target, answer) => (target.endsWith('add-checkpoint') ? undefined : answer());
  await sides.FI.keeper.tick();
  await sides.EE.close();
  rmSync(sides.EE.folder, { recursive: true });
  rmSync(`${sides.EE.folder}-heads`, { recursive: true, force: true });
  sides.FI.interfere = (_, answer) => answer();
  await sides.EE.open();
  await sides.EE.keeper.admit(LINK);
  const { origin } = await sides.EE.store.head(LINK);
  assert.equal(parseEntry((await sides.EE.mirror.entries(origin, 0, 1))[0]!).lost?.promises, 1);
  await due(sides);
  assert.ok(found(sides.FI).length > 0 && found(sides.FI).every(([kind, of]) => kind === 'lost' && of === xid), JSON.stringify(found(sides.FI)));
});
