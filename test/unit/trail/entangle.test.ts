import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkpointText } from '../../../src/trail/checkpoint.ts';
import { Entangler } from '../../../src/trail/entangle.ts';
import type { Entry } from '../../../src/trail/entry.ts';
import { ed25519Signer, formatNote, signatureLine } from '../../../src/trail/note.ts';
import { LINK, LOCAL_ORIGIN, NOW, ORIGIN, append, testKey, testTrail } from '../../support/trail.ts';

const PEER = 'ee.example/trail/ee-fi/2026h1';
const signer = ed25519Signer(PEER, testKey());
const MINUTE = 60_000;

async function peerNote(size: number): Promise<string> {
  const text = checkpointText({ origin: PEER, size, root: Buffer.alloc(32, size) });
  return formatNote(text, [await signatureLine(signer, text)]);
}

async function setUp(t: TestContext) {
  const { store, mirror } = await testTrail(t);
  let witnessed: number | undefined;
  const latestWitnessed = async () => (witnessed === undefined ? undefined : { origin: PEER, size: witnessed, root: Buffer.alloc(32, witnessed), note: await peerNote(witnessed), at: NOW });
  const entangler = () => new Entangler({ store, mirror: { latestWitnessed }, log: LINK, link: { id: LINK, version: 1 }, clockState: () => 'synchronised' });
  const witness = (size: number) => void (witnessed = size);
  const steps = async () => (await mirror.entries(ORIGIN, 0, (await store.head(LINK)).size)).map((bytes) => JSON.parse(Buffer.from(bytes!).toString()) as Entry);
  return { store, entangler, witness, steps };
}

test('the peer\'s cosigned checkpoint is recorded once a minute while there is traffic', async (t) => {
  const { store, entangler, witness, steps } = await setUp(t);
  const entangle = entangler();
  await entangle.tick(NOW);
  assert.equal((await steps()).length, 0, 'nothing was cosigned yet');
  await append(store, 1);
  witness(1);
  await entangle.tick(NOW);
  await append(store, 1);
  witness(2);
  await entangle.tick(NOW + MINUTE - 1);
  assert.equal((await steps()).length, 3, 'not twice within a minute');
  await entangle.tick(NOW + MINUTE);
  const recorded = (await steps()).filter(({ step }) => step === 'peer-checkpoint');
  assert.deepEqual(recorded.map(({ checkpoint }) => checkpoint), await Promise.all([1, 2].map(async (size) => ({
    origin: PEER, size, root: Buffer.alloc(32, size).toString('base64'), note: createHash('sha256').update(await peerNote(size)).digest('base64url'),
  }))));
});

test('two gateways without traffic do not keep each other busy: checkpoints alone are no reason for an entry', async (t) => {
  const { store, entangler, witness, steps } = await setUp(t);
  const entangle = entangler();
  await append(store, 1);
  witness(1);
  await entangle.tick(NOW);
  for (let minute = 1; minute < 5; minute++) {
    witness(1 + minute);
    await entangle.tick(NOW + minute * MINUTE);
  }
  assert.equal((await steps()).length, 2);
});

test('the local log\'s checkpoint is recorded hourly, once each', async (t) => {
  const { store, entangler, steps } = await setUp(t);
  const entangle = entangler();
  const local = async (size: number) => {
    await store.commit({ entries: [{ log: 'local', entry: { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: NOW, clock: 'unknown' } } }] });
    const text = checkpointText({ ...(await store.head('local')), size });
    await store.saveCheckpoint(LOCAL_ORIGIN, size, formatNote(text, [await signatureLine(ed25519Signer(LOCAL_ORIGIN, testKey()), text)]));
  };
  await local(1);
  await entangle.tick(NOW);
  await local(2);
  await entangle.tick(NOW + 59 * MINUTE);
  await entangle.tick(NOW + 60 * MINUTE);
  await entangle.tick(NOW + 120 * MINUTE);
  const recorded = (await steps()).map(({ step, checkpoint }) => [step, checkpoint?.size]);
  assert.deepEqual(recorded, [['local-checkpoint', 1], ['local-checkpoint', 2]]);
});
