/**
 * A verifier that knows nothing but docs/trail-format.md: written from the page, on Node's own cryptography and SQLite, without a line of src/trail. What two real gateways' trails
 * wrote verifies under it, and what was changed does not.
 */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { STEPS, checkEntry } from '../../src/trail/entry.ts';
import { DAY, ENTITIES, PATIENCE, reconcilingSides } from '../support/reconciling-sides.ts';
import { entryOf, newId } from '../support/trail.ts';
import { BEGIN, LINK, firstShard } from '../support/trail-sides.ts';
import { readPage } from './pages.ts';

type Json = { readonly [member: string]: unknown };

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const byte = (value: number): Uint8Array => Uint8Array.of(value);
const ZEROS = Buffer.alloc(32);

/** "Entries": RFC 8785; sorting members by their bytes is the whole of it here. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** "Tree": RFC 6962 §2.1, the plain recursion. */
function treeRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return Buffer.from(leaves[0]!);
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(byte(1), treeRoot(leaves.slice(0, half)), treeRoot(leaves.slice(half)));
}

/** "Checkpoints" and "Notes": the text, if the key signed it as `type`. */
function openNote(note: string, name: string, rawKey: Uint8Array, type: 1 | 4): string {
  const blank = note.lastIndexOf('\n\n');
  const text = note.slice(0, blank + 1);
  const keyId = sha256(name, byte(0x0a), byte(type), rawKey).subarray(0, 4);
  const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), rawKey]), format: 'der', type: 'spki' });
  for (const line of note.slice(blank + 2).split('\n')) {
    const [dash, of, encoded] = line.split(' ');
    const payload = Buffer.from(encoded ?? '', 'base64');
    if (dash !== '—' || of !== name || !payload.subarray(0, 4).equals(keyId)) continue;
    const time = type === 4 ? payload.readBigUInt64BE(4) : undefined;
    const signed = time === undefined ? text : `cosignature/v1\ntime ${time}\n${text}`;
    if (verify(null, Buffer.from(signed), key, payload.subarray(type === 4 ? 12 : 4))) return text;
    throw new Error(`the signature of ${name} does not verify`);
  }
  throw new Error(`${name} did not sign`);
}

interface Keys {
  readonly log: Uint8Array;
  readonly witness: readonly [string, Uint8Array];
}

/** "Data folder" and "What verify does", for one shard: its entries. `table`: where its note stands. Throws at the first thing that is wrong. */
function verifyShard(folder: string, file: string, table: 'checkpoint' | 'witnessed', origin: string, keys: Keys): Json[] {
  const db = new DatabaseSync(join(folder, file), { readOnly: true });
  try {
    const rows = db.prepare('SELECT idx, leaf, bytes FROM entry JOIN origin ON origin.id = entry.origin WHERE name = ? ORDER BY idx').all(origin) as { idx: number; leaf: Uint8Array; bytes: Uint8Array }[];
    const entries = rows.map(({ idx, leaf, bytes }, at) => {
      assert.equal(idx, at);
      assert.ok(sha256(byte(0), bytes).equals(leaf), `leaf hash of entry ${idx}`);
      const text = Buffer.from(bytes).toString();
      const entry = JSON.parse(text) as Json;
      assert.equal(canonical(entry), text);
      return entry;
    });
    const { note } = db.prepare(`SELECT note FROM ${table} JOIN origin ON origin.id = ${table}.origin WHERE name = ?`).get(origin) as { note: string };
    const [said, size, root] = openNote(note, origin, keys.log, 1).split('\n');
    openNote(note, keys.witness[0], keys.witness[1], 4);
    assert.deepEqual([said, root], [origin, treeRoot(rows.slice(0, Number(size)).map(({ leaf }) => leaf)).toString('base64')]);
    return entries;
  } finally {
    db.close();
  }
}

/** "Reconciliation": the root of a range of windows, over what a log's entries give. */
function rangeRoot(entries: readonly Json[], from: number, to: number): { readonly root: string; readonly count: number } {
  const windows = new Map<number, Buffer[]>();
  for (const entry of entries) {
    const { xid, window, core, step } = entry;
    if (typeof xid !== 'string' || typeof window !== 'number' || typeof core !== 'string' || window < from || window >= to) continue;
    const asker = ENTITIES[(step === 'request' ? entry['from'] : entry['to']) as keyof typeof ENTITIES];
    const element = Buffer.concat([sha256('causeway/rk/v1', byte(0), sha256(asker), xid, String(step)), Buffer.from(core, 'base64url')]);
    windows.set(window, [...(windows.get(window) ?? []), element]);
  }
  const count = [...windows.values()].reduce((sum, elements) => sum + elements.length, 0);
  const hours = grouped([...windows].map(([window, elements]) => [window, windowRoot(elements)]), 60);
  const days = grouped(hours, 24);
  return { count, root: (days.length === 0 ? ZEROS : sha256(byte(2), ...days.sort(([a], [b]) => a - b).flatMap(([day, root]) => [`${day}\n`, root]))).toString('base64') };
}

/** Parents of `width` children each, with a bitmap of 32 bytes. */
function grouped(children: readonly (readonly [number, Buffer])[], width: number): [number, Buffer][] {
  const parents = [...new Set(children.map(([at]) => Math.floor(at / width)))];
  return parents.map((parent) => [parent, node(2, new Map(children.filter(([at]) => Math.floor(at / width) === parent).map(([at, root]) => [at % width, root])))]);
}

function node(prefix: number, children: ReadonlyMap<number, Buffer>): Buffer {
  const bitmap = Buffer.alloc(32);
  const places = [...children.keys()].sort((a, b) => a - b);
  for (const at of places) bitmap[at >> 3] = bitmap[at >> 3]! | (0x80 >> (at & 7));
  return sha256(byte(prefix), bitmap, ...places.map((at) => children.get(at)!));
}

function windowRoot(elements: readonly Buffer[]): Buffer {
  const nodes = new Map<number, Map<number, Buffer>>();
  for (const element of [...elements].sort(Buffer.compare)) {
    const [first, second] = [element[0]!, element[1]!];
    const buckets = nodes.get(first) ?? new Map<number, Buffer>();
    buckets.set(second, Buffer.concat([buckets.get(second) ?? Buffer.alloc(0), element]));
    nodes.set(first, buckets);
  }
  return node(1, new Map([...nodes].map(([at, buckets]) => [at, node(1, new Map([...buckets].map(([second, bucket]) => [second, sha256(byte(0), bucket)])))])));
}

test('a stranger verifies both logs, their mirrors, and the notes of a day by the page alone; what was changed does not verify', async (t) => {
  const sides = await reconcilingSides(t);
  for (let n = 0; n < 70; n += 1) {
    const [ms, step] = [BEGIN + n * 40_000, n % 3 === 0 ? 'response' : 'request'] as const;
    const entry = entryOf(newId(), { window: Math.floor(ms / 60_000), t: { ms, clock: 'unknown' }, ...(step === 'response' ? { step, event: 'ContentHandover', from: 'EE', to: 'FI' } : {}) });
    for (const { side } of [sides.EE, sides.FI]) await side.store.commit({ entries: [{ log: LINK, entry }] });
  }
  const midnight = Math.ceil(BEGIN / DAY) * DAY;
  await sides.pass(61_000);
  await sides.pass(midnight - BEGIN + PATIENCE + 480_000);
  await sides.pass(600_000);
  const raw = (base64: string) => Buffer.from(base64, 'base64');
  for (const [us, them] of [[sides.EE.side, sides.FI.side], [sides.FI.side, sides.EE.side]] as const) {
    const keys = (whose: typeof us, by: typeof us): Keys => ({ log: raw(whose.party().log.key), witness: [by.party().witness.name, raw(by.party().witness.key)] });
    const ours = verifyShard(us.folder, 'trail.db', 'checkpoint', firstShard(us.country), keys(us, them));
    const theirs = verifyShard(us.folder, 'mirror.db', 'witnessed', firstShard(them.country), keys(them, us));
    assert.ok(ours.length >= 70 && theirs.length >= 70);
    for (const whose of ['ours', 'theirs'] as const) {
      const folder = join(us.folder, 'intervals', LINK);
      const note = readFileSync(join(folder, readdirSync(folder).find((name) => name.includes(whose))!), 'utf8');
      const signer = whose === 'ours' ? us : them;
      const [kind, link, from, to, count, root] = openNote(note, `${signer.country}/interval`, raw(signer.keys.interval.base64), 1).split('\n');
      assert.deepEqual([kind, link], ['causeway/interval/v1', LINK]);
      const computed = rangeRoot(whose === 'ours' ? ours : theirs, Number(from), Number(to));
      assert.deepEqual([Number(count), root], [computed.count, computed.root]);
      assert.ok(computed.count === 70);
    }
  }
  const { folder, party } = sides.FI.side;
  const wrongKey: Keys = { log: raw(sides.EE.side.party().log.key), witness: [sides.EE.side.party().witness.name, raw(sides.EE.side.party().witness.key)] };
  assert.throws(() => verifyShard(folder, 'trail.db', 'checkpoint', firstShard('FI'), wrongKey), /did not sign/);
  const right: Keys = { ...wrongKey, log: raw(party.call(sides.FI.side).log.key) };
  const db = new DatabaseSync(join(folder, 'trail.db'));
  db.exec("UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'vero', 'vera') AS BLOB) WHERE idx = 20");
  db.close();
  assert.throws(() => verifyShard(folder, 'trail.db', 'checkpoint', firstShard('FI'), right), /leaf hash of entry 20/);
});

test('the page says of each step what it cannot do without', () => {
  const page = readPage('docs/trail-format.md');
  const table = page.slice(page.indexOf('| step | needs |'), page.indexOf('`core` is base64url of'));
  const needs = new Map([...table.matchAll(/^\| ((?:`[a-z-]+` ?)+)\| ((?:`[a-z]+` ?)+)\|$/gm)].flatMap(([, steps, members]) => words(steps!).map((step) => [step, words(members!)] as const)));
  assert.deepEqual([...needs.keys()].sort(), [...STEPS].sort());
  const place = { origin: 'o', size: 1, root: ZEROS.toString('base64') };
  const all: Json = { xid: newId(), from: 'FI', to: 'EE', link: { id: LINK, version: 1 }, core: 'A'.repeat(43), code: 'not-allowed', target: { origin: 'o', index: 1, leaf: place.root }, digest: 'A'.repeat(43), checkpoint: { ...place, note: 'A'.repeat(43) }, previous: place, lost: { size: 1, promises: 0 }, authority: 'tsa.example', approval: 'file-17', kid: 'k', key: { role: 'statement', action: 'added' }, mapping: { id: 'm', sha256: 'A'.repeat(43) } };
  for (const [step, members] of needs) {
    const entry = { v: 1, step, t: { ms: 0, clock: 'unknown' }, ...Object.fromEntries(members.map((name) => [name, all[name]])) };
    assert.equal(checkEntry(entry).step, step);
    for (const name of members) assert.throws(() => checkEntry({ ...entry, [name]: undefined }), { code: 'internal' }, `${step} without ${name}`);
  }
});

function words(cells: string): string[] {
  return [...cells.matchAll(/`([a-z-]+)`/g)].map(([, word]) => word!);
}
