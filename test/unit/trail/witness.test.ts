/** Two gateways' halves of C2SP tlog-witness against each other, and the witness against a log that lies. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { renderAddCheckpoint } from '../../../src/trail/add-checkpoint.ts';
import { checkpointText, openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { cosignatureVerifier, cosigner } from '../../../src/trail/cosignature.ts';
import { ed25519Signer, ed25519Verifier, formatNote, signatureLine } from '../../../src/trail/note.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import type { TreeHead } from '../../../src/trail/store.ts';
import { addCheckpoint } from '../../../src/trail/witness.ts';
import { LINK, NOW, ORIGIN, append, testKey, testStore } from '../../support/trail.ts';

const log = testKey();
const witness = testKey();
const signer = ed25519Signer(ORIGIN, log.privateKey);
const verifier = ed25519Verifier(ORIGIN, log.publicKey);
const witnessVerifier = cosignatureVerifier('ee.example/witness', witness.publicKey);

const noteOf = (head: TreeHead, by = signer): string => formatNote(checkpointText(head), [signatureLine(by, checkpointText(head))]);

async function pair(t: TestContext) {
  const [ours, theirs] = [await testStore(t), await testStore(t)];
  const submit = (body: string) => addCheckpoint(body, { origin: ORIGIN, log: verifier, cosigner: cosigner('ee.example/witness', witness.privateKey, NOW), store: theirs });
  const request = async (old: number, change: Partial<Parameters<typeof renderAddCheckpoint>[0]> = {}): Promise<string> => {
    const head = await ours.head(LINK);
    return renderAddCheckpoint({ old, proof: await ours.consistencyProof(LINK, old, head.size), checkpoint: noteOf(head), ...change });
  };
  return { ours, theirs, submit, request };
}

test('growing checkpoints are cosigned, and each is stored before it is answered', async (t) => {
  const { ours, theirs, submit, request } = await pair(t);
  let old = 0;
  for (const grow of [1, 5, 300]) {
    await append(ours, grow);
    const head = await ours.head(LINK);
    const answer = await submit(await request(old));
    assert.equal(answer.status, 200, answer.body);
    const stored = await theirs.witnessed(ORIGIN);
    assert.equal(stored?.size, head.size);
    assert.ok(stored?.note.endsWith(answer.body));
    assert.deepEqual(openCheckpoint(stored.note, verifier, [witnessVerifier]).cosigned, ['ee.example/witness']);
    old = head.size;
  }
  assert.equal((await submit(await request(old))).status, 200, 'the same checkpoint again');
});

test('an old size that is not the last cosigned one is answered 409 with the size', async (t) => {
  const { ours, submit, request } = await pair(t);
  await append(ours, 4);
  await submit(await request(0));
  await append(ours, 4);
  assert.deepEqual(await submit(await request(2)), { status: 409, contentType: 'text/x.tlog.size', body: '4\n' });
  assert.equal((await submit(await request(0))).body, '4\n');
});

test('of two requests at once for one old size one is cosigned and the other is answered 409', async (t) => {
  const { ours, submit, request } = await pair(t);
  await append(ours, 2);
  const small = await request(0);
  await append(ours, 2);
  const answers = await Promise.all([submit(await request(0)), submit(small)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [200, 409]);
});

test('another root at the size that was cosigned is answered 409: a fork is never cosigned', async (t) => {
  const { ours, theirs, submit, request } = await pair(t);
  await append(ours, 4);
  await submit(await request(0));
  const before = await theirs.witnessed(ORIGIN);
  const fork = { ...(await ours.head(LINK)), root: randomBytes(32) };
  assert.equal((await submit(await request(4, { checkpoint: noteOf(fork) }))).status, 409);
  assert.deepEqual(await theirs.witnessed(ORIGIN), before);
});

test('a rewritten log is answered 422', async (t) => {
  const { ours, theirs, submit, request } = await pair(t);
  await append(ours, 4);
  await submit(await request(0));
  const rewritten = await testStore(t);
  await append(rewritten, 9);
  const body = renderAddCheckpoint({ old: 4, proof: await rewritten.consistencyProof(LINK, 4, 9), checkpoint: noteOf(await rewritten.head(LINK)) });
  assert.equal((await submit(body)).status, 422);
  assert.equal((await theirs.witnessed(ORIGIN))?.size, 4);
});

const refusals: { readonly what: string; readonly status: number; readonly body: (good: string, head: TreeHead) => string }[] = [
  { what: 'a proof from size 0', status: 422, body: (good) => good.replace('old 0\n', `old 0\n${randomBytes(32).toString('base64')}\n`) },
  { what: 'an unknown origin', status: 404, body: (good) => good.replaceAll(ORIGIN, 'other.example/log') },
  { what: 'a signature of another key', status: 403, body: (_, head) => renderAddCheckpoint({ old: 0, proof: [], checkpoint: noteOf(head, ed25519Signer(ORIGIN, testKey().privateKey)) }) },
  { what: 'a signature that does not verify', status: 403, body: (good) => good.replace('\n4\n', '\n5\n') },
  { what: 'an old size larger than the checkpoint', status: 400, body: (good) => good.replace('old 0', 'old 9') },
  { what: 'no old size', status: 400, body: (good) => good.replace('old 0', 'new 0') },
  { what: 'an old size with a leading zero', status: 400, body: (good) => good.replace('old 0', 'old 00') },
  { what: 'a negative old size', status: 400, body: (good) => good.replace('old 0', 'old -1') },
  { what: 'a proof line that is no hash', status: 400, body: (good) => good.replace('old 0\n', 'old 0\nabc\n') },
  { what: '64 proof lines', status: 400, body: (good) => good.replace('old 0\n', `old 0\n${`${randomBytes(32).toString('base64')}\n`.repeat(64)}`) },
  { what: 'no checkpoint', status: 400, body: () => 'old 0\n\n' },
  { what: 'nothing at all', status: 400, body: () => '' },
  { what: 'more than the limit', status: 400, body: (good) => good + 'x'.repeat(200_000) },
];

for (const { what, status, body } of refusals) {
  test(`a request with ${what} is answered ${status} and nothing is stored`, async (t) => {
    const { ours, theirs, submit, request } = await pair(t);
    await append(ours, 4);
    const answer = await submit(body(await request(0), await ours.head(LINK)));
    assert.equal(answer.status, status);
    assert.equal(await theirs.witnessed(ORIGIN), undefined);
  });
}

test('the publisher signs what is committed, gets it cosigned and stores the note', async (t) => {
  const { ours, submit } = await pair(t);
  const bodies: string[] = [];
  const publisher = new Publisher({ store: ours, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: (body) => (bodies.push(body), submit(body)) } });
  assert.equal(await publisher.tick(NOW), undefined, 'an empty log has nothing to publish');
  await append(ours, 3);
  const published = await publisher.tick(NOW);
  assert.equal(published?.cosigned, true);
  const note = await ours.checkpoint(LINK);
  assert.equal(note, published?.note);
  const opened = openCheckpoint(note, verifier, [witnessVerifier]);
  assert.deepEqual({ head: { ...opened.head, root: new Uint8Array(opened.head.root) }, cosigned: opened.cosigned }, { head: await ours.head(LINK), cosigned: ['ee.example/witness'] });
  assert.equal(await publisher.tick(NOW + 1000), undefined, 'nothing new within the minute');
  assert.ok(await publisher.tick(NOW + 60_000), 'every minute without traffic');
  assert.equal(bodies.length, 2);
});

test('a publisher that starts anew goes on from its stored note, or from the size in the 409', async (t) => {
  const { ours, submit } = await pair(t);
  const asks: string[] = [];
  const start = () => new Publisher({ store: ours, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: (body) => (asks.push(body.split('\n', 1)[0]!), submit(body)) } });
  await append(ours, 3);
  await start().tick(NOW);
  await append(ours, 3);
  await start().tick(NOW);
  assert.deepEqual(asks, ['old 0', 'old 3']);
  // The answer of the witness is lost on the way: it has stored size 8, we have not.
  await append(ours, 2);
  const cut = new Publisher({ store: ours, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: async (body) => { await submit(body); throw new Error('connection reset'); } } });
  await assert.rejects(cut.tick(NOW), /connection reset/);
  assert.equal(openCheckpoint((await ours.checkpoint(LINK))!, verifier, [witnessVerifier]).head.size, 6, 'the last cosigned note stays');
  await append(ours, 1);
  assert.equal((await start().tick(NOW))?.cosigned, true);
  assert.deepEqual(asks.slice(2), ['old 6', 'old 8']);
});

test('a log that was restored to before what the witness cosigned is called broken, not signed again', async (t) => {
  const { ours, submit, request } = await pair(t);
  await append(ours, 5);
  await submit(await request(0));
  const restored = await testStore(t);
  await append(restored, 3);
  const publisher = new Publisher({ store: restored, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: submit } });
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' });
  await append(restored, 2);
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' }, 'same size, another root');
  await append(restored, 2);
  await assert.rejects(publisher.tick(NOW), { code: 'trail-broken' }, 'larger, inconsistent');
  assert.equal(await restored.checkpoint(LINK), undefined);
});

test('an answer of the witness without its own valid cosignature is not stored', async (t) => {
  const { ours } = await pair(t);
  await append(ours, 1);
  const text = checkpointText(await ours.head(LINK));
  const wrongText = signatureLine(cosigner('ee.example/witness', witness.privateKey, NOW), text.replace('\n1\n', '\n2\n'));
  const wrongKey = signatureLine(cosigner('ee.example/witness', testKey().privateKey, NOW), text);
  for (const body of [`${wrongText}\n`, `${wrongKey}\n`, '', 'OK\n']) {
    const publisher = new Publisher({ store: ours, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: async () => ({ status: 200, body }) } });
    await assert.rejects(publisher.tick(NOW), { code: 'peer-answer-invalid' });
  }
  assert.equal(await ours.checkpoint(LINK), undefined);
});

test('calls that overlap make one request', async (t) => {
  const { ours, submit } = await pair(t);
  await append(ours, 2);
  let asked = 0;
  const publisher = new Publisher({ store: ours, log: LINK, signer, verifier, witness: { verifier: witnessVerifier, ask: (body) => ((asked += 1), submit(body)) } });
  await Promise.all([publisher.tick(NOW), publisher.tick(NOW), publisher.tick(NOW)]);
  assert.equal(asked, 1);
});
