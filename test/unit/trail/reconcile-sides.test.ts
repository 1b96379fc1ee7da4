/** Two gateways' trails reconciled out of one side's files; equivocation as a case that a third party judges. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseOf, judgeCase } from '../../../src/trail/reconcile/case-file.ts';
import type { CaseFile } from '../../../src/trail/reconcile/case-file.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { closedWindows } from '../../../src/trail/reconcile/set.ts';
import { compareSets } from '../../../src/trail/reconcile/reconcile.ts';
import type { Difference, Question } from '../../../src/trail/reconcile/reconcile.ts';
import { openSetsOnce } from '../../../src/trail/sqlite/sets-file.ts';
import type { SideName } from '../../../src/trail/reconcile/sets.ts';
import { digest, entryOf, keysOf, newId, testKey } from '../../support/trail.ts';
import { BEGIN, LINK, firstShard, trailSides } from '../../support/trail-sides.ts';
import type { TrailSide, TrailSides } from '../../support/trail-sides.ts';

const ENTITIES = { EE: 'https://gateway.ee.example', FI: 'https://gateway.fi.example' };
const HOUR = 3_600_000;

const at = (xid: string, ms: number, change: Partial<Entry> = {}): Entry => entryOf(xid, { window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' }, ...change });
const record = async (side: TrailSide, entry: Entry) => void (await side.store.commit({ entries: [{ log: LINK, entry }] }));

async function differences(side: TrailSide, from = BEGIN - 5 * HOUR, to = BEGIN + 5 * HOUR) {
  const range = closedWindows(from, to, BEGIN + 6 * HOUR);
  const { sets, close } = openSetsOnce(side.folder, LINK, ENTITIES, range.from * 60_000);
  const ask = (which: SideName) => async (question: Question) => sets.answer(LINK, which, question, Infinity);
  const found = await compareSets(range, ask('ours'), ask('theirs'));
  const held = (which: SideName, { window, key, ours, theirs }: Difference) => {
    const value = (which === 'ours' ? ours : theirs)[0]!;
    return { value, ...sets.recorded(LINK, which, { window, key, value })! };
  };
  return { found, held, close, counts: [sets.summary(LINK, 'ours', range)?.count, sets.summary(LINK, 'theirs', range)?.count] };
}

function keys(sides: TrailSides) {
  const witness = (side: TrailSide) => ({ [side.party().witness.name]: side.keys.witness });
  return keysOf({ [firstShard('EE')]: sides.EE.keys.log, [firstShard('FI')]: sides.FI.keys.log }, { ...witness(sides.EE), ...witness(sides.FI) });
}

/** Each pair the other way round: as two logs differ in their order. */
const neighboursSwapped = <T>(list: readonly T[]): T[] => list.map((_, at) => list[at ^ 1]!);

test('both sides agree whatever the order of their logs; outside of the range nothing is read; what one lacks is named with its proof', async (t) => {
  const sides = await trailSides(t);
  const entries = Array.from({ length: 40 }, (_, n) => at(newId(), BEGIN + (n - 20) * 600_000));
  for (const entry of entries) await record(sides.EE, entry);
  for (const entry of neighboursSwapped(entries)) await record(sides.FI, entry);
  await sides.tick();
  const agreed = await differences(sides.EE);
  assert.deepEqual([agreed.found, agreed.counts], [[], [40, 40]]);
  agreed.close();
  const narrow = await differences(sides.EE, BEGIN + 2 * HOUR, BEGIN + 3 * HOUR);
  assert.deepEqual(narrow.counts, [6, 6]);
  narrow.close();

  const alone = at(newId(), BEGIN);
  await record(sides.FI, alone);
  await sides.tick();
  for (const [side, kind, which] of [[sides.EE, 'missing-here', 'theirs'], [sides.FI, 'missing-there', 'ours']] as const) {
    const { found, held, close } = await differences(side);
    assert.deepEqual(found.map((one) => one.kind), [kind]);
    assert.equal(parseEntry(held(which, found[0]!).proof!.entry).xid, alone.xid);
    close();
  }
});

test('two statements for one step of one exchange are a case: it convinces whoever has the keys, and nothing in it can be changed', async (t) => {
  const sides = await trailSides(t);
  const xid = newId();
  const [core, other] = [digest(), digest()];
  await record(sides.EE, at(xid, BEGIN, { core }));
  await record(sides.FI, at(xid, BEGIN, { core: other }));
  const agreed = newId();
  const same = at(agreed, BEGIN);
  await record(sides.EE, same);
  await record(sides.FI, same);
  await sides.tick();
  const { found, held, close } = await differences(sides.EE);
  assert.deepEqual(found.map(({ kind }) => kind), ['different']);
  const [ours, theirs] = [held('ours', found[0]!), held('theirs', found[0]!)];
  const made = caseOf([ours], [theirs])!;
  const judged = judgeCase(JSON.stringify(made), keys(sides));
  assert.deepEqual([judged.xid, judged.step, judged.sides.map((one) => one.core)], [xid, 'request', [core, other]]);
  assert.deepEqual(judged.sides.map(({ cosigned }) => cosigned), [['gateway.fi.example/witness'], ['gateway.ee.example/witness']]);

  const changed = (change: (file: CaseFile) => object) => JSON.stringify(change(made));
  const withSide = (change: object) => changed((file) => ({ ...file, sides: [{ ...file.sides[0], ...change }, file.sides[1]] }));
  const refused: readonly (readonly [what: string, json: string, code: string])[] = [
    ['another entry', withSide({ entry: made.sides[1].entry }), 'trail-broken'],
    ['another place', withSide({ index: made.sides[0].index + 1 }), 'trail-broken'],
    ['no proof', withSide({ proof: [] }), 'trail-broken'],
    ['another size in the note', withSide({ note: made.sides[0].note.replace(/\n\d+\n/, '\n999\n') }), 'statement-invalid'],
    ['the note without the cosignature', withSide({ note: `${made.sides[0].note.split('\n').slice(0, 5).join('\n')}\n` }), 'statement-untrusted'],
    ['the same log twice', changed((file) => ({ ...file, sides: [file.sides[0], file.sides[0]] })), 'trail-broken'],
    ['another log', withSide({ origin: 'gateway.lv.example/trail/ee-fi/2026h2' }), 'statement-untrusted'],
    ['a member that the form does not have', changed((file) => ({ ...file, judged: 'guilty' })), 'malformed'],
  ];
  for (const [what, json, code] of refused) assert.throws(() => judgeCase(json, keys(sides)), { code }, what);
  assert.throws(() => judgeCase(JSON.stringify(made), keysOf({ [firstShard('EE')]: testKey(), [firstShard('FI')]: testKey() }, {})), { code: 'statement-untrusted' }, 'other keys');

  // Entry 1 of both logs records one and the same statement.
  const agreeing = await Promise.all([sides.EE, sides.FI].map(async ({ mirror, store }) => {
    const { origin, size } = await store.head(LINK);
    const [entry] = await mirror.entries(origin, ours.index + 1, ours.index + 2);
    return { origin, index: ours.index + 1, entry: Buffer.from(entry!).toString('base64'), note: (await store.checkpoint(origin))!, proof: (await mirror.inclusionProof(origin, ours.index + 1, size)).map((hash) => Buffer.from(hash).toString('base64')) };
  }));
  assert.throws(() => judgeCase(changed((file) => ({ ...file, sides: agreeing })), keys(sides)), /they agree/);
  assert.equal(caseOf([ours], [{ ...theirs, value: ours.value }]), undefined, 'what agrees is no case');
  assert.equal(caseOf([ours], [{ origin: theirs.origin, index: theirs.index, value: theirs.value }]), undefined, 'nor is what is not proven');
  close();
});
