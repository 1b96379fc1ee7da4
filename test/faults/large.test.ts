/**
 * Large messages when something breaks in their middle: what a crash leaves on disk is gone after the next start, nothing is lost, nothing is handed over twice, and what cannot go on
 * ends with a code.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { trailVerify } from '../../src/cli/trail-verify.ts';
import { Spool } from '../../src/platform/spool.ts';
import { freePorts } from '../../src/sandbox/free-ports.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { Home, Made, ask, largeChanges, largeMappings, restHeaders, take } from '../support/large-pair.ts';
import type { Take, Taken } from '../support/large-pair.ts';
import { COUNTRIES, RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'causeway-large-'));
const pair = new RunningPair(EE_FI);
const spool = new Spool({ folder: join(folder, 'spool'), maxBytes: 1e9, memoryBytes: MIB });
const taking: Take = (message) => take(message, spool);
let home: Home;

before(async () => {
  await spool.clear(new Set());
  const [port = 0] = await freePorts(1);
  await pair.start({ changes: largeChanges(largeMappings(join(folder, 'mappings')), `https://127.0.0.1:${port}`, '64MiB') });
  home = await Home.start(port, pair.countries.EE.keys.securityServer, taking);
  home.rest = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, pieces: [Buffer.from('taken')] });
});
after(async () => {
  await pair.end();
  await home.close();
  rmSync(folder, { recursive: true });
});

let n = 0;
const nextId = (): string => `fault-${(n += 1)}`;
const PATH = '/services/ee-files/files/x';
const url = (): string => `https://127.0.0.1:${pair.gateway('FI').ports.domestic}${PATH}`;
const post = (id: string, body: Made): Promise<Taken> => ask(url(), pair.countries.FI.keys.securityServer, { headers: restHeaders(id, { 'content-type': 'application/octet-stream' }) }, [body], taking);
const files = (country: PairCountry, kind: 'temporary' | 'kept'): string[] => readdirSync(join(pair.store(country), 'spool')).filter((name) => name.startsWith(kind));

async function killed(country: PairCountry): Promise<void> {
  pair.gateway(country).signal('SIGKILL');
  assert.equal(await pair.gateway(country).ended, 'SIGKILL');
}

/** How the last exchange on the link ended, as the trail says it. */
function lastEntry(country: PairCountry): unknown[] {
  const entry = pair.entries(country).findLast(({ log, xid }) => log === 'ee-fi' && xid !== undefined);
  return [entry?.step, entry?.code];
}

/** The disk is given back, and both trails are whole. */
async function assertWhole(): Promise<void> {
  for (const country of COUNTRIES) {
    await eventually('no temporary file is left', () => files(country, 'temporary').length === 0);
    assert.deepEqual((await trailVerify(pair.store(country))).trails.flatMap(({ wrong }) => wrong), []);
  }
}

async function crosses(id: string, body: Made): Promise<void> {
  const before = home.taken.length;
  const answer = await post(id, body);
  assert.deepEqual([answer.status, answer.parts[0]?.text], [200, 'taken']);
  assert.equal(home.taken.length, before + 1);
  assert.equal(home.taken.at(-1)?.parts[0]?.sha256, body.sha256());
}

test('the asking gateway is killed while a body comes from home: its file is gone after the start, and the caller sends it again', async () => {
  const [id, body] = [nextId(), new Made(8 * MIB)];
  const { key, certificate } = pair.countries.FI.keys.securityServer;
  const outgoing = request(url(), { method: 'POST', headers: { ...restHeaders(id), 'content-length': String(body.length) }, key, cert: certificate, rejectUnauthorized: false, agent: false });
  const broken = once(outgoing, 'error');
  outgoing.write(Buffer.alloc(4 * MIB));
  await eventually('a part of the body lies in a file', () => files('FI', 'temporary').length === 1);
  await killed('FI');
  await broken;
  assert.equal(files('FI', 'temporary').length, 1, 'a crash leaves it');
  await pair.restart('FI');
  assert.deepEqual(files('FI', 'temporary'), []);
  await crosses(id, body);
  await assertWhole();
});

test('the asked gateway is killed while the payload comes, and is down for a while: the same bytes come again, and the service gets them once', async () => {
  const [id, body, before] = [nextId(), new Made(32 * MIB), home.taken.length];
  const answer = post(id, body);
  while (files('EE', 'temporary').length === 0) await sleep(2);
  await killed('EE');
  assert.equal(home.taken.length, before);
  await sleep(1000);
  await pair.restart('EE');
  assert.deepEqual([(await answer).status, (await answer).parts[0]?.text], [200, 'taken']);
  assert.deepEqual(home.taken.slice(before).map(({ parts }) => parts[0]?.sha256), [body.sha256()]);
  await assertWhole();
});

test('the asking gateway is killed after the request left: after its start it asks on with the bytes that it kept', async () => {
  const [id, body, before] = [nextId(), new Made(6 * MIB), home.taken.length];
  await pair.gateway('FI').crashAt('outbound.request-recorded');
  const lost = post(id, body).catch(() => undefined);
  assert.equal(await pair.gateway('FI').ended, 'SIGKILL');
  await lost;
  await pair.restart('FI');
  const answer = await post(id, body);
  assert.deepEqual([answer.status, answer.parts[0]?.text], [200, 'taken']);
  assert.deepEqual(home.taken.slice(before).map(({ parts }) => parts[0]?.sha256), [body.sha256()]);
  await assertWhole();
});

test('sealed bytes that were changed on disk are not sent: the exchange ends with a code, once, and the caller is told', async () => {
  const [id, body, before] = [nextId(), new Made(6 * MIB), home.taken.length];
  const old = new Set(files('FI', 'kept'));
  await pair.gateway('FI').crashAt('outbound.request-recorded');
  const lost = post(id, body).catch(() => undefined);
  assert.equal(await pair.gateway('FI').ended, 'SIGKILL');
  await lost;
  for (const name of files('FI', 'kept').filter((kept) => !old.has(kept))) {
    const path = join(pair.store('FI'), 'spool', name);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.with(3 * MIB, (bytes[3 * MIB] ?? 0) ^ 1));
  }
  await pair.restart('FI');
  const answer = await post(id, body);
  assert.deepEqual([answer.status, answer.headers['causeway-error']], [500, 'internal']);
  assert.equal(home.taken.length, before, 'nothing reached the service');
  assert.deepEqual(lastEntry('FI'), ['outcome-unknown', 'internal']);
  await assertWhole();
});

test('no room for a message at the asked gateway: disk-full is told, nothing is handed over, and a smaller one passes', async () => {
  await pair.reconfigure({ gateway: [[['limits', 'temporaryBytes'], '6MiB']] }, ['EE']);
  const before = home.taken.length;
  const { status, headers } = await post(nextId(), new Made(4 * MIB));
  assert.deepEqual([status, headers['causeway-error']], [502, 'peer-refused']);
  assert.deepEqual(lastEntry('EE'), ['refusal', 'disk-full']);
  assert.equal(home.taken.length, before);
  await assertWhole();
  await crosses(nextId(), new Made(2 * MIB));
});

test('no room for a message at the asking gateway: disk-full before anything leaves, and a smaller one passes', async () => {
  await pair.reconfigure({ gateway: [[['limits', 'temporaryBytes'], '6MiB']] }, ['FI']);
  const { status, headers } = await post(nextId(), new Made(4 * MIB));
  assert.deepEqual([status, headers['causeway-error']], [507, 'disk-full']);
  await crosses(nextId(), new Made(2 * MIB));
  await assertWhole();
});
