/** A process that records exchanges as fast as it can and writes a line for each commit that was acknowledged. Killed by test/faults/store-kill. */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import { LOGS, answered, asked, newId } from './trail.ts';

const store = await openSqliteStore({ folder: process.argv[2]!, logs: LOGS });
writeSync(1, 'open\n');

async function writer(): Promise<never> {
  for (;;) {
    const xid = newId();
    await store.commit(asked(xid));
    writeSync(1, `asked ${xid}\n`);
    await store.commit(answered(xid));
    writeSync(1, `answered ${xid}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, writer));
