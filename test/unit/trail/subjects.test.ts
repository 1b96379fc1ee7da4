/** The subject index: which records are about whom, found by tags alone, and gone with the record key. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asked, newId, testFolder, testStore } from '../../support/trail.ts';
import type { SqliteStore } from '../../../src/trail/sqlite/store.ts';
import type { SubjectTag } from '../../../src/trail/store.ts';

const YEAR = 2026;
const tagOf = (year = YEAR): SubjectTag => ({ year, tag: randomBytes(32) });

async function record(store: SqliteStore, subjects: readonly SubjectTag[], step: 'request' | 'response' = 'request', xid = newId()): Promise<string> {
  const { evidence } = asked(xid);
  await store.commit({ entries: [], evidence: { ...evidence!, id: `${xid}.${step}`, step, subjects, ...(step === 'request' ? {} : { wrappedKey: undefined as never }) } });
  return xid;
}

function filesWith(folder: string, secret: Uint8Array): string[] {
  return readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(secret));
}

test('exchanges about a subject are found by any of its tags, the newest first and each once, however many others there are', async (t) => {
  const store = await testStore(t);
  const [of2025, of2026] = [tagOf(2025), tagOf(2026)];
  const first = await record(store, [of2025]);
  for (let other = 0; other < 300; other++) await record(store, [tagOf()]);
  const second = await record(store, [of2026, tagOf()]);
  const third = await record(store, [of2026]);
  await record(store, [of2026], 'response', third);
  assert.deepEqual(await store.exchangesAbout([of2025, of2026]), [third, second, first]);
  assert.deepEqual(await store.exchangesAbout([of2026]), [third, second]);
  assert.deepEqual(await store.exchangesAbout([{ ...of2026, year: 2025 }, tagOf()]), [], 'a tag is of its year');
});

test('an erased exchange is found no more, and no file of the store holds its tag, whichever of many it is', async (t) => {
  const folder = testFolder(t);
  const store = await testStore(t, { folder });
  const records: { readonly xid: string; readonly subject: SubjectTag }[] = [];
  for (let at = 0; at < 400; at++) {
    const subject = tagOf();
    records.push({ xid: await record(store, [subject]), subject });
  }
  assert.notDeepEqual(filesWith(folder, records[7]!.subject.tag), [], 'the search would find it');
  assert.deepEqual(filesWith(folder, records[7]!.subject.tag).filter((file) => !file.startsWith('keys.db')), [], 'tags are in the key store alone');
  const erased = records.filter((_, at) => at % 3 === 1);
  for (const { xid } of erased) await store.erase(xid);
  for (const { subject } of erased) assert.deepEqual([await store.exchangesAbout([subject]), filesWith(folder, subject.tag)], [[], []]);
  for (const { xid, subject } of records.filter((_, at) => at % 3 !== 1)) assert.deepEqual(await store.exchangesAbout([subject]), [xid]);
});

test('an answer that is recorded after the erasure leads nowhere', async (t) => {
  const store = await testStore(t);
  const subject = tagOf();
  const xid = await record(store, []);
  await store.erase(xid);
  await record(store, [subject], 'response', xid);
  assert.deepEqual(await store.exchangesAbout([subject]), []);
});

test('a year has one key; it is destroyed once nothing is found under it, and not before', async (t) => {
  const folder = testFolder(t);
  const store = await testStore(t, { folder });
  const [old, later] = [{ year: 2025, wrapped: new Uint8Array(randomBytes(60)) }, { year: 2025, wrapped: new Uint8Array(randomBytes(60)) }];
  assert.deepEqual({ ...(await store.addSubjectKey(old)) }, old);
  assert.deepEqual({ ...(await store.addSubjectKey(later)) }, old, 'the first one stays');
  const xid = await record(store, [tagOf(2025)]);
  await store.dropSubjectKeys(2026);
  assert.deepEqual((await store.subjectKeys()).map(({ year }) => year), [2025]);
  await store.erase(xid);
  await store.dropSubjectKeys(2025);
  assert.deepEqual((await store.subjectKeys()).map(({ year }) => year), [2025], 'the year goes on');
  await store.dropSubjectKeys(2026);
  assert.deepEqual([await store.subjectKeys(), filesWith(folder, old.wrapped)], [[], []]);
  assert.deepEqual({ ...(await store.addSubjectKey(later)) }, later, 'a clock that goes back finds no zeros');
});
