/** The witness (C2SP tlog-witness) that is a mirror, against logs that grow, fork, roll back, and hold what does not fit. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { renderAddCheckpoint } from '../../../src/trail/add-checkpoint.ts';
import { openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { ed25519Signer } from '../../../src/trail/note.ts';
import type { RecoveredEntry, TreeHead } from '../../../src/trail/store.ts';
import { MAX_GROWTH } from '../../../src/trail/witness.ts';
import { LINK, LOGS, NOW, ORIGIN, append, entryOf, newId, testKey, testTrail } from '../../support/trail.ts';
import { NEXT, TERMS, entriesOf, noteOf, openNext, verifier, witnessPair, witnessVerifier } from '../../support/witness-pair.ts';

test('growing checkpoints are cosigned; entries and note are in the mirror before the answer, byte for byte', async (t) => {
  const { ours, theirs, submit, request, fetched } = await witnessPair(t);
  let old = 0;
  for (const grow of [1, 5, 300]) {
    await append(ours.store, grow);
    const head = await ours.store.head(LINK);
    const answer = await submit(await request(old));
    assert.equal(answer.status, 200, answer.body);
    const stored = await theirs.mirror.witnessed(ORIGIN);
    assert.equal(stored?.size, head.size);
    assert.ok(stored.note.endsWith(answer.body));
    assert.deepEqual(openCheckpoint(stored.note, verifier(ORIGIN), [witnessVerifier]).cosigned, ['ee.example/witness']);
    assert.deepEqual(await theirs.mirror.entries(ORIGIN, 0, head.size), await ours.mirror.entries(ORIGIN, 0, head.size));
    assert.deepEqual(await theirs.mirror.shards('peer', LINK), [head]);
    old = head.size;
  }
  assert.deepEqual(fetched, [[0, 1], [1, 6], [6, 306]], 'nothing is fetched twice');
  assert.equal((await submit(await request(old))).status, 200, 'the same checkpoint again');
});

test('an old size that is not the last cosigned one is answered 409 with the size: a replay changes nothing', async (t) => {
  const { ours, submit, request, incidents } = await witnessPair(t);
  await append(ours.store, 4);
  const replayed = await request(0);
  await submit(replayed);
  await append(ours.store, 4);
  assert.deepEqual(await submit(await request(2)), { status: 409, contentType: 'text/x.tlog.size', body: '4\n' });
  assert.equal((await submit(replayed)).body, '4\n');
  assert.deepEqual(await incidents(), []);
});

test('of two requests at once for one old size one is cosigned and the other is answered 409', async (t) => {
  const { ours, submit, request } = await witnessPair(t);
  await append(ours.store, 2);
  const small = await request(0);
  await append(ours.store, 2);
  const answers = await Promise.all([submit(await request(0)), submit(small)]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted((a, b) => a - b), [200, 409]);
});

test('another root at the size that was cosigned is answered 409, and from then on nothing is cosigned until a person closes the incident', async (t) => {
  const { ours, theirs, submit, request, incidents } = await witnessPair(t);
  await append(ours.store, 4);
  await submit(await request(0));
  const before = await theirs.mirror.witnessed(ORIGIN);
  const fork = await noteOf({ ...(await ours.store.head(LINK)), root: randomBytes(32) });
  assert.equal((await submit(await request(4, { checkpoint: fork }))).status, 409);
  assert.deepEqual(await theirs.mirror.witnessed(ORIGIN), before);
  assert.deepEqual(await incidents(), ['fork']);
  const [incident] = await theirs.mirror.incidents('open');
  assert.ok(incident?.proof.includes(fork) && incident.proof.includes(before!.note), 'both signed notes are its proof');
  await append(ours.store, 1);
  assert.equal((await submit(await request(4))).status, 424);
  assert.equal(await theirs.mirror.closeIncident(incident!.id, 'the peer explained it, file 17', NOW), true);
  assert.equal((await submit(await request(4))).status, 200);
  assert.equal((await theirs.mirror.incidents('all'))[0]?.closedBecause, 'the peer explained it, file 17');
});

test('a rewritten log is answered 422, and an incident is open until the log is the old one again', async (t) => {
  const { ours, theirs, submit, request, incidents } = await witnessPair(t);
  await append(ours.store, 4);
  await submit(await request(0));
  const rewritten = await testTrail(t);
  await append(rewritten.store, 9);
  const body = renderAddCheckpoint({ old: 4, proof: await rewritten.mirror.consistencyProof(ORIGIN, 4, 9), checkpoint: await noteOf(await rewritten.store.head(LINK)) });
  assert.equal((await submit(body)).status, 422);
  assert.equal((await theirs.mirror.witnessed(ORIGIN))?.size, 4);
  assert.deepEqual(await incidents(), ['proof']);
  await append(ours.store, 1);
  assert.equal((await submit(await request(4))).status, 200);
  assert.deepEqual(await incidents(), []);
});

test('a log that was rolled back is answered 400 or 409, never cosigned', async (t) => {
  const { ours, submit, request } = await witnessPair(t);
  await append(ours.store, 4);
  await submit(await request(0));
  const restored = await testTrail(t);
  await append(restored.store, 2);
  const checkpoint = await noteOf(await restored.store.head(LINK));
  assert.equal((await submit(renderAddCheckpoint({ old: 4, proof: [], checkpoint }))).status, 400);
  assert.deepEqual((await submit(renderAddCheckpoint({ old: 2, proof: [], checkpoint }))).body, '4\n');
});

const MISFITS: readonly { readonly what: string; readonly kind: string; readonly entry: () => Partial<ReturnType<typeof entryOf>> }[] = [
  { what: 'of another link', kind: 'entry', entry: () => ({ link: { id: 'fi-ua', version: 1 } }) },
  { what: 'of a version of the link that is not known', kind: 'entry', entry: () => ({ link: { id: LINK, version: 2 } }) },
  { what: 'of a country that is no party', kind: 'entry', entry: () => ({ from: 'UA' }) },
  { what: 'from a country to itself', kind: 'entry', entry: () => ({ to: 'FI' }) },
  { what: 'with a client of a third country', kind: 'entry', entry: () => ({ client: 'UA/GOV/1/a' }) },
  { what: 'with client and service of one country', kind: 'entry', entry: () => ({ service: 'FI/GOV/1/a/b' }) },
  { what: 'that asks for a client of the other country', kind: 'entry', entry: () => ({ client: 'EE/GOV/1/a', service: 'FI/GOV/1/a/b' }) },
  { what: 'that belongs into a local log', kind: 'entry', entry: () => ({ step: 'evidence-access', approval: 'x' }) },
  { what: 'that only begins a shard', kind: 'entry', entry: () => ({ step: 'previous-checkpoint', previous: { origin: ORIGIN, size: 1, root: `${'A'.repeat(43)}=` } }) },
  { what: 'with a checkpoint of our log that our log does not have', kind: 'entry', entry: () => ({ step: 'peer-checkpoint', checkpoint: { origin: 'ee.example/trail/ee-fi/2026h1', size: 3, root: `${'A'.repeat(43)}=`, note: 'A'.repeat(43) } }) },
];

for (const { what, kind, entry } of MISFITS) {
  test(`a log with an entry ${what} is not cosigned, and an incident is open`, async (t) => {
    const { ours, theirs, submit, request, incidents } = await witnessPair(t);
    await append(ours.store, 1);
    await append(ours.store, 1, entry());
    const answer = await submit(await request(0));
    assert.deepEqual([answer.status, answer.body.startsWith(`not cosigned (${kind}): entry 1`)], [424, true], answer.body);
    assert.deepEqual([await theirs.mirror.witnessed(ORIGIN), await incidents()], [undefined, [kind]]);
  });
}

test('more entries of one minute than agreed are not cosigned, however often they are offered', async (t) => {
  const { ours, submit, request, incidents } = await witnessPair(t, { ...TERMS, entriesPerMinute: 5 });
  await append(ours.store, 5);
  assert.equal((await submit(await request(0))).status, 200);
  await append(ours.store, 1);
  for (let times = 0; times < 2; times++) assert.equal((await submit(await request(5))).status, 424);
  assert.deepEqual(await incidents(), ['rate']);
});

test('entries that are not those of the checkpoint are not stored: dropped, exchanged, another schema, or redacted before they were mirrored', async (t) => {
  const { ours, theirs, submit, request, incidents } = await witnessPair(t);
  await append(ours.store, 4);
  const honest = await entriesOf(ours)(ORIGIN, 0, 4);
  const swapped = [honest[1]!, honest[0]!, honest[2]!, honest[3]!];
  const lies: readonly (readonly [readonly RecoveredEntry[], string])[] = [
    [honest.slice(1), 'entries'],
    [swapped, 'entries'],
    [[...honest.slice(0, 3), { bytes: Buffer.from(JSON.stringify(entryOf(newId()), undefined, 1)) }], 'entry'],
    [[...honest.slice(0, 3), { leaf: randomBytes(32) }], 'entry'],
  ];
  for (const [entries, kind] of lies) {
    const answer = await submit(await request(0), async () => [...entries]);
    assert.deepEqual([answer.status, answer.body.includes(`(${kind})`)], [424, true], answer.body);
  }
  assert.equal(await theirs.mirror.witnessed(ORIGIN), undefined);
  assert.equal((await submit(await request(0))).status, 200);
  assert.deepEqual(await incidents(), [], 'what was mended is closed');
});

test('a peer whose entries cannot be fetched is answered 503, and nothing is stored', async (t) => {
  const { ours, theirs, submit, request } = await witnessPair(t);
  await append(ours.store, 2);
  const answer = await submit(await request(0), async () => {
    throw new CausewayError('peer-unreachable', 'down');
  });
  assert.equal(answer.status, 503);
  assert.equal(await theirs.mirror.witnessed(ORIGIN), undefined);
});

test('the next shard is cosigned when its entry 0 is the head that was cosigned last', async (t) => {
  const { ours, theirs, submit, request } = await witnessPair(t);
  await append(ours.store, 3);
  await submit(await request(0));
  await openNext(ours);
  assert.equal((await submit(await request(0))).status, 200);
  assert.deepEqual((await theirs.mirror.shards('peer', LINK)).map(({ origin, size }) => [origin, size]), [[ORIGIN, 3], [NEXT, 1]]);
  assert.equal((await theirs.mirror.latestWitnessed(LINK))?.origin, NEXT);
});

test('a shard that leaves out entries of the one before it is not cosigned', async (t) => {
  const { ours, submit, request, incidents } = await witnessPair(t);
  await append(ours.store, 3);
  await submit(await request(0));
  await append(ours.store, 1);
  await openNext(ours);
  assert.equal((await submit(await request(0))).status, 424, 'entry 3 was never mirrored');
  assert.deepEqual(await incidents(), ['shard']);
});

test('a shard that names another head, and one that is older, are not cosigned', async (t) => {
  const { ours, submit, request } = await witnessPair(t);
  await append(ours.store, 3);
  await submit(await request(0));
  await openNext(ours, { origin: ORIGIN, size: 3, root: `${'A'.repeat(43)}=` });
  assert.equal((await submit(await request(0))).status, 424);
  const older = await testTrail(t, { logs: { ...LOGS, [LINK]: 'fi.example/trail/ee-fi/2025h2' } });
  await append(older.store, 1);
  const checkpoint = await noteOf(await older.store.head(LINK));
  assert.equal((await submit(renderAddCheckpoint({ old: 0, proof: [], checkpoint }))).status, 404, 'before the first shard of the link');
});

const refusals: { readonly what: string; readonly status: number; readonly body: (good: string, head: TreeHead) => string | Promise<string> }[] = [
  { what: 'a proof from size 0', status: 422, body: (good) => good.replace('old 0\n', `old 0\n${randomBytes(32).toString('base64')}\n`) },
  { what: 'an unknown origin', status: 404, body: (good) => good.replaceAll(ORIGIN, 'other.example/log') },
  { what: "another log's origin of the same form", status: 404, body: (good) => good.replaceAll(ORIGIN, 'fi.example/trail/fi-ua/2026h1') },
  { what: 'a signature of another key', status: 403, body: async (_, head) => renderAddCheckpoint({ old: 0, proof: [], checkpoint: await noteOf(head, ed25519Signer(ORIGIN, testKey())) }) },
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
  { what: 'more entries than one checkpoint may add', status: 400, body: async (_, head) => renderAddCheckpoint({ old: 0, proof: [], checkpoint: await noteOf({ ...head, size: MAX_GROWTH + 1 }) }) },
];

for (const { what, status, body } of refusals) {
  test(`a request with ${what} is answered ${status} and nothing is stored`, async (t) => {
    const { ours, theirs, submit, request, fetched } = await witnessPair(t);
    await append(ours.store, 4);
    const answer = await submit(await body(await request(0), await ours.store.head(LINK)));
    assert.equal(answer.status, status);
    assert.deepEqual([await theirs.mirror.witnessed(ORIGIN), fetched], [undefined, []]);
  });
}
