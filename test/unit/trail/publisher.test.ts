/** The log's half of C2SP tlog-witness: publishing, shard after shard, to a witness that is honest, far behind, lost, or lying. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpointText, openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { cosigner } from '../../../src/trail/cosignature.ts';
import { signatureLine } from '../../../src/trail/note.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import { MAX_GROWTH } from '../../../src/trail/witness.ts';
import { LINK, NOW, ORIGIN, append, testKey, testTrail } from '../../support/trail.ts';
import { NEXT, entriesOf, openNext, signer, submitTo, verifier, witness, witnessPair, witnessVerifier } from '../../support/witness-pair.ts';
import type { Ours } from '../../support/witness-pair.ts';

const publisherOf = ({ store, mirror }: Ours, ask: (body: string) => Promise<{ status: number; body: string }>) => new Publisher({ store, reader: mirror, log: LINK, signer, verifier, witness: { keys: () => ({ verifiers: [witnessVerifier], further: [] }), ask } });

test('the publisher signs what is committed, gets it cosigned and stores the note', async (t) => {
  const { ours, submit } = await witnessPair(t);
  const bodies: string[] = [];
  const publisher = publisherOf(ours, (body) => (bodies.push(body), submit(body)));
  assert.equal(await publisher.tick(NOW), undefined, 'an empty log has nothing to publish');
  await append(ours.store, 3);
  const published = await publisher.tick(NOW);
  assert.equal(published?.cosigned, true);
  const note = await ours.store.checkpoint(ORIGIN);
  assert.equal(note, published?.note);
  const opened = openCheckpoint(note, verifier(ORIGIN), [witnessVerifier]);
  assert.deepEqual({ head: { ...opened.head, root: new Uint8Array(opened.head.root) }, cosigned: opened.cosigned }, { head: await ours.store.head(LINK), cosigned: ['ee.example/witness'] });
  assert.equal(await publisher.tick(NOW + 1000), undefined, 'nothing new within the minute');
  assert.ok(await publisher.tick(NOW + 60_000), 'every minute without traffic');
  assert.equal(await publisher.tick(NOW + 61_999, 2000), undefined);
  assert.ok(await publisher.tick(NOW + 62_000, 2000), 'sooner for who asks for it');
  assert.ok(await publisher.tick(NOW - 60_000), 'when the clock was set back');
  assert.equal(bodies.length, 4);
});

test('the last checkpoint of a shard is cosigned before the first of the next, without a gap', async (t) => {
  const { ours, theirs, submit } = await witnessPair(t);
  const publisher = publisherOf(ours, submit);
  await append(ours.store, 3);
  await publisher.tick(NOW);
  await append(ours.store, 2);
  await openNext(ours);
  await append(ours.store, 4);
  await publisher.tick(NOW);
  assert.deepEqual((await theirs.mirror.shards('peer', LINK)).map(({ origin, size }) => [origin, size]), [[ORIGIN, 5], [NEXT, 5]]);
  const opened = openCheckpoint((await ours.store.checkpoint(ORIGIN))!, verifier(ORIGIN), [witnessVerifier]);
  assert.deepEqual([opened.head.size, opened.cosigned], [5, ['ee.example/witness']]);
});

test('a witness that has lost its mirror gets every shard again, from the first', async (t) => {
  const { ours, submit } = await witnessPair(t);
  let ask = submit;
  const publisher = publisherOf(ours, (body) => ask(body));
  await append(ours.store, 3);
  await openNext(ours);
  await publisher.tick(NOW);
  const fresh = await testTrail(t, { logs: { [LINK]: 'ee.example/trail/ee-fi/2026h1' } });
  ask = (body) => submitTo(fresh.mirror, body, entriesOf(ours));
  await append(ours.store, 1);
  await assert.rejects(publisher.tick(NOW), { code: 'peer-refused' });
  await publisher.tick(NOW);
  assert.deepEqual((await fresh.mirror.shards('peer', LINK)).map(({ origin, size }) => [origin, size]), [[ORIGIN, 3], [NEXT, 2]]);
});

test('a log that is far ahead of its witness publishes checkpoints on the way', async (t) => {
  const { ours, theirs, submit } = await witnessPair(t);
  for (let rest = MAX_GROWTH + 10; rest > 0; rest -= 4096) await append(ours.store, Math.min(rest, 4096));
  const asks: string[] = [];
  const published = await publisherOf(ours, (body) => (asks.push(body.split('\n', 1)[0]!), submit(body))).tick(NOW);
  assert.deepEqual([asks, published?.head.size, (await theirs.mirror.witnessed(ORIGIN))?.size], [['old 0', `old ${MAX_GROWTH}`], MAX_GROWTH + 10, MAX_GROWTH + 10]);
});

test('a publisher that starts anew goes on from its stored note, or from the size in the 409', async (t) => {
  const { ours, submit } = await witnessPair(t);
  const asks: string[] = [];
  const start = () => publisherOf(ours, (body) => (asks.push(body.split('\n', 1)[0]!), submit(body)));
  await append(ours.store, 3);
  await start().tick(NOW);
  await append(ours.store, 3);
  await start().tick(NOW);
  assert.deepEqual(asks, ['old 0', 'old 3']);
  // The answer of the witness is lost on the way: it has stored size 8, we have not.
  await append(ours.store, 2);
  const cut = publisherOf(ours, async (body) => {
    await submit(body);
    throw new Error('connection reset');
  });
  await assert.rejects(cut.tick(NOW), /connection reset/);
  assert.equal(openCheckpoint((await ours.store.checkpoint(ORIGIN))!, verifier(ORIGIN), [witnessVerifier]).head.size, 6, 'the last cosigned note stays');
  await append(ours.store, 1);
  assert.equal((await start().tick(NOW))?.cosigned, true);
  assert.deepEqual(asks.slice(2), ['old 6', 'old 8']);
});

test('a log that was restored to before what the witness cosigned is called broken, not signed again', async (t) => {
  const { ours, submit, request } = await witnessPair(t);
  await append(ours.store, 5);
  await submit(await request(0));
  const restored = await testTrail(t);
  await append(restored.store, 3);
  const publisher = publisherOf(restored, submit);
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' });
  await append(restored.store, 2);
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' }, 'same size, another root');
  await append(restored.store, 2);
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' }, 'larger, inconsistent');
  assert.equal(await restored.store.checkpoint(ORIGIN), undefined);
});

test('an answer of the witness without its own valid cosignature is not stored', async (t) => {
  const { ours } = await witnessPair(t);
  await append(ours.store, 1);
  const text = checkpointText(await ours.store.head(LINK));
  const wrongText = await signatureLine(cosigner('ee.example/witness', witness, NOW), text.replace('\n1\n', '\n2\n'));
  const wrongKey = await signatureLine(cosigner('ee.example/witness', testKey(), NOW), text);
  for (const body of [`${wrongText}\n`, `${wrongKey}\n`, '', 'OK\n']) {
    await assert.rejects(publisherOf(ours, async () => ({ status: 200, body })).tick(NOW), { code: 'peer-answer-invalid' });
  }
  assert.equal(await ours.store.checkpoint(ORIGIN), undefined);
});

test('calls that overlap make one request', async (t) => {
  const { ours, submit } = await witnessPair(t);
  await append(ours.store, 2);
  let asked = 0;
  const publisher = publisherOf(ours, (body) => ((asked += 1), submit(body)));
  await Promise.all([publisher.tick(NOW), publisher.tick(NOW), publisher.tick(NOW)]);
  assert.equal(asked, 1);
});
