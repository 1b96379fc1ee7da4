/** Two running gateways whose logs differ: what is mended by itself, what becomes a case, what an operator is told, and what a peer may not ask. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { renderReconcile, trailReconcile, verifyCase } from '../../src/cli/trail-reconcile.ts';
import type { ReconcileArguments } from '../../src/cli/trail-reconcile.ts';
import { trailIncidents } from '../../src/cli/trail-incidents.ts';
import { ed25519Key, ed25519SignerOf } from '../../src/crypto/keys.ts';
import { ed25519Signer } from '../../src/trail/note.ts';
import { signInterval } from '../../src/trail/reconcile/note.ts';
import type { Interval } from '../../src/trail/reconcile/note.ts';
import { TRAIL_PATHS } from '../../src/trail/serve.ts';
import { INCOME } from '../support/questions.ts';
import { sendRaw } from '../support/raw-client.ts';
import { CHANGES, HOUR, cutOff, lie, restartLater } from '../support/reconciled-pair.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';
import { digest } from '../support/trail.ts';

const pair = runningPair({ changes: CHANGES });
const DAY = 24 * HOUR;
/** Hours that the clocks of both gateways are ahead, as of the last restart. */
let ahead = 0;
const now = (): number => Date.now() + ahead * HOUR;

const steps = (country: PairCountry, xid: string) => pair.entries(country, xid).filter(({ log }) => log === 'ee-fi').map(({ step }) => step);
const reconcile = (country: PairCountry, more: Partial<ReconcileArguments> = {}) => trailReconcile({ config: pair.gateway(country).folder, link: 'ee-fi', from: new Date(now() - 10 * DAY).toISOString(), ...more }, now());
const notes = (country: PairCountry): string[] => {
  const folder = join(pair.store(country), 'intervals/ee-fi');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};

suite('differences', () => {
  let lostAnswer = '';
  let lostRequest = '';

  test('an answer that never arrived is fetched with its proof and recorded; a request that never left is closed as not received', async () => {
    await INCOME.ask(pair);
    ({ answer: lostAnswer, request: lostRequest } = await cutOff(pair));
    ahead = 1;
    await restartLater(pair, ahead);
    await eventually('both are mended', () => steps('FI', lostAnswer).includes('reconciled') && steps('EE', lostRequest).includes('not-received'), 180_000);
    assert.deepEqual(steps('EE', lostAnswer), ['request', 'response']);
    assert.deepEqual(steps('FI', lostAnswer), ['request', 'outcome-unknown', 'reconciled']);
    assert.deepEqual(steps('FI', lostRequest), ['request', 'refusal']);
    assert.deepEqual(steps('EE', lostRequest), ['not-received']);
    const answer = pair.entries('EE', lostAnswer).find(({ step }) => step === 'response');
    const recorded = pair.entries('FI', lostAnswer).find(({ step }) => step === 'reconciled');
    assert.deepEqual([recorded?.core, recorded?.kid, recorded?.target?.step], [answer?.core, answer?.kid, 'response']);
    assert.notEqual(recorded?.chain, undefined, 'the statement was verified');
  });

  test('then both sides agree, asked of the mirror and of the peer', async () => {
    await eventually('the mirrors show it', async () => (await reconcile('FI')).ok && (await reconcile('EE')).ok, 20_000);
    for (const country of ['FI', 'EE'] as const) {
      const report = await reconcile(country, { askPeer: true });
      assert.deepEqual([report.ok, report.asked, report.peerNote, report.differences, report.ours.root], [true, 'peer', 'agrees', [], report.theirs.root]);
      assert.match(renderReconcile(report), /both sides agree, the peer was asked/);
    }
  });

  test('a day later each side has the other\'s signed note of it, for one message', async () => {
    ahead = 26;
    await restartLater(pair, ahead);
    await eventually('the day is agreed', () => notes('EE').length > 0 && notes('EE').join() === notes('FI').join(), 180_000);
    assert.deepEqual(notes('EE').map((name) => name.split('.')[1]), notes('EE').map((_, at) => ['ours', 'theirs'][at % 2]), 'both sides\' of each range');
    assert.deepEqual(trailIncidents(pair.store('EE'), false), []);
  });

  test('two statements for one step of one exchange become a case that a third party verifies, on both sides, and an incident', async () => {
    const [request] = pair.entries('FI', lostRequest);
    const { log: _log, evidence: _evidence, ...entry } = request!;
    const xid = '01890a5d-ac96-774b-bcce-b302099a8057';
    const forged = { ...entry, xid, event: 'RelayAcceptance', window: Math.floor(now() / 60_000), t: { ms: now(), clock: 'unknown' } } as const;
    await restartLater(pair, 27, async () => {
      await lie(pair, 'FI', { ...forged, event: 'SubmissionAcceptance', core: digest() });
      await lie(pair, 'EE', { ...forged, core: digest() });
    });
    ahead = 27;
    const file = (country: PairCountry) => join(pair.store(country), 'cases', `ee-fi-${xid}-request.case.json`);
    await eventually('both sides have a case', () => existsSync(file('EE')) && existsSync(file('FI')), 180_000);
    for (const country of ['EE', 'FI'] as const) {
      assert.equal(verifyCase(file(country), pair.store(country)).xid, xid);
      assert.deepEqual(trailIncidents(pair.store(country), false).map(({ kind }) => kind), ['equivocation']);
    }
    const report = await reconcile('FI', { askPeer: true, cases: join(pair.data, 'cases') });
    assert.deepEqual([report.ok, report.differences.map(({ kind, xid: of }) => [kind, of])], [false, [['different', xid]]]);
    assert.equal(verifyCase(report.differences[0]!.caseFile!, pair.store('FI')).xid, xid);
    const [difference] = report.differences;
    assert.ok(difference?.ours[0]?.proof !== undefined && difference.theirs[0]?.proof !== undefined, 'with both proofs');
  });
});

suite('a peer that asks', () => {
  const keys = () => join(pair.gateway('FI').folder, 'keys');
  const minute = () => Math.floor(now() / 60_000);
  const honest = (): Interval => ({ link: 'ee-fi', from: minute() - 20, to: minute() - 10, count: 0, root: new Uint8Array(32), origin: 'gateway.fi.example/trail/ee-fi/2026h2', size: 1, time: Math.floor(now() / 1000) });
  const signed = (changes: Partial<Interval> = {}, file = 'interval.key.pem') => signInterval({ ...honest(), ...changes }, ed25519Signer('gateway.fi.example/interval', ed25519SignerOf(ed25519Key(readFileSync(join(keys(), file)), 'interval'))));

  async function post(path: string, body: string): Promise<{ readonly status: number; readonly code: string | undefined; readonly body: string }> {
    const identity = { key: readFileSync(join(keys(), 'federation-tls.key.pem')), cert: readFileSync(join(keys(), 'federation-tls.cert.pem')) };
    const { answer } = await sendRaw({ port: pair.gateway('EE').ports.federation, identity, patience: 10_000, until: 'answered', head: [`POST ${path} HTTP/1.1`, 'Host: gateway.ee.example', `Content-Length: ${Buffer.byteLength(body)}`], body: [Buffer.from(body)] });
    assert.ok(answer, 'no answer');
    return { status: answer.status, code: /urn:causeway:error:([a-z-]+)/.exec(answer.body)?.[1], body: answer.body };
  }

  const refused = async (path: string, body: string, status: number, code: string) => {
    const answer = await post(path, body);
    assert.deepEqual([answer.status, answer.code], [status, code]);
  };

  test('gets our note for its own', async () => {
    const { status, body } = await post(TRAIL_PATHS.interval, await signed());
    assert.deepEqual([status, body.split('\n').slice(0, 2)], [200, ['causeway/interval/v1', 'ee-fi']]);
  });
  test('with a note under another key is refused', async () => refused(TRAIL_PATHS.interval, await signed({}, 'log.key.pem'), 401, 'statement-untrusted'));
  test('with a note of another link is refused', async () => refused(TRAIL_PATHS.interval, await signed({ link: 'ee-lv' }), 403, 'wrong-audience'));
  test('about minutes that are not closed is refused', async () => refused(TRAIL_PATHS.interval, await signed({ to: minute() }), 401, 'clock-skew'));
  test('with an old note is refused', async () => refused(TRAIL_PATHS.interval, await signed({ time: Math.floor(now() / 1000) - 100 }), 401, 'clock-skew'));
  test('with a note that is older than its last one is refused', async () => refused(TRAIL_PATHS.interval, await signed({ time: Math.floor(now() / 1000) - 50 }), 409, 'replay'));
  test('with what is no note, no question, no list is refused', async () => {
    for (const path of [TRAIL_PATHS.interval, TRAIL_PATHS.compare, TRAIL_PATHS.proofs]) await refused(path, '{}', 400, 'malformed');
  });
  test('with a question that is too long is refused', () => refused(TRAIL_PATHS.compare, ' '.repeat(1024 ** 2 + 1), 413, 'too-large'));
});
