/** Trails of a running or ended pair: reading entries, and what two trails owe each other. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import type { Kits } from '../../src/sandbox/kits.ts';
import { parseEntry } from '../../src/trail/entry.ts';
import type { Entry } from '../../src/trail/entry.ts';
import { recordedStep } from '../../src/trail/reconcile/set.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import type { RunningPair } from './running-pair.ts';

export type Logged = Entry & { readonly log: string };

/** All entries in a data folder, in the order of each log; of any layout, since the release before wrote the same entries in another. */
export function trailEntries(folder: string): Logged[] {
  const db = new DatabaseSync(join(folder, 'trail.db'), { readOnly: true });
  try {
    const rows = db.prepare('SELECT origin.log, entry.bytes FROM entry JOIN origin ON origin.id = entry.origin ORDER BY origin.id, entry.idx').all();
    return rows.map((row) => ({ log: row['log'] as string, ...parseEntry(row['bytes'] as Uint8Array) }));
  } finally {
    db.close();
  }
}

/** Both trails verify; what one side took from the other is in both; nothing was handed over, or answered to a caller, without its entries. */
export async function assertTrailsAgree<K extends Kits>(pair: RunningPair<K>): Promise<void> {
  for (const here of pair.codes) {
    const there = pair.peerOf(here);
    const { trails } = await trailVerify(pair.store(here));
    assert.deepEqual(trails.flatMap(({ wrong }) => wrong), [], `the trail of ${here} does not verify`);
    assertMirrored(pair, here, there);
    const sent = new Set(trailEntries(pair.store(there)).map(statementOf));
    const entries = trailEntries(pair.store(here));
    const taken = entries.filter(({ chain }) => chain !== undefined);
    assert.deepEqual(taken.filter((entry) => !sent.has(statementOf(entry))), [], `${here} holds statements that ${there} has no entry of`);
    assertHandedOver(pair, here, entries);
    assertAnswered(pair, here, entries);
  }
}

/** What one side cosigned of the other's log is in its mirror, and is what the other holds. */
function assertMirrored<K extends Kits>(pair: RunningPair<K>, here: keyof K & string, there: keyof K & string): void {
  const select = 'SELECT origin.name, entry.idx, entry.leaf FROM entry JOIN origin ON origin.id = entry.origin ORDER BY origin.ordinal, entry.idx';
  const read = (country: keyof K & string, file: string, where: string) => {
    const db = openReadOnly(pair.store(country), file);
    const rows = db.prepare(select.replace(' ORDER', ` WHERE ${where} ORDER`)).all();
    db.close();
    return rows.map(({ name, idx, leaf }) => `${String(name)} ${String(idx)} ${Buffer.from(leaf as Uint8Array).toString('base64')}`);
  };
  const held = new Set(read(there, 'trail.db', "log <> 'local'"));
  const mirrored = read(here, 'mirror.db', 'TRUE');
  assert.ok(mirrored.length > 0 || held.size === 0, `${here} mirrors nothing`);
  assert.deepEqual(mirrored.filter((entry) => !held.has(entry)), [], `${here} mirrors what ${there} does not hold`);
}

function statementOf(entry: Entry): string {
  return [entry.xid, recordedStep(entry), entry.core].join(' ');
}

/** What the platform handed to a service for the gateway stands in the gateway's trail. */
function assertHandedOver<K extends Kits>(pair: RunningPair<K>, country: keyof K & string, entries: readonly Entry[]): void {
  const clients = new Set(pair.countries[country].plan.gateway.clients);
  const accepted = new Set(entries.filter(({ event }) => event === 'RelayAcceptance').map(({ xid }) => xid));
  const handed = pair.countries[country].log.records().filter(({ client }) => clients.has(client));
  assert.deepEqual(handed.filter(({ id }) => !accepted.has(id)), [], `${country} handed over what its trail does not hold`);
}

/** What the gateway said it recorded before it answered is there. */
function assertAnswered<K extends Kits>(pair: RunningPair<K>, country: keyof K & string, entries: readonly Entry[]): void {
  const answered = new Set(entries.filter(({ step }) => step === 'response').map(({ xid }) => xid));
  const told = ['outbound.response-recorded', 'inbound.response-recorded'].flatMap((step) => pair.facts(country, step));
  assert.deepEqual(told.filter(({ xid }) => !answered.has(String(xid))), [], `${country} acknowledged what its trail does not hold`);
}
