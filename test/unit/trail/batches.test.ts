import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { asked, newId, testStore } from '../../support/trail.ts';

test('commits of callers whom one turn of the event loop brings share a transaction', async (t) => {
  const store = await testStore(t);
  const sent = t.mock.method(Worker.prototype, 'postMessage');
  await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => setImmediate(() => resolve(store.commit(asked(newId())))))));
  assert.deepEqual(sent.mock.calls.map(({ arguments: [batch] }) => (batch as { commits: unknown[] }).commits.length), [20]);
});
