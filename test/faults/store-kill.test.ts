/** Kill -9 while the store writes: what was acknowledged is there, and nothing is half there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import { verifyTrail } from '../../src/trail/verify.ts';
import { LOGS, keysOf, testFolder } from '../support/trail.ts';

const CHILD = join(import.meta.dirname, '../support/append-child.ts');
const KILLS = 20;
/** The kill comes at a random moment within this many milliseconds after the store is open. */
const WINDOW_MS = 120;

/** Runs the child until the kill; the lines that it wrote whole. */
async function appendUntilKilled(folder: string): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  let output = '';
  const opened = new Promise<void>((resolve) => child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    resolve();
  }));
  const ended = once(child.stdout, 'end');
  await Promise.race([opened, exit]);
  await sleep(Math.random() * WINDOW_MS);
  child.kill('SIGKILL');
  assert.deepEqual((await exit)[1], 'SIGKILL', 'the child ended by itself');
  await ended;
  return output.split('\n').slice(0, -1);
}

test(`after each of ${KILLS} kills every acknowledged commit is there and everything verifies`, async (t) => {
  const folder = testFolder(t);
  const acknowledged = new Map<string, string>();
  for (let kill = 0; kill < KILLS; kill++) {
    for (const line of await appendUntilKilled(folder)) {
      const [state, xid] = line.split(' ');
      if (xid !== undefined) acknowledged.set(xid, state!);
    }
    const report = verifyTrail(folder, keysOf({}));
    assert.deepEqual(report.wrong, [], `after kill ${kill + 1}`);
  }
  assert.ok(acknowledged.size > KILLS, `only ${acknowledged.size} exchanges were acknowledged`);
  const store = await openSqliteStore({ folder, logs: LOGS });
  for (const [xid, state] of acknowledged) {
    const row = await store.findExchange('outbound', xid);
    assert.ok(row, `${xid} was acknowledged and is gone`);
    if (state === 'answered') assert.equal(row.state, 'answered', xid);
    assert.ok(await store.evidence(`${xid}.request`), `the evidence of ${xid} is gone`);
    assert.ok(await store.recordKey(xid), `the record key of ${xid} is gone`);
  }
  await store.close();
});
