import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../src/platform/clock.ts';
import type { CausewayError } from '../../../src/errors.ts';
import { Keeper } from '../../../src/trail/keeper.ts';
import { rawEd25519 } from '../../../src/trail/note.ts';
import { openSqliteStore } from '../../../src/trail/sqlite.ts';

test('a log that its witness calls forked is published no more, and only its own link is told to be broken', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-keeper-'));
  const store = await openSqliteStore({ folder, logs: { 'ee-fi': 'gateway.ee.example/trail/ee-fi/2026h2', local: 'gateway.ee.example/trail/local' } });
  const [logKey, witnessKey] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey];
  const publicOf = (key: typeof logKey) => Buffer.from(rawEd25519(key)).toString('base64');
  const party = (host: string) => ({ log: { origin: `${host}/trail/ee-fi/2026h2`, key: publicOf(logKey) }, witness: { name: `${host}/witness`, key: publicOf(witnessKey) } });
  const reports: CausewayError[] = [];
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return { status: 422, body: 'not consistent\n' };
  };
  const keeper = new Keeper({ links: [{ link: { id: 'ee-fi', version: 1 }, us: party('gateway.ee.example'), peer: party('gateway.fi.example'), ask }], localOrigin: 'gateway.ee.example/trail/local', logKey, witnessKey, store, clock: systemClock(), clockState: () => 'unknown', report: (_, error) => reports.push(error) });
  t.after(async () => {
    await keeper.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await store.commit({ entries: [{ log: 'ee-fi', entry: { v: 1, step: 'suspend', t: { ms: 1, clock: 'unknown' } } }] });
  await keeper.tick();
  assert.deepEqual(reports.map(({ code }) => code), ['trail-broken']);
  assert.deepEqual([keeper.intact, keeper.intactOn('ee-fi'), keeper.intactOn('ee-ua')], [false, false, true]);
  await store.commit({ entries: [{ log: 'ee-fi', entry: { v: 1, step: 'resume', t: { ms: 2, clock: 'unknown' } } }] });
  await keeper.tick();
  assert.equal(asked, 1);
  assert.equal(await store.checkpoint('ee-fi'), undefined);
});
