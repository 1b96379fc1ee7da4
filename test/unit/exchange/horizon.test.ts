/** The expiry horizon over real configuration folders, with certificates of chosen ends. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { horizonReport, renderHorizon } from '../../../src/cli/horizon.ts';
import type { HorizonLine } from '../../../src/cli/horizon.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createAuthority, issue } from '../../../src/crypto/pki.ts';
import { HorizonWatch } from '../../../src/exchange/horizon-watch.ts';
import type { HorizonItem } from '../../../src/exchange/horizon.ts';
import { makeLogger } from '../../../src/platform/log.ts';
import { NOW, change, makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { GatewayFolders } from '../../support/gateway-folders.ts';

const DAY_MS = 86_400_000;
let folders: GatewayFolders;
const within = (path: string): string => join(folders.fi, path);

function certificateUntil(notAfter: number): string {
  const window = { notBefore: NOW - 100 * DAY_MS, notAfter };
  const authority = createAuthority({ ...window, algorithm: 'P-256', subject: [['CN', 'authority']] });
  return issue(authority, { ...window, algorithm: 'P-256', use: 'tls', names: ['localhost'], subject: [['CN', 'server']] }).certificate;
}

async function itemsAt(now: number): Promise<readonly HorizonLine[]> {
  return (await horizonReport(folders.fi, now)).items;
}

/** Puts the file back afterwards. */
async function replaced<T>(path: string, text: string, work: () => Promise<T>): Promise<T> {
  const original = readFileSync(within(path));
  writeFileSync(within(path), text);
  try {
    return await work();
  } finally {
    writeFileSync(within(path), original);
  }
}

/** Every file that a value of the configuration names. */
function filesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('/') && existsSync(value) && statSync(value).isFile() ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(filesIn) : [];
}

suite('over real configuration folders', () => {
  before(async () => void (folders = await makeGatewayFolders()));
  after(() => folders.remove());

  test('each certificate that the configuration names is in the list', async () => {
    const { home, listeners, keys } = loadConfig(folders.fi);
    const named = filesIn({ home, listeners, keys }).filter((file) => readFileSync(file, 'utf8').includes('BEGIN CERTIFICATE'));
    const listed = new Set((await itemsAt(NOW)).map(({ file }) => file));
    assert.ok(named.length >= 4);
    assert.deepEqual(named.filter((file) => !listed.has(file)), []);
  });

  test("each role of the peer's keys is in the list, with the end of its window", async () => {
    const trusted = (await itemsAt(NOW)).filter(({ file }) => file === within('trust/EE.json'));
    assert.deepEqual(trusted.map(({ what }) => what).sort(), ['TLS key of the peer', 'encryption key of the peer', 'statement key of the peer'].sort());
    for (const { at, days } of trusted) assert.deepEqual([at, days], [new Date(NOW + 364 * DAY_MS).toISOString(), 364]);
  });

  test('nothing near: the report is good, and soonest comes first', async () => {
    const { ok, items } = await horizonReport(folders.fi, NOW);
    assert.equal(ok, true);
    const ends = items.flatMap(({ at }) => (at === undefined ? [] : [Date.parse(at)]));
    assert.deepEqual(ends, ends.toSorted((a, b) => a - b));
  });

  test('a certificate with less than a day left comes first and fails the report; with a day and more it does not', async () => {
    const { ok, items } = await replaced('keys/federation-tls.cert.pem', certificateUntil(NOW + DAY_MS - 1000), () => horizonReport(folders.fi, NOW));
    assert.equal(ok, false);
    assert.deepEqual([items[0]?.what, items[0]?.days, items[0]?.about], ['our TLS certificate towards peers', 0, 'CN=server']);
    const longer = await replaced('keys/federation-tls.cert.pem', certificateUntil(NOW + DAY_MS + 1000), () => horizonReport(folders.fi, NOW));
    assert.equal(longer.ok, true);
  });

  test('an expired pin beside a valid one is left over and not listed; alone it fails the report', async () => {
    const file = 'home/security-server.cert.pem';
    const valid = readFileSync(within(file), 'utf8');
    const both = await replaced(file, `${certificateUntil(NOW - DAY_MS)}${valid}`, () => horizonReport(folders.fi, NOW));
    assert.equal(both.ok, true);
    assert.equal(both.items.some(({ days = 0 }) => days < 0), false);
    const alone = await replaced(file, certificateUntil(NOW - DAY_MS), () => horizonReport(folders.fi, NOW));
    assert.equal(alone.ok, false);
  });

  test('a file without a certificate is a line of its own, before all others', async () => {
    const report = await replaced('keys/federation-tls.cert.pem', 'nothing', () => horizonReport(folders.fi, NOW));
    assert.equal(report.ok, false);
    assert.equal(report.items[0]?.problem, 'holds no certificate in PEM');
    assert.match(renderHorizon(report), /^unreadable.*holds no certificate.*federation-tls\.cert\.pem/);
  });

  test("a peer's keys that are gone fail the report", async () => {
    const file = within('trust/EE.json');
    const text = readFileSync(file);
    rmSync(file);
    try {
      const { ok, items } = await horizonReport(folders.fi, NOW);
      assert.deepEqual([ok, items[0]?.what, items[0]?.about], [false, 'keys of the peer', 'EE']);
    } finally {
      writeFileSync(file, text);
    }
  });

  test('a next version of a link and the end of a suspension are planned changes, and no alarm on their day', async () => {
    const file = within('links/ee.yaml');
    const text = readFileSync(file);
    const soon = new Date(NOW + 3_600_000).toISOString();
    const agreement = loadConfig(folders.fi).links[0]!.agreements[0];
    try {
      change(file, [[['agreement', 'effective'], soon], [['settings', 'suspended'], { reason: 'maintenance', until: soon }]]);
      const { ok, items } = await horizonReport(folders.fi, NOW);
      assert.equal(ok, true);
      assert.deepEqual(items.filter(({ kind }) => kind === 'changes').map(({ what, about }) => [what, about]), [['link version takes effect', `${agreement.id} version ${agreement.version}`], ['suspension was announced until', agreement.id]]);
    } finally {
      writeFileSync(file, text);
    }
  });
});

function watchOf(items: readonly HorizonItem[]) {
  const lines: { level: string; days?: number; msg: string }[] = [];
  let now = NOW;
  const log = makeLogger({ level: 'info', country: 'FI', destination: { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) } });
  const watch = new HorizonWatch({ clock: { now: () => now, monotonic: () => 0 }, log, read: async () => items });
  return { lines, watch, at: (days: number) => { now = NOW + days * DAY_MS; return watch.look(); } };
}

test('the log tells of an end at 60, 30 and 7 days, then every day, and not twice a day', async () => {
  const { lines, at, watch } = watchOf([{ what: 'certificate', about: '', file: '/f', at: NOW + 100 * DAY_MS, kind: 'ends' }]);
  for (let day = 0; day <= 101; day += 0.25) await at(day);
  assert.deepEqual(lines.map(({ days }) => days), [59, 29, 6, 5, 4, 3, 2, 1, 0, -1]);
  assert.deepEqual([...watch.days()], [['certificate: /f', -1]]);
  assert.deepEqual(lines.map(({ level }) => level), ['warn', 'warn', 'warn', 'warn', 'warn', 'warn', 'warn', 'warn', 'error', 'error']);
});

test('a planned change is not told of as an end, and has no metric', async () => {
  const { lines, at, watch } = watchOf([{ what: 'version', about: '', file: '/f', at: NOW + DAY_MS / 2, kind: 'changes' }]);
  await at(0);
  assert.deepEqual(lines, []);
  assert.deepEqual([...watch.days()], []);
});
