/** Erasures between two sides: pending until the peer has answered and every backup has aged out, whoever was late; links that have ended; keys that a backup brings back. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { evidenceErasures, renderErasures } from '../../../src/cli/evidence-erasures.ts';
import type { CausewayError } from '../../../src/errors.ts';
import { evidenceRequests } from '../../../src/evidence/requests.ts';
import { Erasing } from '../../../src/exchange/erasing.ts';
import type { Peer } from '../../../src/exchange/flow.ts';
import { ConnectionFailed } from '../../../src/platform/http-client.ts';
import { bytesOf } from '../../../src/platform/content.ts';
import { nonce } from '../../../src/platform/ids.ts';
import { Spool } from '../../../src/platform/spool.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import { openSqliteMirror } from '../../../src/trail/sqlite/mirror.ts';
import { openSqliteStore } from '../../../src/trail/sqlite/store.ts';
import type { SqliteStore } from '../../../src/trail/sqlite/store.ts';
import { NOW, makePair } from '../../support/sides.ts';
import { LINK, LOGS, asked, newId, testFolder } from '../../support/trail.ts';

const DAY = 86_400_000;

class Side {
  readonly folder: string;
  readonly reports: CausewayError[] = [];
  readonly again: [string, number][] = [];
  store!: SqliteStore;
  erasing!: Erasing;
  peers: readonly Peer[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async open(clock: { now(): number; monotonic(): number }): Promise<void> {
    this.store = await openSqliteStore({ folder: this.folder, logs: LOGS });
    const spool = new Spool({ folder: join(this.folder, 'spool'), maxBytes: 1e6, memoryBytes: 1e6 });
    this.erasing = new Erasing({ store: this.store, spool, requests: evidenceRequests(this.folder), peers: this.peers, clock, clockState: () => 'unknown', admit: async () => {}, whole: async () => {}, report: (_, error) => this.reports.push(error), again: (log, count) => this.again.push([log, count]) });
    await this.erasing.allAgain();
  }

  async close(): Promise<void> {
    await this.erasing.close();
    await this.store.close();
  }

  /** An exchange that has ended, with its evidence. */
  async keep(xid: string): Promise<void> {
    const { entries, evidence } = asked(xid);
    await this.store.commit({ entries, evidence: evidence! });
  }

  ask(xid: string, at: number): Promise<void> {
    return evidenceRequests(this.folder).write(`${at}-${xid}`, { v: 1, request: { kind: 'erase', xid, reason: 'request-4711', operator: 'Op Erator', at, nonce: nonce() } });
  }

  async steps(log: string): Promise<string[]> {
    const mirror = await openSqliteMirror(this.folder);
    const [shard] = await mirror.shards('ours', log);
    const entries = await mirror.entries(shard!.origin, 0, shard!.size);
    await mirror.close();
    return entries.map((bytes) => parseEntry(bytes!).step);
  }
}

/** Finland asks, Estonia answers unless its line is down; each has evidence of one exchange. */
async function sides(t: TestContext, { linked = true } = {}) {
  const { fi, ee } = makePair({ agreement: { backupRetention: 10 * DAY } });
  const clock = { at: NOW, now: () => clock.at, monotonic: () => performance.now() };
  const line = { down: false };
  const [finland, estonia] = [new Side(testFolder(t)), new Side(testFolder(t))];
  const silent: Peer['connection'] = { send: () => Promise.reject(new ConnectionFailed('connect', false, 'nobody asks here')), close: async () => {} };
  const toFinland: Peer = { ...ee, connection: silent };
  const toEstonia: Peer = { ...fi, connection: { ...silent, send: async ({ body }) => {
    if (line.down) throw new ConnectionFailed('connect', false, 'the line is down');
    return { status: 200, headers: {}, body: Buffer.from(await estonia.erasing.answer(toFinland, Buffer.from(bytesOf(body)).toString())) };
  } } };
  finland.peers = linked ? [toEstonia] : [];
  estonia.peers = [toFinland];
  for (const side of [finland, estonia]) await side.open(clock);
  t.after(() => Promise.all([finland.close(), estonia.close()]));
  const xid = newId();
  for (const side of [finland, estonia]) await side.keep(xid);
  const state = async () => (await evidenceErasures(finland.folder, clock.at))[0]!;
  return { finland, estonia, clock, line, xid, state };
}

test('an erasure is pending, with its date, until every backup has aged out: the peer\'s from when it erased', async (t) => {
  const { finland, estonia, clock, line, xid, state } = await sides(t);
  line.down = true;
  await finland.ask(xid, NOW);
  assert.equal((await state()).state, 'requested');
  await finland.erasing.look();
  assert.equal(await finland.store.recordKey(xid), undefined);
  assert.equal((await state()).backupsUntil, new Date(NOW + 10 * DAY).toISOString());
  assert.match(renderErasures([await state()]), /: erasure pending \(request-4711\)\n.*\n {2}key and salts destroyed here .*; backups may hold them until 2026-12-01T12:00:00\.000Z\n {2}the peer has not answered/);

  clock.at = NOW + 20 * DAY;
  assert.equal((await state()).state, 'erasure pending', 'our backups are gone, and the peer has not answered');
  line.down = false;
  await finland.erasing.look();
  assert.equal(await estonia.store.recordKey(xid), undefined);
  const until = NOW + 30 * DAY;
  assert.deepEqual([(await state()).state, (await state()).peer?.outcome, (await state()).backupsUntil], ['erasure pending', 'erased', new Date(until).toISOString()]);
  clock.at = until - 1;
  assert.equal((await state()).state, 'erasure pending');
  clock.at = until;
  assert.equal((await state()).state, 'erased');
  assert.deepEqual([await finland.steps(LINK), await estonia.steps(LINK)], [['request', 'erasure'], ['request', 'erasure']]);
});

test('of a link that has ended the evidence is erased all the same: recorded in the local log, with nobody to ask', async (t) => {
  const { finland, xid, state } = await sides(t, { linked: false });
  await finland.ask(xid, NOW);
  await finland.erasing.look();
  assert.equal(await finland.store.recordKey(xid), undefined);
  assert.deepEqual([(await state()).state, (await state()).peer?.outcome, finland.reports], ['erasure pending', 'link-ended', []]);
  assert.deepEqual(await finland.steps('local'), ['erasure']);
  assert.match(renderErasures([await state()]), /the peer: link-ended/);
});

test('a key store from a backup is behind its log: what was erased since, for us and for the peer, is erased again before anything is served', async (t) => {
  const { finland, estonia, clock, xid } = await sides(t);
  const kept = newId();
  for (const side of [finland, estonia]) {
    await side.keep(kept);
    await side.close();
    cpSync(join(side.folder, 'keys.db'), join(side.folder, 'keys.backup'));
    await side.open(clock);
  }
  await finland.ask(xid, NOW);
  await finland.erasing.look();
  for (const side of [finland, estonia]) {
    assert.equal(await side.store.recordKey(xid), undefined);
    await side.close();
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(join(side.folder, `keys.db${suffix}`))) rmSync(join(side.folder, `keys.db${suffix}`));
    cpSync(join(side.folder, 'keys.backup'), join(side.folder, 'keys.db'));
    // Nobody's request is known any more.
    rmSync(join(side.folder, 'requests'), { recursive: true, force: true });
    await side.open(clock);
    assert.equal(await side.store.recordKey(xid), undefined);
    assert.notEqual(await side.store.recordKey(kept), undefined);
    assert.deepEqual(side.again, [[LINK, 1]]);
  }
});

test('evidence is not opened for an auditor while our log may lack an erasure', async (t) => {
  const { finland, clock, xid } = await sides(t);
  let whole = false;
  const { store } = finland;
  const requests = evidenceRequests(finland.folder);
  const refused = new Error('the peer was not asked yet');
  const erasing = new Erasing({ store, spool: new Spool({ folder: join(finland.folder, 'spool'), maxBytes: 1e6, memoryBytes: 1e6 }), requests, peers: finland.peers, clock, clockState: () => 'unknown', admit: async () => {}, whole: async () => { if (!whole) throw refused; }, report: () => {}, again: () => {} });
  await requests.write('1', { v: 1, request: { kind: 'access', xid, reason: 'case-17', operator: 'Op Erator', at: NOW, nonce: nonce() } });
  await erasing.look();
  assert.equal((await requests.read('1')).done, undefined);
  whole = true;
  await erasing.look();
  assert.notEqual((await requests.read('1')).done, undefined);
});
