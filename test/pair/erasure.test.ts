/** Evidence of one exchange: exported and opened by the auditor, then erased on both sides of two running gateways; and what the trails say of it. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidenceErase, evidenceErasures } from '../../src/cli/evidence-erasures.ts';
import { evidenceExport } from '../../src/cli/evidence-export.ts';
import { evidenceOpen, renderOpened } from '../../src/cli/evidence-open.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { readKeptEvidence } from '../../src/trail/sqlite/read-evidence.ts';
import { evidenceOf } from '../support/pair-evidence.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = runningPair({ changes: { link: [[['agreement', 'backupRetention'], '1s']] } });

const config = (country: PairCountry): string => pair.gateway(country).folder;
const auditorKey = (country: PairCountry): string => join(pair.data, `auditor-${country.toLowerCase()}`, 'auditor.key.pem');
const about = (country: PairCountry, exchange: string, reason: string) => ({ config: config(country), exchange, reason, operator: 'Op Erator' });

const erasureOf = async (xid: string, later = 0) => (await evidenceErasures(pair.store('FI'), Date.now() + later)).find(({ exchange }) => exchange === xid);

/** Files of a data folder that hold the bytes. */
function filesWith(country: PairCountry, secret: Uint8Array): string[] {
  return readdirSync(pair.store(country), { recursive: true, withFileTypes: true }).filter((file) => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(secret)).map(({ name }) => name);
}

/** As docs/operating.md has it, beside a running gateway. */
async function backUp(country: PairCountry): Promise<void> {
  const [data, copy] = [pair.store(country), backupOf(country)];
  mkdirSync(copy, { recursive: true });
  for (const file of ['mirror.db', 'trail.db', 'keys.db']) {
    const from = new DatabaseSync(join(data, file), { readOnly: true });
    await backup(from, join(copy, file));
    from.close();
  }
  copyFileSync(join(data, 'trail-keys.json'), join(copy, 'trail-keys.json'));
  if (existsSync(join(data, 'requests'))) cpSync(join(data, 'requests'), join(copy, 'requests'), { recursive: true });
}

const backupOf = (country: PairCountry): string => join(pair.data, `backup-${country}`);

function restore(country: PairCountry): void {
  const heads = readFileSync(join(pair.store(country), '../heads/heads.json'));
  assert.ok(heads.length > 0, 'heads.json stays as it is');
  rmSync(pair.store(country), { recursive: true });
  cpSync(backupOf(country), pair.store(country), { recursive: true });
}

const erasuresOf = async (country: PairCountry, xid: string) => (await evidenceErasures(pair.store(country), Date.now())).filter(({ exchange }) => exchange === xid);

function erasureMirrored(by: PairCountry, xid: string): boolean {
  const db = new DatabaseSync(join(pair.store(by), 'mirror.db'), { readOnly: true });
  try {
    return db.prepare("SELECT 1 FROM entry WHERE instr(CAST(bytes AS TEXT), ?) > 0 AND instr(CAST(bytes AS TEXT), '\"step\":\"erasure\"') > 0").get(xid) !== undefined;
  } finally {
    db.close();
  }
}

suite('evidence for the auditor', () => {
  test('is exported once the access is an entry, names nobody unless told, and opens with the auditor\'s key alone', async () => {
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    const out = join(pair.data, 'export.json');
    const exported = await evidenceExport({ ...about('FI', xid, 'case-17'), out }, Date.now());
    const entry = pair.entries('FI', xid).find(({ step }) => step === 'evidence-access');
    assert.deepEqual([exported.records, exported.entry.log, entry?.log, entry?.approval], [2, 'local', 'local', 'case-17']);
    assert.doesNotMatch(JSON.stringify(pair.entries('FI', xid)), /Op Erator/, 'no person in the log');
    assert.doesNotMatch(readFileSync(out, 'utf8'), new RegExp(EXAMPLES.person));

    const sealed = await evidenceOpen({ file: out, personalData: true });
    assert.deepEqual(sealed.records.map(({ bodies }) => bodies), ['sealed', 'sealed']);
    await assert.rejects(evidenceOpen({ file: out, key: auditorKey('EE'), personalData: false }), { code: 'seal-mismatch' });

    const folder = join(pair.data, 'opened');
    const opened = await evidenceOpen({ file: out, key: auditorKey('FI'), out: folder, personalData: false });
    assert.doesNotMatch(renderOpened(opened), new RegExp(EXAMPLES.person), 'nobody is named on the screen');
    assert.match(readFileSync(join(folder, 'request-neutral.json'), 'utf8'), new RegExp(EXAMPLES.person));
    const printed = await evidenceOpen({ file: out, key: auditorKey('FI'), personalData: true });
    assert.match(renderOpened(printed), new RegExp(EXAMPLES.person));
    await assert.rejects(evidenceExport({ ...about('FI', xid, 'case-17'), out }, Date.now()), { code: 'EEXIST' }, 'nothing is overwritten');
  });

  test('of an exchange that never was is refused, and makes no entry', async () => {
    const xid = '01890a5d-ac96-774b-bcce-b302099a8057';
    await assert.rejects(evidenceExport({ ...about('FI', xid, 'case-18'), out: join(pair.data, 'none.json') }, Date.now()), { code: 'config-invalid' });
    assert.equal(existsSync(join(pair.data, 'none.json')), false);
    assert.deepEqual(pair.entries('FI', xid), []);
  });
});

suite('erasure', () => {
  test('destroys key, salt and kept answer on both sides; both logs say so; it is pending until the backups have aged out', async () => {
    await INCOME.ask(pair);
    const [xid, other] = [pair.lastAsked('FI'), (await INCOME.ask(pair), pair.lastAsked('FI'))];
    const secrets = COUNTRIES.map((country) => ({ country, wrapped: readKeptEvidence(pair.store(country), xid).wrapped!, salt: Buffer.from(evidenceOf(pair, country, xid, 'request').salt!, 'base64url') }));
    for (const { country, wrapped } of secrets) assert.notDeepEqual(filesWith(country, wrapped), [], 'the search would find it');

    const erasure = await evidenceErase(about('FI', xid, 'request-4711'), Date.now());
    assert.deepEqual([erasure.state, erasure.peer?.outcome], ['erasure pending', 'erased']);
    for (const { country, wrapped, salt } of secrets) {
      assert.deepEqual(filesWith(country, wrapped), [], `${country}: no file holds the key`);
      assert.deepEqual(filesWith(country, salt), [], `${country}: no file holds the salt`);
      assert.deepEqual(filesWith(country, Buffer.from(EXAMPLES.person)), [], `${country}: no file names the person`);
      assert.equal(readKeptEvidence(pair.store(country), xid).wrapped, undefined);
      assert.notEqual(readKeptEvidence(pair.store(country), other).wrapped, undefined, 'other exchanges stay');
      assert.deepEqual(pair.entries(country, xid).filter(({ step }) => step === 'erasure').map(({ log, approval }) => [log, approval]), [['ee-fi', 'request-4711']]);
      const trail = new DatabaseSync(join(pair.store(country), 'trail.db'), { readOnly: true });
      assert.deepEqual(trail.prepare('SELECT count(*) AS n FROM exchange WHERE xid = ? AND (request IS NOT NULL OR outcome IS NOT NULL)').get(xid)?.['n'], 0);
      trail.close();
    }
    await eventually('erased', async () => (await erasureOf(xid))?.state === 'erased');
    await assert.rejects(evidenceExport({ ...about('FI', xid, 'case-19'), out: join(pair.data, 'erased.json') }, Date.now()), /was erased/);
  });

  test('asked of a peer that is down is pending until it is back and has answered', async () => {
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    pair.gateway('EE').signal('SIGTERM');
    await pair.gateway('EE').ended;
    const waiting = evidenceErase(about('FI', xid, 'request-4712'), Date.now());
    await eventually('erased here', async () => (await erasureOf(xid))?.erasedHere !== undefined);
    assert.equal(readKeptEvidence(pair.store('FI'), xid).wrapped, undefined);
    assert.notEqual(readKeptEvidence(pair.store('EE'), xid).wrapped, undefined);
    assert.equal((await erasureOf(xid, 10_000))?.state, 'erasure pending', 'however old the backups are');
    await pair.restart('EE');
    await waiting;
    await eventually('the peer has answered', async () => (await erasureOf(xid))?.peer?.outcome === 'erased', 60_000);
    assert.equal(readKeptEvidence(pair.store('EE'), xid).wrapped, undefined);
  });

  test('is done again when a backup brings the key back', async () => {
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    const [keys, copy] = [join(pair.store('FI'), 'keys.db'), join(pair.data, 'keys.db.backup')];
    const from = new DatabaseSync(keys, { readOnly: true });
    await backup(from, copy);
    from.close();
    await evidenceErase(about('FI', xid, 'request-4714'), Date.now());
    pair.gateway('FI').signal('SIGTERM');
    await pair.gateway('FI').ended;
    copyFileSync(copy, keys);
    assert.notEqual(readKeptEvidence(pair.store('FI'), xid).wrapped, undefined, 'it is back');
    await pair.restart('FI');
    await eventually('it is gone again', () => readKeptEvidence(pair.store('FI'), xid).wrapped === undefined);
  });

  test('holds when a whole data folder comes back from an older backup: what it opens again is closed before anything is served, on the side that asked and on the one that was asked', async () => {
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    const secrets = COUNTRIES.map((country) => ({ country, wrapped: readKeptEvidence(pair.store(country), xid).wrapped!, salt: Buffer.from(evidenceOf(pair, country, xid, 'request').salt!, 'base64url') }));
    for (const country of COUNTRIES) await backUp(country);
    await evidenceErase(about('FI', xid, 'request-4715'), Date.now());
    for (const { country, wrapped, salt } of secrets) {
      const peer = pair.peerOf(country);
      await eventually('the peer mirrors the erasure', () => erasureMirrored(peer, xid));
      pair.gateway(country).signal('SIGTERM');
      await pair.gateway(country).ended;
      restore(country);
      assert.deepEqual(readKeptEvidence(pair.store(country), xid).wrapped, wrapped, 'it is back');
      assert.deepEqual(await erasuresOf(country, xid), [], 'and nobody\'s request is known');

      pair.gateway(peer).signal('SIGSTOP');
      await pair.restart(country);
      const out = join(pair.data, `behind-${country}.json`);
      const reading = evidenceExport({ ...about(country, xid, 'case-20'), out }, Date.now()).then(() => 'opened', () => 'refused');
      assert.deepEqual(await Promise.race([reading, sleep(2000, 'waits')]), 'waits', 'while our log may lack an erasure no evidence is opened');
      pair.gateway(peer).signal('SIGCONT');
      assert.equal(await reading, 'refused');
      await eventually('it is gone again', () => readKeptEvidence(pair.store(country), xid).wrapped === undefined, 60_000);
      await assert.rejects(evidenceExport({ ...about(country, xid, 'case-20'), out }, Date.now()));
      assert.equal(existsSync(out), false);
      for (const secret of [wrapped, salt]) assert.deepEqual(filesWith(country, secret), [], `${country}: no file holds it`);
      const asking = country === 'FI' ? INCOME : COMPANY;
      await eventually('exchanges go on', async () => gatewayFault(await asking.ask(pair)) === undefined, 60_000);
    }
  });

  test('by a peer that has decided to keep its evidence: it says under which decision, and both logs hold that', async () => {
    await pair.reconfigure({ link: [[['settings', 'keepEvidence'], 'archive-act-9']] }, ['EE']);
    await INCOME.ask(pair);
    const xid = pair.lastAsked('FI');
    const { peer } = await evidenceErase(about('FI', xid, 'request-4713'), Date.now());
    assert.deepEqual([peer?.outcome, peer?.reason], ['kept', 'archive-act-9']);
    assert.notEqual(readKeptEvidence(pair.store('EE'), xid).wrapped, undefined);
    assert.deepEqual(pair.entries('EE', xid).filter(({ step }) => step === 'erasure').map(({ approval, code }) => [approval, code]), [['archive-act-9', 'kept']]);
  });
});
