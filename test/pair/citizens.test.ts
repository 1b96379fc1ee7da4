/** The citizen's view of two running gateways: what one's own authority sees, who else sees nothing, and what is left of it on disk. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { evidenceErase } from '../../src/cli/evidence-erasures.ts';
import { createAuthority, issue } from '../../src/crypto/pki.ts';
import type { Identity } from '../../src/crypto/pki.ts';
import type { UsagePage } from '../../src/exchange/citizen-view.ts';
import { connect } from '../../src/platform/http-client.ts';
import { spkiPin } from '../../src/platform/spki.ts';
import { X509Certificate } from 'node:crypto';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { personalDataOnDisk } from '../support/personal-data.ts';
import { INCOME, POPULATION, gatewayFault } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const AUTHORITY = 'EE/GOV/70006317/andmejalgija';
const PERSON = `EE${EXAMPLES.person}`;
const PATH = '/citizens/v2/findUsage';

const folder = mkdtempSync(join(tmpdir(), 'citizens-'));
after(() => rmSync(folder, { recursive: true }));
const DAY_MS = 86_400_000;
const portal = identity('portal', Date.now() + DAY_MS);
const stranger = identity('stranger', Date.now() + DAY_MS);
const expired = identity('expired', Date.now() - 1000);

function identity(name: string, notAfter: number): Identity {
  const window = { notBefore: Date.now() - DAY_MS, notAfter };
  const authority = createAuthority({ ...window, algorithm: 'P-256', subject: [['CN', 'authorities']] });
  const made = issue(authority, { ...window, algorithm: 'P-256', use: 'tls', names: ['localhost'], subject: [['CN', name]] });
  writeFileSync(join(folder, `${name}.cert.pem`), made.certificate);
  writeFileSync(join(folder, `${name}.key.pem`), made.key);
  return made;
}

const file = (name: string): string => join(folder, name);
// Both gateways get the group; Finland's is never asked.
const pair = runningPair({ changes: { gateway: [[['citizens'], { authorities: [{ client: AUTHORITY, certificates: [file('portal.cert.pem'), file('expired.cert.pem')] }], lookUpsPerMinute: 40 }]] } });

interface Asked {
  readonly identity?: { readonly key: string; readonly certificate: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

async function post(body: object | string, { identity: shown = portal, headers = {}, method = 'POST' }: Asked = {}): Promise<{ readonly status: number; readonly json: UsagePage & Readonly<Record<string, unknown>> }> {
  const { keys } = pair.countries.EE;
  const pins = [spkiPin(new X509Certificate(keys.gateway.tls.certificate).publicKey)];
  const connection = connect({ origin: `https://127.0.0.1:${pair.gateway('EE').ports.domestic}`, tls: { ...('key' in shown ? { key: shown.key, cert: shown.certificate } : {}), pins, minVersion: 'TLSv1.2' }, connections: 1 });
  try {
    const { status, body: answer } = await connection.send({ method, target: PATH, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }, { signal: AbortSignal.timeout(10_000), maxBytes: 1_000_000 });
    return { status, json: JSON.parse(Buffer.from(answer).toString()) as UsagePage & Record<string, unknown> };
  } finally {
    await connection.close();
  }
}

/** Asks until there is an answer, and gives its exchange id: on a busy machine a question may be refused. */
async function answered(question: Question): Promise<string> {
  await eventually('there is an answer', async () => gatewayFault(await question.ask(pair)) === undefined, 60_000);
  return pair.lastAsked('FI');
}

const shown = async (): Promise<UsagePage> => (await post({ userCode: PERSON })).json;

const accesses = () => pair.entries('EE').filter(({ step }) => step === 'evidence-access');

suite("the citizen's view", () => {
  test('shows who asked what about a person, when and for which purpose, the newest first and in pages; each look-up is an entry that names no person', async () => {
    const [income, population] = [await answered(INCOME), await answered(POPULATION)];
    const before = accesses().length;
    const { status, json } = await post({ userCode: PERSON });
    assert.deepEqual([status, json.totalUsages], [200, json.usages.length]);
    const [newest, oldest] = json.usages.filter(({ exchange }) => exchange === income || exchange === population);
    assert.deepEqual([newest?.exchange, oldest?.exchange], [population, income]);
    assert.deepEqual({ ...oldest, logtime: '' }, { logtime: '', receiverName: 'FI/GOV/0245458-6', receiverCode: 'FI-0245458-6', receiverSystem: 'vero', action: `commuting-tax: ${INCOME.service}`, purpose: 'commuting-tax', service: INCOME.service, exchange: income });
    assert.ok(Math.abs(Date.parse(oldest?.logtime ?? '') - Date.now()) < 60_000);
    assert.deepEqual((await post({ userCode: PERSON, offset: 1, limit: 1 })).json.usages, json.usages.slice(1, 2));
    assert.deepEqual((await post({ userCode: PERSON, offset: json.totalUsages })).json, { totalUsages: json.totalUsages, usages: [] }, 'beyond the last page there is nothing');
    assert.deepEqual((await post({ userCode: `EE${EXAMPLES.nobody}` })).json, { totalUsages: 0, usages: [] });
    assert.deepEqual((await post({ userCode: PERSON, type: 'driving-licence' })).json.totalUsages, 0, 'a number of another kind');
    const entries = accesses().slice(before);
    assert.deepEqual(entries.map(({ log, approval, client, xid }) => [log, approval, client, xid]), Array.from({ length: 5 }, () => ['local', 'citizen-view', AUTHORITY, undefined]));
  });

  test('is read by the command, which takes the person from standard input', async () => {
    const child = execFile(process.execPath, ['src/cli/causeway.ts', 'citizen', 'usage', '--gateway', `https://127.0.0.1:${pair.gateway('EE').ports.domestic}`, '--pin', join(pair.gateway('EE').folder, 'keys/domestic-tls.cert.pem'), '--key', file('portal.key.pem'), '--certificate', file('portal.cert.pem'), '--limit', '1']);
    child.stdin?.end(`${PERSON}\n`);
    let printed = '';
    for await (const chunk of child.stdout ?? []) printed += String(chunk);
    assert.match(printed, /FI\/MUN\/0101263-6\/vaestotiedot {2}population {2}EE\/GOV\/70008440\/rr\/RR456\/v1 {2}\S+\n1 of \d+\n$/);
    assert.doesNotMatch(printed, new RegExp(EXAMPLES.person));
  });

  test('answers a security server for the member that it names, if that may ask', async () => {
    const { securityServer } = pair.countries.EE.keys;
    const by = (client?: string) => post({ userCode: PERSON }, { identity: securityServer, headers: client === undefined ? {} : { 'x-road-client': client } });
    assert.equal((await by(AUTHORITY)).json.totalUsages, (await shown()).totalUsages);
    for (const other of ['EE/GOV/70008440/rr', 'EE/GOV/70006317', undefined]) assert.deepEqual([(await by(other)).json['code']], ['not-allowed'], String(other));
  });
});

suite("refusals of the citizen's view", () => {
  const cases: readonly (readonly [title: string, status: number, code: string, body: object | string, asked?: Asked])[] = [
    ['a certificate that no authority has', 403, 'connection-untrusted', { userCode: PERSON }, { identity: stranger }],
    ['no certificate', 403, 'connection-untrusted', { userCode: PERSON }, { identity: {} as never }],
    ['a certificate that is out of its time', 403, 'connection-untrusted', { userCode: PERSON }, { identity: expired }],
    ['an authority that says it is another member', 403, 'not-allowed', { userCode: PERSON }, { headers: { 'x-road-client': 'EE/GOV/70008440/rr' } }],
    ['a person of another country', 400, 'malformed', { userCode: 'FI131052-308T' }],
    ['a number without its country', 400, 'malformed', { userCode: EXAMPLES.person }],
    ['no number', 400, 'malformed', {}],
    ['a member that the form does not have', 400, 'malformed', { userCode: PERSON, all: true }],
    ['a page before the first', 400, 'malformed', { userCode: PERSON, offset: -1 }],
    ['a page of more than 1000', 400, 'malformed', { userCode: PERSON, limit: 1001 }],
    ['a page of nothing', 400, 'malformed', { userCode: PERSON, limit: 0 }],
    ['a body that is not JSON', 400, 'malformed', `userCode=${PERSON}`],
    ['a body that names a member twice', 400, 'malformed', `{"userCode":"${PERSON}","userCode":"EE1"}`],
    ['a body of more than 4 KiB', 413, 'too-large', { userCode: PERSON, type: 'x'.repeat(5000) }],
    ['a GET, whose person would stand in the URL', 405, 'malformed', '', { method: 'GET' }],
  ];
  for (const [title, status, code, body, asked] of cases) {
    test(`${title} is ${code}, and makes no entry`, async () => {
      const before = accesses().length;
      const { status: got, json } = await post(body, asked);
      assert.deepEqual([got, json['code'], accesses().length], [status, code, before]);
      assert.doesNotMatch(JSON.stringify(json), new RegExp(EXAMPLES.person));
    });
  }

  test('more look-ups in a minute than are allowed are quota-exceeded', async () => {
    const codes: unknown[] = [];
    // Forty-one in a row may fall into two minutes; eighty-one cannot all.
    for (let n = 0; n < 81 && !codes.includes('quota-exceeded'); n++) codes.push((await post({ userCode: PERSON })).json['code']);
    assert.ok(codes.includes('quota-exceeded'));
  });
});

suite('what is not shown', () => {
  test('an exchange whose evidence was erased', async () => {
    await pair.restart('EE');
    const [first, ...others] = (await shown()).usages.map(({ exchange }) => exchange);
    assert.ok(first !== undefined && others.length > 0);
    await evidenceErase({ config: pair.gateway('EE').folder, exchange: first, reason: 'request-1', operator: 'Op Erator' }, Date.now());
    assert.deepEqual((await shown()).usages.map(({ exchange }) => exchange), others);
  });

  test('purposes that the link hides: what was asked before too, and what was asked meanwhile for ever', async () => {
    const purposes = async () => new Set((await shown()).usages.map(({ purpose }) => purpose));
    await pair.reconfigure({ link: [[['agreement', 'hiddenFromSubjects'], ['commuting-tax']]] });
    const meanwhile = await answered(INCOME);
    await answered(POPULATION);
    assert.deepEqual(await purposes(), new Set(['population']));
    await pair.reconfigure({ link: [[['agreement', 'hiddenFromSubjects'], []]] });
    assert.deepEqual(await purposes(), new Set(['population', 'commuting-tax']));
    assert.ok((await shown()).usages.every(({ exchange }) => exchange !== meanwhile));
  });

  test('the person, in any file of a gateway', () => {
    assert.deepEqual((['EE', 'FI'] as const).flatMap((country) => personalDataOnDisk(pair, country)), []);
  });
});
