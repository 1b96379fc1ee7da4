/** A gateway that is killed again and again while every wrapped key of its evidence is wrapped anew: what was kept opens, what was erased does not, and the change ends. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { evidenceErase } from '../../src/cli/evidence-erasures.ts';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import { KeyFiles } from '../../src/crypto/key-files.ts';
import { KeyStore } from '../../src/crypto/key-store.ts';
import { KekFile } from '../../src/evidence/kek-file.ts';
import { openedBy } from '../../src/evidence/kek-ring.ts';
import { unwrapRecordKey, wrapRecordKey } from '../../src/evidence/record.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { INCOME, COMPANY, gatewayFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const PATIENCE_MS = 90_000;
/** Some ten seconds of a gateway's work. */
const MANY = 20_000;
const pair = runningPair({ changes: { gateway: [[['rotation'], { publishBefore: '1s', retireAfter: '2s' }]] } });
const folder = (): string => pair.gateway('FI').folder;
const file = () => new KekFile({ evidence: join(folder(), 'keys/evidence.kek') }, new KeyStore(new KeyFiles()));
const lines = async () => (await listKeys(folder())).filter(({ role }) => role === 'evidence').map((line) => `${line.kid} ${line.state}`);

function inKeys<T>(use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(pair.store('FI'), 'keys.db'));
  try {
    return use(db);
  } finally {
    db.close();
  }
}

/** Keys of exchanges of long ago, in the store of a gateway that does not run. */
function addKeys(kek: Uint8Array): Map<string, Buffer> {
  const keys = new Map(Array.from({ length: MANY }, () => [exchangeId(Date.now()), randomBytes(32)]));
  inKeys((db) => {
    const insert = db.prepare("INSERT INTO record_key (xid, wrapped, evidence) VALUES (?, ?, '')");
    db.exec('BEGIN');
    for (const [xid, key] of keys) insert.run(xid, wrapRecordKey(kek, xid, key));
    db.exec('COMMIT');
  });
  return keys;
}

/** How many of the keys open under one key-encryption key. */
function under(kek: Uint8Array, keys: ReadonlyMap<string, Buffer>): number {
  const rows = inKeys((db) => db.prepare('SELECT xid, wrapped FROM record_key WHERE erased = 0').all()) as unknown as { xid: string; wrapped: Uint8Array }[];
  return rows.filter(({ xid, wrapped }) => {
    const key = openedBy(kek, (one) => unwrapRecordKey(one, xid, wrapped));
    return key !== undefined && keys.get(xid)?.equals(key) === true;
  }).length;
}

test('a gateway killed in the middle of it, three times, ends the change, opens what it kept, and not what was erased', async () => {
  await eventually('exchanges cross', async () => gatewayFault(await INCOME.ask(pair)) === undefined, PATIENCE_MS);
  const erased = pair.lastAsked('FI');
  await evidenceErase({ config: folder(), exchange: erased, reason: 'request-4711', operator: 'M. Mets' }, Date.now());
  pair.gateway('FI').signal('SIGTERM');
  await pair.gateway('FI').ended;
  const { content: { keys: [old] } } = await file().read();
  const keys = addKeys(old);
  await pair.restart('FI');
  const { kid } = await rotateKey({ config: folder(), role: 'evidence' }, Date.now());
  const { content: { keys: [next] } } = await file().read();
  const seen: number[] = [];
  for (let kills = 0; kills < 3; kills += 1) {
    const before = seen.at(-1) ?? 0;
    await eventually('it has come further', () => under(next, keys) > before, PATIENCE_MS);
    pair.gateway('FI').signal('SIGKILL');
    await pair.gateway('FI').ended;
    seen.push(under(next, keys));
    assert.equal(under(old, keys) + seen.at(-1)!, MANY, 'each key is under one of the two');
    await pair.restart('FI');
  }
  assert.ok(seen[0]! > 0 && seen[0]! < MANY, `the first kill was in the middle: ${seen.join()} of ${MANY}`);
  await eventually('exchanges cross', async () => (await Promise.all([INCOME.ask(pair), COMPANY.ask(pair)])).every((answer) => gatewayFault(answer) === undefined), PATIENCE_MS);
  await eventually('the old key is gone', async () => (await lines()).join() === `${kid} in use`, PATIENCE_MS);
  assert.equal(under(next, keys), MANY);
  assert.equal(readFileSync(join(folder(), 'keys/evidence.kek'), 'utf8').includes(Buffer.from(old).toString('base64')), false);
  assert.equal(inKeys((db) => db.prepare('SELECT erased FROM record_key WHERE xid = ?').get(erased))?.['erased'], 1);
  const events = pair.entries('FI').filter(({ log, step }) => log === 'local' && step === 'key-event').map((entry) => entry.key?.action);
  assert.deepEqual(events, ['added', 'removed']);
});
