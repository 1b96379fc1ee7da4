import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import type { AwaitedContainer } from '../../../src/trail/store.ts';
import { LINK, LOGS, NOW, asked, digest, newId, rowOf, testFolder, testStore } from '../../support/trail.ts';

const awaited = (xid: string, change: Partial<AwaitedContainer> = {}): AwaitedContainer => ({ xid, link: LINK, step: 'request', dialect: 'xroad-soap', messageId: 'm-1', digest: digest(), attachments: [], unmapped: false, minimised: false, since: NOW, due: NOW, tries: 0, ...change });

test('an awaited container is there after a restart, and due when its time has come', async (t) => {
  const folder = testFolder(t);
  const xid = newId();
  const row = awaited(xid, { due: NOW + 5000 });
  const first = await openSqliteStore({ folder, logs: LOGS });
  await first.commit({ ...asked(xid), awaited: { kind: 'put', row } });
  await first.close();
  const store = await testStore(t, { folder });
  assert.deepEqual(await store.awaited(NOW, 10), []);
  assert.deepEqual(await store.awaited(NOW + 5000, 10), [row]);
  assert.equal(await store.awaitedCount(), 1);
});

test('a later attempt replaces the earlier one, and what is done is gone', async (t) => {
  const store = await testStore(t);
  const xid = newId();
  await store.commit({ ...asked(xid), awaited: { kind: 'put', row: awaited(xid) } });
  await store.commit({ entries: [], awaited: { kind: 'put', row: awaited(xid, { due: NOW + 9000, tries: 1 }) } });
  assert.deepEqual((await store.awaited(NOW + 9000, 10)).map(({ tries }) => tries), [1]);
  await store.commit({ entries: [], awaited: { kind: 'remove', xid, step: 'request' } });
  assert.equal(await store.awaitedCount(), 0);
});

test('of a commit that is refused nothing is awaited', async (t) => {
  const store = await testStore(t);
  const [xid, other] = [newId(), newId()];
  const row = rowOf(xid);
  await store.commit(asked(xid, row));
  const result = await store.commit({ ...asked(other, { caller: row.caller! }), awaited: { kind: 'put', row: awaited(other) } });
  assert.equal(result.kind, 'conflict');
  assert.equal(await store.awaitedCount(), 0);
});

test('what is erased is no longer awaited', async (t) => {
  const store = await testStore(t);
  const xid = newId();
  await store.commit({ ...asked(xid), awaited: { kind: 'put', row: awaited(xid) } });
  await store.erase(xid);
  assert.equal(await store.awaitedCount(), 0);
});
