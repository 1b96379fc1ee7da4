/** A public witness of two running gateways: its cosignature is kept and verified; while it is down exchanges go on, and readiness says so. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import { readTrailKeys, logVerifiers } from '../../src/trail/keys.ts';
import { parseNote } from '../../src/trail/note.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { PublicWitnessServer } from '../support/public-witness.ts';
import { INCOME } from '../support/questions.ts';
import { COUNTRIES, RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = new RunningPair(EE_FI);
const witness: PublicWitnessServer = new PublicWitnessServer((origin) => logVerifiers(readTrailKeys(pair.store('EE')), origin));
before(async () => {
  const url = await witness.listen();
  await pair.start({ changes: { gateway: [[['publicWitness'], { url, key: witness.verifierKey, every: '1s' }]] } });
});
after(async () => {
  await pair.end();
  witness.close();
});

function cosigners(country: PairCountry): string[] {
  const db = openReadOnly(pair.store(country));
  try {
    return db.prepare('SELECT note FROM publicly_witnessed').all().flatMap(({ note }) => parseNote(String(note)).signatures.map(({ name }) => name));
  } finally {
    db.close();
  }
}

async function warnings(country: PairCountry): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/health/ready`);
  return ((await response.json()) as { readonly warnings: readonly string[] }).warnings;
}

test('checkpoints of both logs are cosigned by the peer and by the public witness, and both trails verify', async () => {
  await eventually('an exchange', async () => (await INCOME.ask(pair)).reply.status === 200, 60_000);
  for (const country of COUNTRIES) await eventually(`the log of ${country} is cosigned`, () => cosigners(country).includes('witness.example/public'), 20_000);
  for (const country of COUNTRIES) {
    const { trails } = await trailVerify(pair.store(country));
    assert.deepEqual(trails.flatMap(({ wrong }) => wrong), []);
  }
  assert.ok(witness.seen.length >= 2);
  assert.ok(witness.seen.every((body) => !body.includes('xid') && !body.includes(pair.lastAsked('FI'))), 'checkpoints leave, entries do not');
});

test('while it is down exchanges go on, and readiness says so until it cosigns again', async () => {
  witness.down = true;
  await eventually('the warning is there', async () => {
    await INCOME.ask(pair);
    return (await warnings('FI')).includes('no cosignature from witness.example/public');
  }, 20_000);
  await eventually('exchanges go on', async () => (await INCOME.ask(pair)).reply.status === 200, 60_000);
  witness.down = false;
  await eventually('the warning is gone', async () => {
    await INCOME.ask(pair);
    return !(await warnings('FI')).includes('no cosignature from witness.example/public');
  }, 20_000);
});
