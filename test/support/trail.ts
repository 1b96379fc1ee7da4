/** Stores, keys and entries for tests of the trail. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { exchangeId } from '../../src/platform/ids.ts';
import type { Entry } from '../../src/trail/entry.ts';
import type { TrailKeys } from '../../src/trail/keys.ts';
import { ed25519SignerOf } from '../../src/crypto/keys.ts';
import { rawEd25519 } from '../../src/trail/note.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import type { SqliteStore } from '../../src/trail/sqlite/store.ts';
import type { Mirror } from '../../src/trail/mirror.ts';
import { openSqliteMirror } from '../../src/trail/sqlite/mirror.ts';
import type { Commit, ExchangeRow } from '../../src/trail/store.ts';

export const NOW = 1_763_740_800_000;
export const LINK = 'ee-fi';
export const ORIGIN = 'fi.example/trail/ee-fi/2026h1';
export const LOCAL_ORIGIN = 'fi.example/trail/local/2026h1';
export const LOGS = { [LINK]: ORIGIN, local: LOCAL_ORIGIN };

/** A folder that goes with the test. */
export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-trail-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An open store that is closed with the test. */
export async function testStore(t: TestContext, options: { folder?: string; logs?: Record<string, string>; maxPages?: number } = {}): Promise<SqliteStore> {
  const store = await openSqliteStore({ folder: options.folder ?? testFolder(t), logs: options.logs ?? LOGS, ...(options.maxPages !== undefined && { maxPages: options.maxPages }) });
  t.after(() => store.close());
  return store;
}

/** An open store with its mirror. */
export async function testTrail(t: TestContext, options: { folder?: string; logs?: Record<string, string> } = {}): Promise<{ readonly folder: string; readonly store: SqliteStore; readonly mirror: Mirror }> {
  const folder = options.folder ?? testFolder(t);
  const store = await testStore(t, { ...options, folder });
  const mirror = await openSqliteMirror(folder);
  t.after(() => mirror.close());
  return { folder, store, mirror };
}

export const digest = (): string => randomBytes(32).toString('base64url');

export function entryOf(xid: string, change: Partial<Entry> = {}): Entry {
  return {
    v: 1,
    xid,
    step: 'request',
    event: 'RelayAcceptance',
    from: 'FI',
    to: 'EE',
    client: 'FI/GOV/0245458-6/vero',
    service: 'EE/GOV/70000349/emta/xteePalgaandmed/v1',
    link: { id: LINK, version: 1 },
    purpose: 'commuting-tax',
    t: { ms: NOW, clock: 'synchronised' },
    kid: 'fi-statement-1',
    window: 29_395_680,
    core: digest(),
    ...change,
  };
}

export function rowOf(xid: string, change: Partial<ExchangeRow> = {}): ExchangeRow {
  return { direction: 'outbound', xid, link: LINK, state: 'sent', identity: digest(), caller: `FI/GOV/0245458-6/vero\n${xid}`, digest: digest(), request: randomBytes(300), answerUntil: NOW + 60_000, keepUntil: NOW + 600_000, createdAt: NOW, ...change };
}

/** The commit with which an outbound exchange begins. */
export function asked(xid: string, row: Partial<ExchangeRow> = {}): Commit {
  const id = `${xid}.request`;
  return {
    entries: [{ log: LINK, entry: entryOf(xid, { evidence: id }) }],
    exchange: { kind: 'insert', row: rowOf(xid, row) },
    evidence: { id, xid, link: LINK, step: 'request', ciphertext: randomBytes(400), wrappedKey: randomBytes(60), createdAt: NOW },
  };
}

/** The commit with which it is answered. */
export function answered(xid: string, outcome = randomBytes(200)): Commit {
  return {
    entries: [{ log: LINK, entry: entryOf(xid, { step: 'response', event: 'ContentConsignment', from: 'EE', to: 'FI' }) }],
    exchange: { kind: 'update', direction: 'outbound', xid, from: 'sent', to: 'answered', outcome },
  };
}

export const newId = (): string => exchangeId(NOW);

export async function append(store: SqliteStore, count: number, change: Partial<Entry> = {}): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => store.commit({ entries: [{ log: LINK, entry: entryOf(newId(), change) }] })));
}

/** An Ed25519 key pair and the base64 of its public half, as links carry it. */
export function testKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { ...ed25519SignerOf(privateKey), privateKey, publicKey, base64: Buffer.from(rawEd25519(publicKey)).toString('base64') };
}

export function keysOf(logs: Record<string, ReturnType<typeof testKey>>, witnesses: Record<string, ReturnType<typeof testKey>> = {}): TrailKeys {
  const named = (keys: Record<string, ReturnType<typeof testKey>>) => Object.entries(keys).map(([name, { base64 }]) => ({ name, key: base64 }));
  return { v: 1, logs: named(logs), witnesses: named(witnesses) };
}
