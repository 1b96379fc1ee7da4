/** Continuous reconciliation of two trails: days that agree, what is mended, what becomes a case or an incident, and peers that are down, late or lying. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEntry } from '../../../src/trail/entry.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { ed25519Signer, ed25519Verifier } from '../../../src/trail/note.ts';
import { judgeCase } from '../../../src/trail/reconcile/case-file.ts';
import { openInterval, signInterval } from '../../../src/trail/reconcile/note.ts';
import { TRAIL_PATHS } from '../../../src/trail/serve.ts';
import { DAY, PATIENCE, reconcilingSides, trailKeys } from '../../support/reconciling-sides.ts';
import type { ReconcilingSide, ReconcilingSides } from '../../support/reconciling-sides.ts';
import { digest, entryOf, newId } from '../../support/trail.ts';
import { BEGIN, LINK, toReply } from '../../support/trail-sides.ts';

const RIPE = PATIENCE + 240_000;
const at = (ms: number, change: Partial<Entry> = {}): Entry => entryOf(newId(), { window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' }, ...change });
const record = async ({ side }: ReconcilingSide, entry: Entry) => void (await side.store.commit({ entries: [{ log: LINK, entry }] }));

async function both(sides: ReconcilingSides, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const entry = at(sides.trails.now + n * 1000);
    await record(sides.EE, entry);
    await record(sides.FI, entry);
  }
}

/** Those that stand for a statement. */
async function entries({ side }: ReconcilingSide): Promise<Entry[]> {
  const { origin, size } = await side.store.head(LINK);
  return (await side.mirror.entries(origin, 0, size)).map((bytes) => parseEntry(bytes!)).filter(({ core }) => core !== undefined);
}

const state = ({ reconciler }: ReconcilingSide) => reconciler.state()[0]!;
const midnight = Math.ceil(BEGIN / DAY) * DAY;
/** From the begin of the tests until the first party signs for the day. */
const TO_NOTES = midnight - BEGIN + PATIENCE + 480_000;

test('a day that agrees takes one message: each side has the other\'s signed note, and nothing more is asked', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 20);
  await sides.pass(1000);
  assert.deepEqual([sides.EE.asked, sides.FI.asked], [[], []], 'while the day lasts the mirror is enough');
  await sides.pass(TO_NOTES);
  await sides.pass(600_000);
  assert.deepEqual([sides.EE.asked, sides.FI.asked], [[], ['interval']]);
  for (const one of [sides.EE, sides.FI]) {
    assert.deepEqual([state(one).agreedUntil, state(one).differences, one.reports], [midnight, 0, []]);
    const folder = join(one.side.folder, 'intervals', LINK);
    assert.deepEqual(readdirSync(folder).map((name) => name.split('.')[1]), ['ours', 'theirs']);
    const theirs = readdirSync(folder).find((name) => name.includes('theirs'))!;
    const { count, to } = openInterval(readFileSync(join(folder, theirs), 'utf8'), ed25519Verifier(`${one.side.peer.country}/interval`, one.side.peer.keys.interval.publicKey));
    assert.deepEqual([count, to * 60_000], [20, midnight]);
  }
});

test('two idle gateways exchange nothing', async (t) => {
  const sides = await reconcilingSides(t);
  await sides.pass(TO_NOTES);
  await sides.pass(DAY);
  assert.deepEqual([sides.EE.asked, sides.FI.asked], [[], []]);
});

test('the second party signs where the first one is down, and the first one agrees once it is back', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 3);
  await sides.pass(1000);
  sides.EE.side.interfere = async () => undefined;
  sides.FI.side.interfere = async () => undefined;
  await sides.pass(TO_NOTES);
  await sides.pass(300_000);
  assert.deepEqual(new Set([...sides.EE.reports, ...sides.FI.reports].map(({ code }) => code)), new Set(['peer-unreachable']));
  assert.equal(state(sides.FI).agreedUntil, undefined);
  sides.EE.side.interfere = (_, answer) => answer();
  await sides.pass(40_000);
  assert.deepEqual(sides.EE.asked, ['interval'], 'Finland asked');
  assert.ok((state(sides.EE).agreedUntil ?? 0) >= midnight);
  assert.equal(state(sides.EE).agreedUntil, state(sides.FI).agreedUntil);
});

test('a request that the peer never took is closed by its signed not-received, once nobody asks any more; both days agree', async (t) => {
  const sides = await reconcilingSides(t);
  const lost = at(sides.trails.now);
  await both(sides, 2);
  await record(sides.FI, lost);
  await sides.pass(PATIENCE);
  assert.equal((await entries(sides.EE)).length, 2, 'it may still come');
  await sides.pass(RIPE - PATIENCE);
  const [closing] = (await entries(sides.EE)).filter(({ step }) => step === 'not-received');
  assert.deepEqual([closing?.xid, closing?.core, closing?.target?.step, closing?.target?.origin], [lost.xid, lost.core, 'request', sides.FI.side.party().log.origin]);
  await sides.pass(1000);
  assert.deepEqual([state(sides.EE).differences, state(sides.FI).differences], [0, 0]);
  await sides.pass(TO_NOTES);
  assert.deepEqual(sides.FI.asked.filter((what) => what === 'compare'), [], 'the notes agree at once');
  assert.equal(state(sides.FI).agreedUntil, midnight);
  assert.equal((await entries(sides.EE)).filter(({ step }) => step === 'not-received').length, 1, 'said once');
});

test('an answer that only its own side recorded, and of which no statement is kept, stays a difference: it is named, an incident, and no entry', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 2);
  await record(sides.FI, at(sides.trails.now, { step: 'response', event: 'ContentHandover', from: 'FI', to: 'EE', client: 'EE/COM/10137319/pank', service: 'FI/GOV/0244683-1/prh/companies' }));
  await sides.pass(RIPE);
  assert.deepEqual([sides.EE.found.map(({ kind }) => kind), sides.FI.found.map(({ kind }) => kind)], [['missing-here'], ['missing-there']]);
  assert.deepEqual([state(sides.EE).differences, state(sides.FI).differences], [1, 1]);
  assert.deepEqual(await sides.EE.incidents(), [], 'it may yet be mended');
  await sides.pass(600_000);
  assert.deepEqual([await sides.EE.incidents(), await sides.FI.incidents()], [['difference'], ['difference']]);
  await sides.pass(TO_NOTES);
  assert.equal(state(sides.EE).agreedUntil, undefined);
  assert.deepEqual(sides.FI.asked.filter((what) => what !== 'proofs'), ['interval', 'compare', 'compare', 'compare', 'compare'], 'four questions of the comparison');
  assert.equal((await entries(sides.EE)).length, 2);
  assert.equal(sides.EE.found.length, 1, 'told once');
});

test('two statements for one step of one exchange become a case on both sides, which a third party verifies, and an incident', async (t) => {
  const sides = await reconcilingSides(t);
  const entry = at(sides.trails.now);
  await both(sides, 1);
  await record(sides.FI, entry);
  await record(sides.EE, { ...entry, core: digest() });
  await sides.pass(RIPE);
  await sides.pass(1000);
  for (const one of [sides.EE, sides.FI]) {
    const file = join(one.side.folder, 'cases', `${LINK}-${entry.xid}-request.case.json`);
    const judged = judgeCase(readFileSync(file, 'utf8'), trailKeys(sides.trails));
    assert.deepEqual([judged.xid, judged.step], [entry.xid, 'request']);
    assert.deepEqual(await one.incidents(), ['equivocation']);
    assert.equal(one.steps.filter((step) => step === 'reconcile.case-written').length, 1, 'written once');
  }
});

test('a log whose mirror is behind is compared with the peer itself', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 3);
  await sides.pass(1000);
  // Finland's log grows, and its checkpoints do not reach Estonia.
  sides.EE.side.interfere = async (target, answer) => (target === TRAIL_PATHS.addCheckpoint ? undefined : answer());
  const entry = at(sides.trails.now);
  await record(sides.FI, entry);
  await sides.pass(3_600_000 + PATIENCE + 1_000_000);
  assert.equal(state(sides.EE).behind, true);
  assert.deepEqual(sides.FI.asked.filter((what) => what === 'interval').length, 1, 'by the hour');
  assert.deepEqual(sides.EE.found.map(({ kind }) => kind), ['missing-here']);
  assert.equal((await entries(sides.EE)).length, 3, 'nothing is said about an entry that no checkpoint shows');
  sides.EE.side.interfere = (_, answer) => answer();
  await sides.pass(61_000);
  await sides.pass(61_000);
  assert.deepEqual([state(sides.EE).behind, (await entries(sides.EE)).filter(({ step }) => step === 'not-received').length], [false, 1]);
});

test('a mirror that was lost is read again, and the index with it', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 5);
  await sides.pass(1000);
  await sides.EE.close();
  await sides.EE.side.close();
  for (const name of readdirSync(sides.EE.side.folder)) if (/^(?:mirror|sets)\.db/.test(name)) rmSync(join(sides.EE.side.folder, name));
  await sides.EE.side.open();
  await sides.EE.open();
  await sides.pass(TO_NOTES);
  await sides.pass(61_000);
  assert.deepEqual([state(sides.EE).agreedUntil, state(sides.EE).differences, sides.EE.reports], [midnight, 0, []]);
});

test('a peer that signs what its own log does not bear out is an incident, with the note and the checkpoint', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 4);
  await sides.pass(1000);
  const { interval } = sides.FI.side.keys;
  const signer = ed25519Signer('FI/interval', interval);
  sides.FI.side.interfere = async (target, answer) => {
    const reply = await answer();
    if (target !== TRAIL_PATHS.interval) return reply;
    const said = openInterval(Buffer.from(reply.body).toString(), ed25519Verifier('FI/interval', interval.publicKey));
    return toReply({ status: 200, body: await signInterval({ ...said, count: said.count + 1 }, signer) });
  };
  await sides.pass(TO_NOTES);
  const [incident] = await sides.EE.side.mirror.incidents('open');
  assert.deepEqual([incident?.kind, incident?.origin], ['interval', sides.FI.side.party().log.origin]);
  assert.match(incident?.proof ?? '', /^causeway\/interval\/v1\nee-fi\n(?:.*\n)+.*FI\/interval (?:.*\n)+gateway\.fi\.example\/trail/);
  assert.equal(state(sides.EE).agreedUntil, undefined);
});

test('a peer that proves another entry than it was asked for convinces nobody', async (t) => {
  const sides = await reconcilingSides(t);
  await both(sides, 1);
  await record(sides.FI, at(sides.trails.now, { step: 'response', from: 'FI', to: 'EE', client: 'EE/COM/10137319/pank', service: 'FI/GOV/0244683-1/prh/companies' }));
  sides.FI.side.interfere = async (target, answer) => {
    const reply = await answer();
    if (target !== TRAIL_PATHS.proofs) return reply;
    const { proofs } = JSON.parse(Buffer.from(reply.body).toString()) as { proofs: { index: number }[] };
    return toReply({ status: 200, body: JSON.stringify({ proofs: proofs.map((one) => ({ ...one, index: 0 })) }) });
  };
  await sides.pass(RIPE);
  assert.deepEqual(sides.EE.reports.map(({ code }) => code), ['peer-answer-invalid']);
  assert.equal((await entries(sides.EE)).length, 1);
  assert.equal(existsSync(join(sides.EE.side.folder, 'cases')), false);
});
