/** The change of the evidence key over a real store: what was under the old key opens, what was erased does not, and any crash in between is gone on from. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { KekRing, kekId, pseudonymsOf } from '../../../src/evidence/kek-ring.ts';
import type { KekRingContent } from '../../../src/evidence/kek-ring.ts';
import { EvidenceRotation } from '../../../src/exchange/rotating-evidence.ts';
import type { EvidenceRotationOptions } from '../../../src/exchange/rotating-evidence.ts';
import type { KeyOrder } from '../../../src/trust/own/key-plan.ts';
import { LINK, LOCAL_ORIGIN, NOW, asked, newId, testTrail } from '../../support/trail.ts';

const HOLD_MS = 10_000;
/** More than two batches. */
const MANY = 1234;
const order = (id: string, reason: KeyOrder['reason'] = 'planned'): KeyOrder => ({ v: 1, id, role: 'evidence', action: 'rotate', reason, at: NOW });

class Rig {
  readonly old = new Uint8Array(randomBytes(32));
  /** What the file says. */
  written: KekRingContent = KekRing.of(this.old).content;
  readonly keys = new Map<string, Uint8Array>();
  now = NOW;
  keks = new KekRing(this.written);
  rotation!: EvidenceRotation;
  readonly trail: Awaited<ReturnType<typeof testTrail>>;

  constructor(trail: Rig['trail']) {
    this.trail = trail;
    this.restart();
  }

  static async open(t: TestContext): Promise<Rig> {
    return new Rig(await testTrail(t));
  }

  /** As a process that begins: nothing is known but file and store. */
  restart(change: Partial<EvidenceRotationOptions> = {}): void {
    this.keks = new KekRing(this.written);
    this.rotation = new EvidenceRotation({
      keks: this.keks,
      file: { write: async (content) => void (this.written = content) },
      store: this.trail.store,
      rotation: { publishBefore: 0, retireAfter: HOLD_MS },
      clock: { now: () => this.now, monotonic: () => 0 },
      clockState: () => 'synchronised',
      log: { warn: () => {}, info: () => {}, error: () => {}, debug: () => {} } as unknown as EvidenceRotationOptions['log'],
      ...change,
    });
  }

  async exchanges(count: number): Promise<string[]> {
    const xids = Array.from({ length: count }, newId);
    await Promise.all(xids.map((xid) => {
      const key = new Uint8Array(randomBytes(32));
      this.keys.set(xid, key);
      const commit = asked(xid);
      return this.trail.store.commit({ ...commit, evidence: { ...commit.evidence!, wrappedKey: this.keks.wrapRecordKey(xid, key) } });
    }));
    return xids;
  }

  async looks(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) await this.rotation.look();
  }

  /** The old key is gone. */
  get over(): boolean {
    return this.written.keys.length === 1 && this.written.change === undefined && kekId(this.written.keys[0]) !== kekId(this.old);
  }

  async assertAllOpen(keks = this.keks): Promise<void> {
    for (const [xid, key] of this.keys) {
      const wrapped = await this.trail.store.recordKey(xid);
      assert.ok(wrapped, xid);
      assert.deepEqual(Buffer.from(keks.unwrapRecordKey(xid, wrapped)), Buffer.from(key));
    }
  }

  async events(): Promise<string[]> {
    const { size } = await this.trail.store.head('local');
    const entries = (await this.trail.mirror.entries(LOCAL_ORIGIN, 0, size)).map((bytes) => JSON.parse(Buffer.from(bytes!).toString()) as { step: string; kid: string; key: { role: string; action: string } });
    return entries.filter(({ step }) => step === 'key-event').map(({ kid, key }) => `${key.role} ${key.action} ${kid}`);
  }
}

test('every key is wrapped anew, the old one is held for its time and goes, and the local log says so', async (t) => {
  const rig = await Rig.open(t);
  await rig.exchanges(MANY);
  const year = 2026;
  const { wrapped } = await rig.trail.store.addSubjectKey({ year, wrapped: rig.keks.newSubjectKey(year) });
  const subjectKey = Buffer.from(rig.keks.openSubjectKey(year, wrapped));
  const begun = await rig.rotation.begin(order('1'));
  const kid = kekId(rig.written.keys[0]);
  assert.deepEqual(begun, { kid });
  await rig.exchanges(3);
  await rig.assertAllOpen();
  await rig.looks(8);
  const alone = new KekRing({ keys: [rig.written.keys[0]], pseudonyms: rig.written.pseudonyms });
  await rig.assertAllOpen(alone);
  assert.deepEqual(Buffer.from(alone.openSubjectKey(year, (await rig.trail.store.subjectKeys())[0]!.wrapped)), subjectKey);
  assert.equal(rig.over, false, 'the old key is held');
  rig.now += HOLD_MS;
  await rig.looks(4);
  assert.equal(rig.over, true);
  await rig.assertAllOpen();
  assert.deepEqual(await rig.events(), [`evidence added ${kid}`, `evidence removed ${kekId(rig.old)}`]);
});

test('an exchange that is erased before, in the middle or after stays erased, and no file holds its key under either', async (t) => {
  const rig = await Rig.open(t);
  const xids = await rig.exchanges(MANY);
  const [before, , during] = xids;
  const after = xids.at(-1)!;
  const images: Buffer[] = [];
  const erase = async (xid: string): Promise<void> => {
    images.push(Buffer.from((await rig.trail.store.recordKey(xid))!));
    rig.keys.delete(xid);
    await rig.trail.store.erase(xid);
  };
  await erase(before!);
  await rig.rotation.begin(order('1'));
  // Erased between the reading of a batch and its writing.
  let raced = false;
  rig.restart({ store: { ...storeOf(rig), recordKeys: async (at, limit) => {
    const rows = await rig.trail.store.recordKeys(at, limit);
    if (!raced) await erase(during!);
    raced = true;
    return rows;
  } } });
  await rig.looks(8);
  rig.now += HOLD_MS;
  await rig.looks(4);
  assert.equal(rig.over, true);
  await erase(after);
  for (const xid of [before!, during!, after]) assert.equal(await rig.trail.store.recordKey(xid), undefined);
  await rig.assertAllOpen();
  const files = readdirSync(rig.trail.folder).map((name) => readFileSync(join(rig.trail.folder, name)));
  assert.equal(images.length, 3);
  assert.deepEqual(images.filter((image) => files.some((bytes) => bytes.includes(image))), []);
});

for (const [where, point] of [['the entry and the file', 'file'], ['two batches', 'second rewrap'], ['the last batch and the end', 'last pass'], ['the entry of the end and the file', 'last file']] as const) {
  test(`a crash between ${where} is gone on from: every record opens, and the old key goes`, async (t) => {
    const rig = await Rig.open(t);
    await rig.exchanges(MANY);
    const crash = new Error('power cut');
    let [writes, rewraps] = [0, 0];
    rig.restart({
      file: { write: async (content) => {
        writes += 1;
        if ((point === 'file' && writes === 1) || (point === 'last file' && writes === 2)) throw crash;
        rig.written = content;
      } },
      store: { ...storeOf(rig), rewrap: async (keys) => {
        rewraps += 1;
        if (point === 'second rewrap' && rewraps === 2) throw crash;
        await rig.trail.store.rewrap(keys);
      } },
    });
    const run = async (): Promise<void> => {
      await rig.rotation.begin(order('1'));
      await rig.looks(point === 'last pass' ? 5 : 8);
      rig.now += HOLD_MS;
      if (point !== 'last pass') await rig.looks(4);
    };
    if (point === 'last pass') await run();
    else await assert.rejects(run(), crash);
    rig.restart();
    await rig.assertAllOpen();
    const again = await rig.rotation.begin(order('1'));
    assert.deepEqual(again, { kid: kekId(rig.written.keys[0]) });
    for (let day = 0; day < 3 && !rig.over; day += 1) {
      await rig.looks(8);
      rig.now += HOLD_MS;
    }
    assert.equal(rig.over, true);
    await rig.assertAllOpen();
    const actions = (await rig.events()).map((event) => event.split(' ')[1]);
    assert.deepEqual([...new Set(actions)], ['added', 'removed']);
    assert.equal(actions.length, point === 'file' || point === 'last file' ? 3 : 2, 'what was recorded before the crash is recorded once more, and nothing else');
  });
}

test('pseudonyms stay through a planned change, and change with a key that was stolen, which goes as soon as nothing is under it', async (t) => {
  const rig = await Rig.open(t);
  await rig.exchanges(3);
  await rig.rotation.begin(order('1'));
  assert.deepEqual(rig.keks.content.pseudonyms, pseudonymsOf(rig.old));
  assert.match(JSON.stringify(await rig.rotation.begin(order('2'))), /under way/);
  rig.now += HOLD_MS;
  await rig.looks(4);
  const stolen = rig.keks.content.keys[0];
  await rig.rotation.begin(order('3', 'compromised'));
  assert.notDeepEqual(rig.keks.content.pseudonyms, pseudonymsOf(rig.old));
  await rig.looks(4);
  assert.deepEqual([rig.over, rig.keks.content.keys.map(kekId).includes(kekId(stolen))], [true, false]);
  assert.deepEqual((await rig.events()).slice(2), [`evidence added ${kekId(rig.keks.content.keys[0])}`, `evidence compromised ${kekId(stolen)}`, `evidence removed ${kekId(stolen)}`]);
});

test('a row under neither key, of a key store from a backup, is left as it is and holds nothing up', async (t) => {
  const rig = await Rig.open(t);
  await rig.exchanges(2);
  const xid = newId();
  await rig.trail.store.commit(asked(xid));
  const foreign = await rig.trail.store.recordKey(xid);
  await rig.rotation.begin(order('1'));
  await rig.looks(3);
  rig.now += HOLD_MS;
  await rig.looks(3);
  assert.equal(rig.over, true);
  assert.deepEqual(await rig.trail.store.recordKey(xid), foreign);
  await rig.assertAllOpen();
  assert.equal((await rig.trail.store.head(LINK)).size, 3);
});

function storeOf({ trail: { store } }: Rig): EvidenceRotationOptions['store'] {
  return { commit: (commit) => store.commit(commit), recordKeys: (at, limit) => store.recordKeys(at, limit), rewrap: (keys) => store.rewrap(keys), subjectKeys: () => store.subjectKeys() };
}
