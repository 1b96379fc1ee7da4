/** The claim of trail.md, "Evidence and erasure": after erasing, no file of the store holds the key's bytes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Entry } from '../../../src/trail/entry.ts';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import { LINK, LOGS, NOW, append, asked, newId, testFolder, testStore } from '../../support/trail.ts';

function filesWith(folder: string, secret: Uint8Array): string[] {
  return readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(secret));
}

test('an erased record key is in no file of the store, whichever of many it is, and the others stay', async (t) => {
  const folder = testFolder(t);
  const store = await testStore(t, { folder });
  const keys = Array.from({ length: 300 }, () => ({ xid: newId(), wrapped: randomBytes(60) }));
  for (const { xid, wrapped } of keys) {
    const commit = asked(xid);
    await store.commit({ ...commit, evidence: { ...commit.evidence!, wrappedKey: wrapped } });
  }
  assert.deepEqual(filesWith(folder, keys[7]!.wrapped).filter((file) => !file.startsWith('keys.db')), [], 'keys are in the key store alone');
  assert.notDeepEqual(filesWith(folder, keys[7]!.wrapped), [], 'the search would find it');
  const erased = keys.filter((_, at) => at % 3 === 1);
  for (const { xid } of erased) assert.equal(await store.eraseRecordKey(xid), true);
  for (const { xid, wrapped } of erased) {
    assert.equal(await store.recordKey(xid), undefined);
    assert.deepEqual(filesWith(folder, wrapped), []);
  }
  for (const { xid, wrapped } of keys.filter((_, at) => at % 3 !== 1)) assert.deepEqual(await store.recordKey(xid), new Uint8Array(wrapped));
});

test('keys of a link that are older than its retention go, oldest first and a few at a time; younger ones and other links\' stay', async (t) => {
  const folder = testFolder(t);
  const store = await testStore(t, { folder });
  const put = async (link: string, createdAt: number) => {
    const xid = newId();
    const { evidence } = asked(xid);
    await store.commit({ entries: [], evidence: { ...evidence!, link, createdAt } });
    return { xid, wrapped: (await store.recordKey(xid))! };
  };
  const [a, other, b, c, young] = [await put('ee-fi', 1000), await put('ee-lv', 1500), await put('ee-fi', 2000), await put('ee-fi', 3000), await put('ee-fi', 9000)];
  const first = await store.expire('ee-fi', 3000, 0, 3);
  assert.equal(first.erased, 2);
  const second = await store.expire('ee-fi', 3000, first.after!, 3);
  assert.deepEqual([second.erased, (await store.expire('ee-fi', 3000, second.after!, 3)).after], [1, undefined]);
  for (const { xid, wrapped } of [a, b, c]) assert.deepEqual([await store.recordKey(xid), filesWith(folder, wrapped)], [undefined, []]);
  for (const { xid, wrapped } of [other, young]) assert.deepEqual(await store.recordKey(xid), wrapped);
});

test('erasing is done once, and a key cannot come back under the same exchange', async (t) => {
  const store = await testStore(t);
  const xid = newId();
  const { evidence } = asked(xid);
  await store.commit({ entries: [], evidence: evidence! });
  assert.equal(await store.eraseRecordKey(xid), true);
  assert.equal(await store.eraseRecordKey(xid), false);
  assert.equal(await store.eraseRecordKey(newId()), false);
  await assert.rejects(store.commit({ entries: [], evidence: { ...evidence!, id: 'again' } }), { code: 'internal' });
  assert.equal(await store.recordKey(xid), undefined);
});

test('keys that come back are erased again by what the log says, once, and what it says is kept stays', async (t) => {
  const folder = testFolder(t);
  const [erased, kept, other] = [newId(), newId(), newId()];
  const open = async () => openSqliteStore({ folder, logs: LOGS });
  let store = await open();
  for (const xid of [erased, kept, other]) await store.commit({ entries: [], evidence: asked(xid).evidence! });
  const erasure = (xid: string, change: Partial<Entry> = {}) => ({ log: LINK, entry: { v: 1, xid, step: 'erasure', approval: 'request-17', t: { ms: NOW, clock: 'unknown' }, ...change } as const });
  await append(store, 3);
  assert.deepEqual((await store.eraseAgain(LINK)).erased, []);
  await store.commit({ entries: [erasure(erased), erasure(kept, { code: 'kept', approval: 'act-9' }), { log: LINK, entry: { v: 1, step: 'erasure', approval: 'retention', count: 3, t: { ms: NOW, clock: 'unknown' } } }] });
  await store.openShard(LINK, 'fi.example/trail/ee-fi/2026h2', { step: 'previous-checkpoint', t: { ms: NOW, clock: 'unknown' } });
  await store.commit({ entries: [erasure(other)] });
  await store.close();
  const keys = () => ['keys.db', 'keys.db-wal', 'keys.db-shm'].map((file) => join(folder, file));
  const copies = keys().filter((file) => existsSync(file)).map((file) => [file, readFileSync(file)] as const);
  for (let times = 0; times < 2; times += 1) {
    store = await open();
    assert.deepEqual((await store.eraseAgain(LINK)).erased, [erased, other], 'in every shard');
    assert.deepEqual((await store.eraseAgain(LINK)).erased, []);
    assert.deepEqual([await store.recordKey(erased), await store.recordKey(other)], [undefined, undefined]);
    assert.notEqual(await store.recordKey(kept), undefined);
    await store.close();
    for (const file of keys()) rmSync(file, { force: true });
    for (const [file, bytes] of copies) writeFileSync(file, bytes);
  }
});
