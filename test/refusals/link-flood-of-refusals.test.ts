import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KekRing } from '../../src/evidence/kek-ring.ts';
import { Journal } from '../../src/exchange/journal.ts';
import type { Peer } from '../../src/exchange/flow.ts';
import { sealRefusal } from '../../src/federation/seal.ts';
import { Spool } from '../../src/platform/spool.ts';
import { parseEntry } from '../../src/trail/entry.ts';
import { openSqliteMirror } from '../../src/trail/sqlite/mirror.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import { authenticateAtEe, sealedRequest } from '../support/exchange.ts';
import { NOW, makePair } from '../support/sides.ts';

test('a peer that floods a gateway with requests that it must refuse cannot fill its trail', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-flood-'));
  const store = await openSqliteStore({ folder, logs: { 'ee-fi': 'gateway.ee.example/trail/ee-fi/2026h2', local: 'gateway.ee.example/trail/local/2026h2' } });
  const mirror = await openSqliteMirror(folder);
  t.after(async () => {
    await mirror.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const journal = new Journal({ store, keks: KekRing.of(randomBytes(32)), clockState: () => 'unknown', refusalsPerMinute: 3, spool: new Spool({ folder, maxBytes: 0, memoryBytes: 1 }), observe: () => {} });
  const pair = makePair();
  const peer = { link: pair.ee.link, side: pair.ee.side } as Peer;
  const refuse = async () => {
    const statement = await authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
    const sealed = await sealRefusal({ code: 'not-allowed', delivered: 'no' }, statement, pair.ee.side, pair.ee.entity, NOW);
    await journal.refusedInbound(statement, peer, sealed.fields, 'not-allowed', NOW);
  };
  for (let n = 0; n < 3; n += 1) await refuse();
  for (let n = 0; n < 5; n += 1) await assert.rejects(refuse(), { code: 'overloaded' });
  await journal.countRefusals(NOW + 60_000);
  const { origin, size } = await store.head('ee-fi');
  const entries = (await mirror.entries(origin, 0, size)).map((bytes) => parseEntry(bytes!));
  assert.equal(entries.length, 7);
  assert.deepEqual([entries[6]?.step, entries[6]?.code, entries[6]?.count], ['refusal', 'quota-exceeded', 5]);
});
