import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { canonicalEntry, parseEntry } from '../../../src/trail/entry.ts';
import { CompactRange, leafHash, verifyConsistency, verifyInclusion } from '../../../src/trail/merkle.ts';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import type { Commit } from '../../../src/trail/store.ts';
import { LINK, LOCAL_ORIGIN, LOGS, NOW, ORIGIN, answered, append, asked, entryOf, newId, rowOf, testFolder, testStore, testTrail } from '../../support/trail.ts';

const code = (wanted: string) => (error: unknown) => error instanceof CausewayError && error.code === wanted;

test('a commit answers where its entries stand, and they read back byte for byte', async (t) => {
  const { store, mirror } = await testTrail(t);
  const entries = [entryOf(newId()), entryOf(newId())];
  const result = await store.commit({ entries: [{ log: LINK, entry: entries[0]! }, { log: 'local', entry: entries[1]! }, { log: LINK, entry: entries[1]! }] });
  assert.ok(result.kind === 'committed');
  assert.deepEqual(result.appended.map(({ origin, index }) => [origin, index]), [[ORIGIN, 0], [LOCAL_ORIGIN, 0], [ORIGIN, 1]]);
  const stored = (await mirror.entries(ORIGIN, 0, 2)).map((bytes) => bytes!);
  assert.deepEqual(stored.map((bytes) => Buffer.from(bytes).toString()), entries.map(canonicalEntry));
  assert.equal(result.appended[0]!.leaf, leafHash(stored[0]!).toString('base64'));
});

test('the head is the root over the entries, before and after a restart, across full tiles of two levels', async (t) => {
  const folder = testFolder(t);
  const first = await openSqliteStore({ folder, logs: LOGS });
  await append(first, 700);
  const before = await first.head(LINK);
  await first.close();
  const { store, mirror } = await testTrail(t, { folder });
  assert.deepEqual(await store.head(LINK), before);
  await append(store, 100);
  const range = new CompactRange();
  for (const bytes of await mirror.entries(ORIGIN, 0, 800)) range.append(leafHash(bytes!));
  assert.deepEqual(await store.head(LINK), { origin: ORIGIN, size: 800, root: new Uint8Array(range.root()) });
});

test('inclusion and consistency proofs of the store verify, within tiles and across them', async (t) => {
  const { store, mirror } = await testTrail(t);
  const roots = new Map<number, Uint8Array>();
  for (const size of [1, 2, 255, 256, 257, 511, 512, 600]) {
    await append(store, size - (await store.head(LINK)).size);
    roots.set(size, (await store.head(LINK)).root);
  }
  for (const [size, root] of roots) {
    for (const [old, oldRoot] of roots) if (old <= size) verifyConsistency(old, size, oldRoot, root, await mirror.consistencyProof(ORIGIN, old, size));
    for (const index of [0, 1, 254, 255, 256, size - 1].filter((at) => at < size)) {
      const [entry] = await mirror.entries(ORIGIN, index, index + 1);
      verifyInclusion(index, size, leafHash(entry!), await mirror.inclusionProof(ORIGIN, index, size), root);
    }
  }
  await assert.rejects(mirror.consistencyProof(ORIGIN, 1, 601), code('internal'));
  await assert.rejects(mirror.inclusionProof(ORIGIN, 600, 600), code('internal'));
});

test('commits that come together keep the order of their calls', async (t) => {
  const { store, mirror } = await testTrail(t);
  const ids = Array.from({ length: 50 }, newId);
  const results = await Promise.all(ids.map((xid) => store.commit(asked(xid))));
  assert.deepEqual(results.map((result) => result.kind === 'committed' && result.appended[0]!.index), ids.map((_, at) => at));
  const stored = await mirror.entries(ORIGIN, 0, 50);
  assert.deepEqual(stored.map((bytes) => (JSON.parse(Buffer.from(bytes!).toString()) as { xid: string }).xid), ids);
});

test('a taken exchange id is a conflict that names the holder and writes nothing, and the rest of the batch stands', async (t) => {
  const store = await testStore(t);
  const xid = newId();
  const mine = asked(xid);
  const others = [newId(), newId()];
  const [first, second, ...rest] = await Promise.all([mine, asked(xid, { caller: 'another\n1' }), ...others.map((id) => asked(id))].map((commit) => store.commit(commit)));
  assert.equal(first!.kind, 'committed');
  assert.ok(second!.kind === 'conflict');
  assert.equal(second!.row.identity, mine.exchange?.kind === 'insert' && mine.exchange.row.identity);
  assert.deepEqual(rest.map((result) => result.kind === 'committed' && result.appended[0]!.index), [1, 2]);
  assert.equal((await store.head(LINK)).size, 3);
  assert.deepEqual(await store.recordKey(xid), new Uint8Array(mine.evidence!.wrappedKey!), 'the loser must not replace the record key');
});

test('a taken caller key is a conflict until the link\'s time is over, and for as long as its exchange is open', async (t) => {
  const store = await testStore(t);
  const caller = 'FI/GOV/1/a\nmessage-1';
  const first = newId();
  await store.commit(asked(first, { caller, keepUntil: NOW + 1000 }));
  const again = await store.commit(asked(newId(), { caller, createdAt: NOW + 2000 }));
  assert.ok(again.kind === 'conflict' && again.row.xid === first, 'its outcome is still owed');
  await store.commit(answered(first));
  assert.equal((await store.commit(asked(newId(), { caller, createdAt: NOW + 999 }))).kind, 'conflict');
  assert.equal((await store.commit(asked(newId(), { caller, createdAt: NOW + 1000 }))).kind, 'committed');
});

test('an exchange that ended undelivered leaves its caller key to the next one, and stays as it was', async (t) => {
  const store = await testStore(t);
  const [first, second] = [newId(), newId()];
  const caller = 'FI/GOV/1/a\nmessage-1';
  await store.commit(asked(first, { caller }));
  await store.commit({ entries: [], exchange: { kind: 'update', direction: 'outbound', xid: first, from: 'sent', to: 'undelivered' } });
  assert.equal(await store.findCaller(caller), undefined);
  assert.equal((await store.commit(asked(second, { caller }))).kind, 'committed');
  assert.deepEqual([(await store.findCaller(caller))?.xid, (await store.findExchange('outbound', first))?.caller], [second, caller]);
  const third = await store.commit(asked(newId(), { caller }));
  assert.ok(third.kind === 'conflict' && third.row.xid === second);
});

test('an end gives a row a new time for its answer, or leaves the one that it has', async (t) => {
  const store = await testStore(t);
  const [moved, left] = [newId(), newId()];
  for (const xid of [moved, left]) await store.commit(asked(xid, { caller: xid, answerUntil: NOW + 1000 }));
  const end = { kind: 'update', direction: 'outbound', from: 'sent', to: 'answered' } as const;
  await store.commit({ entries: [], exchange: { ...end, xid: moved, answerUntil: NOW + 5000 } });
  await store.commit({ entries: [], exchange: { ...end, xid: left } });
  assert.deepEqual([(await store.findExchange('outbound', moved))?.answerUntil, (await store.findExchange('outbound', left))?.answerUntil], [NOW + 5000, NOW + 1000]);
});

test('outbound and inbound exchanges of one id do not stand in each other\'s way', async (t) => {
  const store = await testStore(t);
  const xid = newId();
  await store.commit(asked(xid));
  const { caller: _, ...inbound } = rowOf(xid, { direction: 'inbound', state: 'handing-over' });
  assert.equal((await store.commit({ entries: [], exchange: { kind: 'insert', row: inbound } })).kind, 'committed');
});

test('an update stores the outcome and clears the request; out of turn it is refused alone', async (t) => {
  const store = await testStore(t);
  const [xid, other] = [newId(), newId()];
  await store.commit(asked(xid));
  const outcome = randomBytes(200);
  const [done, twice, unknown, bystander] = await Promise.allSettled([answered(xid, outcome), answered(xid), answered(newId()), asked(other)].map((commit) => store.commit(commit)));
  assert.equal(done!.status, 'fulfilled');
  assert.ok(twice!.status === 'rejected' && code('internal')(twice!.reason));
  assert.ok(unknown!.status === 'rejected' && code('internal')(unknown!.reason));
  assert.equal(bystander!.status, 'fulfilled');
  assert.equal((await store.head(LINK)).size, 3);
  assert.ok(store.healthy());
  const row = await store.findExchange('outbound', xid);
  assert.equal(row?.state, 'answered');
  assert.deepEqual(row?.outcome, new Uint8Array(outcome));
  assert.equal(row?.request, undefined);
  assert.deepEqual((await store.openExchanges()).map(({ xid: id }) => id), [other]);
});

test('rows read back as they were written, absent members absent', async (t) => {
  const store = await testStore(t);
  const { caller: _, digest: __, ...bare } = rowOf(newId(), { direction: 'inbound', state: 'handing-over', request: new Uint8Array(randomBytes(10)) });
  const full = rowOf(newId(), { request: new Uint8Array(randomBytes(10)), outcome: new Uint8Array(randomBytes(10)) });
  for (const row of [bare, full]) {
    await store.commit({ entries: [], exchange: { kind: 'insert', row } });
    assert.deepEqual(await store.findExchange(row.direction, row.xid), row);
  }
  assert.deepEqual(await store.findCaller(full.caller!), full);
  assert.equal(await store.findCaller('nobody'), undefined);
});

test('bytes that are views on something larger are stored as just those bytes, and stay usable', async (t) => {
  const store = await testStore(t);
  const large = randomBytes(1 << 20);
  const xid = newId();
  await store.commit(asked(xid, { request: large.subarray(100, 110) }));
  assert.deepEqual((await store.findExchange('outbound', xid))?.request, new Uint8Array(large.subarray(100, 110)));
  assert.equal(large.length, 1 << 20);
});

test('a second record key for an exchange with evidence is refused; the one that a lost commit left behind is replaced', async (t) => {
  const folder = testFolder(t);
  const orphan = newId();
  const before = await openSqliteStore({ folder, logs: LOGS });
  await before.close();
  const keys = new DatabaseSync(join(folder, 'keys.db'));
  keys.prepare('INSERT INTO record_key (xid, wrapped, evidence) VALUES (?, ?, ?)').run(orphan, randomBytes(60), `${orphan}.request`);
  keys.close();
  const store = await testStore(t, { folder });
  const commit = asked(orphan);
  assert.equal((await store.commit(commit)).kind, 'committed');
  assert.deepEqual(await store.recordKey(orphan), new Uint8Array(commit.evidence!.wrappedKey!));
  const second: Commit = { entries: [], evidence: { ...commit.evidence!, id: 'other', wrappedKey: randomBytes(60) } };
  await assert.rejects(store.commit(second), code('internal'));
  const twins = newId();
  const both = await Promise.allSettled(['a', 'b'].map((id) => store.commit({ entries: [], evidence: { ...asked(twins).evidence!, id } })));
  assert.deepEqual(both.map(({ status }) => status), ['fulfilled', 'rejected']);
});

test('evidence reads back; an id that is taken refuses its commit, exchange and entries included', async (t) => {
  const store = await testStore(t);
  const commit = asked(newId());
  await store.commit(commit);
  const { wrappedKey: _, ...row } = commit.evidence!;
  assert.deepEqual(await store.evidence(row.id), { ...row, ciphertext: new Uint8Array(row.ciphertext) });
  const other = asked(newId());
  await assert.rejects(store.commit({ ...other, evidence: { ...other.evidence!, id: row.id } }), code('internal'));
  assert.equal(await store.findExchange('outbound', other.evidence!.xid), undefined);
  assert.equal((await store.head(LINK)).size, 1);
});

test('forget drops answers and rows past their time and never an open exchange', async (t) => {
  const store = await testStore(t);
  const [done, open] = [newId(), newId()];
  await store.commit(asked(done));
  await store.commit(answered(done));
  await store.commit(asked(open));
  await store.forget(NOW + 60_000);
  assert.equal((await store.findExchange('outbound', done))?.outcome, undefined);
  await store.forget(NOW + 600_000);
  assert.equal(await store.findExchange('outbound', done), undefined);
  assert.equal((await store.findExchange('outbound', open))?.state, 'sent');
});

test('an entry outside the schema, or for a log that is not open, refuses its commit and harms no other', async (t) => {
  const store = await testStore(t);
  const bad = store.commit({ entries: [{ log: LINK, entry: entryOf('36805280109') }] });
  const elsewhere = store.commit({ ...asked(newId()), entries: [{ log: 'nowhere', entry: entryOf(newId()) }] });
  const good = store.commit(asked(newId()));
  await assert.rejects(bad, code('internal'));
  await assert.rejects(elsewhere, code('internal'));
  assert.equal((await good).kind, 'committed');
  assert.equal((await store.head(LINK)).size, 1);
});

test('a checkpoint larger than the log, or smaller than the stored one, is refused', async (t) => {
  const store = await testStore(t);
  await append(store, 3);
  await assert.rejects(store.saveCheckpoint(ORIGIN, 4, 'note 4'), code('internal'));
  await store.saveCheckpoint(ORIGIN, 3, 'note 3');
  await store.saveCheckpoint(ORIGIN, 3, 'note 3, cosigned');
  await assert.rejects(store.saveCheckpoint(ORIGIN, 2, 'note 2'), code('internal'));
  assert.equal(await store.checkpoint(ORIGIN), 'note 3, cosigned');
  await assert.rejects(store.savePubliclyWitnessed(ORIGIN, 4, 'note 4'), code('internal'));
  await store.savePubliclyWitnessed(ORIGIN, 2, 'note 2, publicly');
  assert.deepEqual([await store.publiclyWitnessed(ORIGIN), await store.publiclyWitnessed(LOCAL_ORIGIN)], ['note 2, publicly', undefined]);
});

test('a data folder that another gateway has open is refused, and is free once it closed', async (t) => {
  const folder = testFolder(t);
  const first = await openSqliteStore({ folder, logs: LOGS });
  await assert.rejects(openSqliteStore({ folder, logs: LOGS }), (error) => code('config-invalid')(error) && /another gateway/.test((error as Error).message));
  await first.close();
  await testStore(t, { folder });
});

test('a database of another layout version is refused', async (t) => {
  const folder = testFolder(t);
  await (await openSqliteStore({ folder, logs: LOGS })).close();
  const db = new DatabaseSync(join(folder, 'trail.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assert.rejects(openSqliteStore({ folder, logs: LOGS }), (error) => code('config-invalid')(error) && /layout 99/.test((error as Error).message));
});

test('a log goes on in a new shard whose entry 0 states how the old one ended; what runs over the change is in both, without a gap', async (t) => {
  const folder = testFolder(t);
  const { store, mirror } = await testTrail(t, { folder });
  const xid = newId();
  await store.commit(asked(xid));
  const last = await store.head(LINK);
  const next = 'fi.example/trail/ee-fi/2026h2';
  const [, opened, , over] = await Promise.all([append(store, 3), store.openShard(LINK, next, { step: 'previous-checkpoint', t: { ms: NOW, clock: 'unknown' } }), append(store, 3), store.commit(answered(xid))]);
  assert.deepEqual([opened.origin, opened.size], [next, 1]);
  const shards = await mirror.shards('ours', LINK);
  assert.deepEqual(shards.map(({ origin, size }) => [origin, size]).flat().filter((value) => typeof value === 'string'), [ORIGIN, next]);
  assert.equal(shards[0]!.size + shards[1]!.size, last.size + 3 + 3 + 1 + 1, 'every entry is in one of the two');
  const [first] = await mirror.entries(next, 0, 1);
  assert.deepEqual(parseEntry(first!).previous, { origin: ORIGIN, size: shards[0]!.size, root: Buffer.from(shards[0]!.root).toString('base64') });
  assert.equal(over.kind, 'committed');
  assert.equal((await store.findExchange('outbound', xid))?.state, 'answered');
});

test('a log is opened in the shard in which it stands, and never returns to an old one', async (t) => {
  const folder = testFolder(t);
  const first = await openSqliteStore({ folder, logs: LOGS });
  await append(first, 3);
  await first.openShard(LINK, 'fi.example/trail/ee-fi/2026h2', { step: 'previous-checkpoint', t: { ms: NOW, clock: 'unknown' } });
  await assert.rejects(first.openShard(LINK, ORIGIN, { step: 'previous-checkpoint', t: { ms: NOW, clock: 'unknown' } }), code('internal'));
  await first.close();
  const second = await openSqliteStore({ folder, logs: LOGS });
  assert.deepEqual((({ origin, size }) => [origin, size])(await second.head(LINK)), ['fi.example/trail/ee-fi/2026h2', 1]);
  await second.close();
  await assert.rejects(openSqliteStore({ folder, logs: { ...LOGS, other: LOCAL_ORIGIN } }), code('config-invalid'));
});

test('a store whose hashes do not give the root of its head is not opened', async (t) => {
  const folder = testFolder(t);
  const first = await openSqliteStore({ folder, logs: LOGS });
  await append(first, 5);
  await first.close();
  const db = new DatabaseSync(join(folder, 'trail.db'));
  db.exec("UPDATE entry SET leaf = zeroblob(32) WHERE idx = 4");
  db.close();
  await assert.rejects(openSqliteStore({ folder, logs: LOGS }), (error) => code('trail-broken')(error) && (error as Error).message.includes(ORIGIN));
});

test('a closed store rejects, after what was under way is done', async (t) => {
  const folder = testFolder(t);
  const store = await openSqliteStore({ folder, logs: LOGS });
  const last = store.commit(asked(newId()));
  await store.close();
  assert.equal((await last).kind, 'committed');
  assert.equal(store.healthy(), false);
  await assert.rejects(store.commit(asked(newId())), code('store-unavailable'));
});
