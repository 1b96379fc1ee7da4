/** What verify finds: each kind of stored byte is changed in turn, and must be named. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { redact } from '../../../src/cli/trail-redact.ts';
import { Entangler } from '../../../src/trail/entangle.ts';
import { canonicalEntry } from '../../../src/trail/entry.ts';
import { cosignatureVerifier, cosigner } from '../../../src/trail/cosignature.ts';
import { CompactRange } from '../../../src/trail/merkle.ts';
import { ed25519Signer, ed25519Verifier, parseNote, signatureLine } from '../../../src/trail/note.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import { verifyTrail } from '../../../src/trail/verify.ts';
import { addCheckpoint } from '../../../src/trail/witness.ts';
import type { WitnessOptions } from '../../../src/trail/witness.ts';
import { LINK, LOCAL_ORIGIN, NOW, ORIGIN, answered, append, asked, entryOf, keysOf, newId, testFolder, testKey, testStore, testTrail } from '../../support/trail.ts';

const PEER_ORIGIN = 'ee.example/trail/ee-fi/2026h1';
const PUBLIC = 'witness.example/public';
const [log, witness, peerLog, publicWitness] = [testKey(), testKey(), testKey(), testKey()];
const KEYS = keysOf({ [ORIGIN]: log, [LOCAL_ORIGIN]: log, [PEER_ORIGIN]: peerLog }, { 'fi.example/witness': witness, [PUBLIC]: publicWitness });

/** A folder with two full tiles, a right edge, exchanges, evidence, checkpoints of three logs, a mirror; and the xid of an answered exchange. */
async function fill(t: TestContext): Promise<{ folder: string; xid: string }> {
  const ours = await testTrail(t);
  const { folder, store } = ours;
  const xid = newId();
  await store.commit(asked(xid));
  await store.commit(answered(xid));
  await append(store, 600);
  await store.commit({ entries: [{ log: 'local', entry: { v: 1, step: 'suspend', link: { id: LINK, version: 1 }, t: { ms: NOW, clock: 'unknown' } } }] });

  // Stands for the peer: its log, mirrored and cosigned by us, and its witness, which happens to have our witness's key.
  const peer = await testTrail(t, { logs: { [LINK]: PEER_ORIGIN } });
  await append(peer.store, 5);
  const publish = async (from: typeof ours, origin: string, key: typeof log, to: typeof ours): Promise<void> => {
    const verifier = () => ed25519Verifier(origin, key.publicKey);
    const options: WitnessOptions = {
      terms: { link: LINK, versions: [1], us: 'EE', peer: 'FI', entriesPerMinute: 10_000 }, origin, log: verifier, mirror: to.mirror, now: NOW,
      cosigners: [cosigner('fi.example/witness', witness, NOW)],
      fetchEntries: async (name, first, end) => (await from.mirror.entries(name, first, end)).map((bytes) => ({ bytes: bytes! })),
    };
    const ask = (body: string) => addCheckpoint(body, options);
    await new Publisher({ store: from.store, reader: from.mirror, log: LINK, signer: () => ed25519Signer(origin, key), verifier, witness: { keys: () => ({ verifiers: [cosignatureVerifier('fi.example/witness', witness.publicKey)], further: [] }), ask } }).tick(NOW);
  };
  await publish(peer, PEER_ORIGIN, peerLog, ours);
  await new Publisher({ store, reader: ours.mirror, log: 'local', signer: () => ed25519Signer(LOCAL_ORIGIN, log), verifier: () => ed25519Verifier(LOCAL_ORIGIN, log.publicKey) }).tick(NOW);
  await new Entangler({ store, mirror: ours.mirror, log: LINK, link: { id: LINK, version: 1 }, clockState: () => 'unknown' }).tick(NOW);
  await publish(ours, ORIGIN, log, peer);
  const note = (await store.checkpoint(ORIGIN))!;
  await store.savePubliclyWitnessed(ORIGIN, 604, `${note}${await signatureLine(cosigner(PUBLIC, publicWitness, NOW), parseNote(note).text)}\n`);
  await append(store, 10);
  await ours.mirror.close();
  await store.close();
  return { folder, xid };
}

const original = mkdtempSync(join(tmpdir(), 'causeway-filled-'));
let xidOfOriginal: string;

test('a folder is filled once for all tests', async (t) => {
  const { folder, xid } = await fill(t);
  cpSync(folder, original, { recursive: true });
  xidOfOriginal = xid;
});
after(() => rmSync(original, { recursive: true }));

/** A copy of it, to be tampered with. */
function filled(t: TestContext): { folder: string; xid: string } {
  const folder = testFolder(t);
  cpSync(original, folder, { recursive: true });
  return { folder, xid: xidOfOriginal };
}

function change(folder: string, sql: string, ...values: (string | number | Uint8Array)[]): void {
  changeIn('trail.db', folder, sql, ...values);
}

function changeIn(file: string, folder: string, sql: string, ...values: (string | number | Uint8Array)[]): void {
  const db = new DatabaseSync(join(folder, file));
  assert.equal(Number(db.prepare(sql).run(...values).changes) > 0, true, 'the test changes something');
  db.close();
}

test('a sound folder verifies, with the checkpoints of both sides', (t) => {
  const { folder } = filled(t);
  const report = verifyTrail(folder, KEYS);
  assert.deepEqual(report.wrong, []);
  assert.equal(report.ok, true);
  assert.deepEqual(report.logs.map(({ origin, size, checkpoint }) => [origin, size, checkpoint]), [
    [ORIGIN, 614, { size: 604, cosigned: ['fi.example/witness'] }],
    [LOCAL_ORIGIN, 1, { size: 1, cosigned: [] }],
    [PEER_ORIGIN, 5, { size: 5, cosigned: ['fi.example/witness'] }],
  ]);
  assert.deepEqual(report.logs.map(({ publiclyWitnessed }) => publiclyWitnessed), [{ size: 604, cosigned: ['fi.example/witness', PUBLIC] }, undefined, undefined]);
  assert.deepEqual([report.exchanges, report.evidence, report.incidents], [1, 1, []]);
});

test('a running gateway\'s folder verifies, and the gateway is not held up', async (t) => {
  const folder = testFolder(t);
  const store = await testStore(t, { folder });
  await append(store, 20);
  assert.equal(verifyTrail(folder, KEYS).logs[0]!.size, 20);
  await append(store, 1);
  assert.equal(verifyTrail(folder, KEYS).logs[0]!.size, 21);
});

interface Tampering {
  readonly what: string;
  readonly part: string;
  readonly index?: number;
  readonly tamper: (folder: string, xid: string) => void;
}

/** The last entry of the mirror taken off, and the head made to fit. */
function cutMirror(folder: string): void {
  const db = new DatabaseSync(join(folder, 'mirror.db'));
  const range = new CompactRange();
  for (const { leaf } of db.prepare('SELECT leaf FROM entry WHERE idx < 4 ORDER BY idx').all()) range.append(leaf as Uint8Array);
  db.exec('DELETE FROM entry WHERE idx = 4');
  db.prepare('UPDATE head SET size = 4, root = ?').run(range.root());
  db.close();
}

/** The tenth byte is another one after it, whatever it was. */
const flip = (column: string) => `CAST(substr(${column}, 1, 9) || CASE substr(${column}, 10, 1) WHEN x'ff' THEN x'00' ELSE x'ff' END || substr(${column}, 11) AS BLOB)`;

const TAMPERINGS: readonly Tampering[] = [
  { what: 'an entry inside a tile, garbled', part: 'entry', index: 5, tamper: (folder) => change(folder, `UPDATE entry SET bytes = ${flip('bytes')} WHERE origin = 1 AND idx = 5`) },
  { what: 'an entry at the right edge, garbled', part: 'entry', index: 610, tamper: (folder) => change(folder, `UPDATE entry SET bytes = ${flip('bytes')} WHERE origin = 1 AND idx = 610`) },
  { what: 'an entry replaced by another well-formed one', part: 'entry', index: 7, tamper: (folder) => change(folder, 'UPDATE entry SET bytes = ? WHERE origin = 1 AND idx = 7', Buffer.from(canonicalEntry(entryOf(newId())))) },
  { what: 'an entry in another spelling', part: 'entry', index: 613, tamper: (folder) => change(folder, "UPDATE entry SET bytes = CAST(' ' || bytes AS BLOB) WHERE origin = 1 AND idx = 613") },
  { what: 'a leaf hash inside a tile', part: 'leaf', index: 300, tamper: (folder) => change(folder, `UPDATE entry SET leaf = ${flip('leaf')} WHERE origin = 1 AND idx = 300`) },
  { what: 'a leaf hash at the right edge', part: 'leaf', index: 611, tamper: (folder) => change(folder, `UPDATE entry SET leaf = ${flip('leaf')} WHERE origin = 1 AND idx = 611`) },
  { what: 'a hash of a tile', part: 'node', index: 256, tamper: (folder) => change(folder, `UPDATE tile SET hashes = ${flip('hashes')} WHERE origin = 1 AND level = 0 AND n = 1`) },
  { what: 'the root of a tile', part: 'node', index: 0, tamper: (folder) => change(folder, `UPDATE tile SET root = ${flip('root')} WHERE origin = 1 AND level = 0 AND n = 0`) },
  { what: 'a tile that is gone', part: 'node', index: 256, tamper: (folder) => change(folder, 'DELETE FROM tile WHERE n = 1') },
  { what: 'a tile too many', part: 'node', tamper: (folder) => change(folder, 'INSERT INTO tile SELECT origin, level, 9, hashes, root FROM tile WHERE n = 1') },
  { what: 'the root of the head', part: 'head', tamper: (folder) => change(folder, `UPDATE head SET root = ${flip('root')} WHERE origin = 1`) },
  { what: 'the size of the head', part: 'head', index: 613, tamper: (folder) => change(folder, 'UPDATE head SET size = size - 1 WHERE origin = 1') },
  { what: 'an entry taken out of the middle', part: 'entry', index: 20, tamper: (folder) => change(folder, 'DELETE FROM entry WHERE origin = 1 AND idx = 20') },
  { what: 'the last entry taken off', part: 'head', index: 613, tamper: (folder) => change(folder, 'DELETE FROM entry WHERE origin = 1 AND idx = 613') },
  { what: 'a checkpoint with another root', part: 'checkpoint', tamper: (folder) => change(folder, "UPDATE checkpoint SET note = replace(note, char(10) || '604' || char(10), char(10) || '603' || char(10)) WHERE origin = 1") },
  { what: 'a cosignature', part: 'checkpoint', tamper: (folder) => change(folder, 'UPDATE checkpoint SET note = substr(note, 1, length(note) - 20) || CASE substr(note, length(note) - 19, 1) WHEN \'A\' THEN \'B\' ELSE \'A\' END || substr(note, length(note) - 18) WHERE origin = 1') },
  { what: 'a publicly witnessed checkpoint of another size', part: 'checkpoint', tamper: (folder) => change(folder, 'UPDATE publicly_witnessed SET size = 603') },
  { what: 'a publicly witnessed checkpoint without the public cosignature', part: 'checkpoint', tamper: (folder) => change(folder, "UPDATE publicly_witnessed SET note = substr(note, 1, instr(note, '— witness.example/public') - 1)") },
  { what: 'a mirrored entry', part: 'entry', index: 2, tamper: (folder) => changeIn('mirror.db', folder, `UPDATE entry SET bytes = ${flip('bytes')} WHERE idx = 2`) },
  { what: 'a mirrored entry that is gone, with its head', part: 'checkpoint', index: 4, tamper: (folder) => cutMirror(folder) },
  { what: 'a mirrored note of another size', part: 'checkpoint', tamper: (folder) => changeIn('mirror.db', folder, 'UPDATE witnessed SET size = 4') },
  { what: 'a mirrored note without our cosignature', part: 'checkpoint', tamper: (folder) => changeIn('mirror.db', folder, "UPDATE witnessed SET note = substr(note, 1, instr(note, '— fi.example/witness') - 1)") },
  { what: 'an answered exchange without its response entry', part: 'exchange', tamper: (folder) => change(folder, "INSERT INTO exchange SELECT direction, '019aa724-d400-70f6-b4d3-c4b025a8a9b7', link, state, identity, 'x', digest, request, outcome, answer_until, keep_until, created_at FROM exchange") },
  { what: 'an evidence record that is gone', part: 'evidence', index: 0, tamper: (folder) => change(folder, 'DELETE FROM evidence') },
  { what: 'an evidence record of another exchange', part: 'evidence', index: 0, tamper: (folder) => change(folder, "UPDATE evidence SET xid = '019aa724-d400-70f6-b4d3-c4b025a8a9b7'") },
];

for (const { what, part, index, tamper } of TAMPERINGS) {
  test(`verify names ${what}`, async (t) => {
    const { folder, xid } = filled(t);
    tamper(folder, xid);
    const { ok, wrong } = verifyTrail(folder, KEYS);
    assert.equal(ok, false);
    const { part: foundPart, index: foundIndex } = wrong[0]!;
    assert.deepEqual({ part: foundPart, index: foundIndex }, { part, index }, JSON.stringify(wrong));
  });
}

interface Flipped {
  readonly what: string;
  readonly part: string;
  readonly file: string;
  /** Selects the bytes, and where they stand in their table. */
  readonly select: string;
  readonly update: string;
}

const FLIPPED: readonly Flipped[] = [
  { what: 'an entry', part: 'entry', file: 'trail.db', select: 'SELECT bytes FROM entry WHERE origin = 1 AND idx = 300', update: 'UPDATE entry SET bytes = ? WHERE origin = 1 AND idx = 300' },
  { what: 'a tile', part: 'node', file: 'trail.db', select: 'SELECT hashes AS bytes FROM tile WHERE origin = 1 AND level = 0 AND n = 1', update: 'UPDATE tile SET hashes = ? WHERE origin = 1 AND level = 0 AND n = 1' },
  { what: 'a checkpoint', part: 'checkpoint', file: 'trail.db', select: 'SELECT CAST(note AS BLOB) AS bytes FROM checkpoint WHERE origin = 1', update: 'UPDATE checkpoint SET note = CAST(? AS TEXT) WHERE origin = 1' },
  { what: 'a checkpoint that a public witness cosigned', part: 'checkpoint', file: 'trail.db', select: 'SELECT CAST(note AS BLOB) AS bytes FROM publicly_witnessed', update: 'UPDATE publicly_witnessed SET note = CAST(? AS TEXT)' },
  { what: 'a checkpoint of the peer that we cosigned', part: 'checkpoint', file: 'mirror.db', select: 'SELECT CAST(note AS BLOB) AS bytes FROM witnessed', update: 'UPDATE witnessed SET note = CAST(? AS TEXT)' },
];

for (const { what, part, file, select, update } of FLIPPED) {
  test(`verify names ${what} of which one byte was changed, whichever it is`, { timeout: 900_000 }, (t) => {
    const { folder } = filled(t);
    const db = new DatabaseSync(join(folder, file));
    const { bytes } = db.prepare(select).get() as { readonly bytes: Uint8Array };
    // CAUSEWAY_EVERY_BYTE=1 takes them all; else about fifteen, others each time.
    const step = process.env['CAUSEWAY_EVERY_BYTE'] === undefined ? Math.ceil(bytes.length / 15) : 1;
    for (let at = Math.floor(Math.random() * step); at < bytes.length; at += step) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << Math.floor(Math.random() * 8);
      db.prepare(update).run(changed);
      const { wrong } = verifyTrail(folder, KEYS);
      assert.equal(wrong[0]?.part, part, `byte ${at} of ${bytes.length}: ${JSON.stringify(wrong)}`);
    }
    db.prepare(update).run(bytes);
    assert.equal(verifyTrail(folder, KEYS).ok, true);
    db.close();
  });
}

test('a local log that was cut back together with its head is named by the entry that records its checkpoint', (t) => {
  const { folder } = filled(t);
  change(folder, 'DELETE FROM entry WHERE origin = 2');
  change(folder, 'DELETE FROM head WHERE origin = 2');
  change(folder, 'DELETE FROM checkpoint WHERE origin = 2');
  const { wrong } = verifyTrail(folder, KEYS);
  assert.deepEqual(wrong.map(({ part, origin, index }) => [part, origin, index]), [['checkpoint', ORIGIN, 603]]);
});

test('a log rewritten from the start, tree and all, is named by its checkpoint', async (t) => {
  const { folder } = filled(t);
  const other = await fill(t);
  const db = new DatabaseSync(join(folder, 'trail.db'));
  db.exec(`ATTACH '${join(other.folder, 'trail.db')}' AS other`);
  for (const table of ['entry', 'tile', 'head', 'exchange', 'evidence']) db.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM other.${table}`);
  db.close();
  const { wrong } = verifyTrail(folder, KEYS);
  assert.deepEqual(wrong.map(({ part, origin }) => [part, origin])[0], ['checkpoint', ORIGIN]);
});

test('an entry redacted to its leaf hash by a decision still verifies: the request of an answered exchange too, and one in the mirror', async (t) => {
  const { folder } = filled(t);
  for (const [origin, index] of [[ORIGIN, 0], [ORIGIN, 100], [PEER_ORIGIN, 3]] as const) await redact({ data: folder, origin, index, approval: 'file-17' }, NOW);
  const { wrong, logs } = verifyTrail(folder, KEYS);
  assert.deepEqual([wrong, logs.map(({ redacted }) => redacted)], [[], [2, 0, 1]]);
});

test('bytes of an entry that were taken away without a decision are named', (t) => {
  const { folder } = filled(t);
  change(folder, 'UPDATE entry SET bytes = NULL WHERE origin = 1 AND idx = 100');
  assert.deepEqual(verifyTrail(folder, KEYS).wrong.map(({ origin, index, part, found }) => [origin, index, part, found]), [[ORIGIN, 100, 'entry', 'neither']]);
});

test('a decision about another entry than the one whose bytes are gone is named', async (t) => {
  const { folder } = filled(t);
  const store = await testStore(t, { folder });
  await store.commit({ entries: [{ log: 'local', entry: { v: 1, step: 'redaction', approval: 'file-17', target: { origin: ORIGIN, index: 100, leaf: Buffer.alloc(32, 1).toString('base64') }, t: { ms: NOW, clock: 'unknown' } } }] });
  change(folder, 'UPDATE entry SET bytes = NULL WHERE origin = 1 AND idx = 100');
  assert.deepEqual(verifyTrail(folder, KEYS).wrong.map(({ origin, index, part }) => [origin, index, part]), [[ORIGIN, 100, 'entry']]);
});

test('a checkpoint whose log has no key among those given is not called verified', (t) => {
  const { folder } = filled(t);
  const { ok, wrong } = verifyTrail(folder, keysOf({ [LOCAL_ORIGIN]: log, [PEER_ORIGIN]: peerLog }, { 'fi.example/witness': witness }));
  assert.equal(ok, false);
  assert.equal(wrong[0]!.part, 'checkpoint');
});
