/** Mappings of running gateways change: what is on its way goes on as it began, what comes after is translated by the new revision, and what is wrong changes nothing. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { MappingsStatus } from '../../src/exchange/mappings/live-mappings.ts';
import { Caller, INCOME as ASKED, exchangesOf } from '../support/callers.ts';
import { claimsOf, evidenceOf } from '../support/pair-evidence.ts';
import { INCOME } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const mappings = mkdtempSync(join(tmpdir(), 'causeway-live-'));
cpSync(join(import.meta.dirname, '../../mappings'), mappings, { recursive: true });
// Golden cases of forms that are changed here.
rmSync(join(mappings, 'fi/samples/employment-income'), { recursive: true });
after(() => rmSync(mappings, { recursive: true }));
const pair = runningPair({ changes: { gateway: [[['mappings'], mappings], [['mappingsPoll'], '100ms']], link: [[['settings', 'mappingOverlap'], '2s']] } });

/** The check takes seconds of a processor, which others may hold. */
const soon = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => eventually(what, holds, 60_000);

const file = (name: string): string => join(mappings, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');

/** As an editor or a deployment does: written beside, then renamed. */
function write(name: string, text: string): void {
  writeFileSync(file(`${name}.tmp`), text);
  renameSync(file(`${name}.tmp`), file(name));
}

const operations = async (country: PairCountry, path: string): Promise<Response> => fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}${path}`);
const status = async (country: PairCountry): Promise<MappingsStatus> => (await operations(country, '/health/mappings')).json() as Promise<MappingsStatus>;

async function inForce(country: PairCountry, id: string): Promise<number> {
  const { mappings: all } = await status(country);
  return all.find((one) => one.id === id && one.state === 'in-force')?.revision ?? 0;
}

const revisionOf = (id: string): number => Number(/^revision: (\d+)$/m.exec(read(`${id}.yaml`))?.[1]);

/** Finland's gateway dies after it made the caller's question durable, before any of it left. */
async function crashed(caller: Caller): Promise<void> {
  await pair.gateway('FI').crashAt('outbound.request-recorded');
  void caller.send().catch(() => {});
  assert.equal(await pair.gateway('FI').ended, 'SIGKILL');
}

/** Makes `id` say another revision, changed as wanted, and waits until the gateway has it. */
async function revise(country: PairCountry, id: string, change = (text: string): string => text): Promise<number> {
  const revision = revisionOf(id) + 1;
  write(`${id}.yaml`, change(read(`${id}.yaml`).replace(/^revision: \d+$/m, `revision: ${revision}`)));
  await soon(`${id} is at revision ${revision}`, async () => (await inForce(country, id)) === revision);
  return revision;
}

/** Revision that a country's statement names. */
function revisionIn(country: PairCountry, xid: string, step: 'request' | 'response'): number {
  return (claimsOf(evidenceOf(pair, country, xid, step))['mapping'] as { revision: number }).revision;
}

async function asked(): Promise<string> {
  const { reply } = await INCOME.ask(pair);
  assert.equal(reply.status, 200, Buffer.from(reply.body).toString());
  return pair.lastAsked('FI');
}

suite('on a working day', () => {
  test('an exchange that is on its way ends with the revision that it began with; the next one has the new one', async () => {
    const before = await inForce('EE', 'ee/employment-income');
    pair.countries.EE.faults.set(INCOME.service, { kind: 'slow', ms: 4000 });
    const slow = asked();
    await soon('it is handed over', () => pair.facts('EE', 'inbound.handing-over').length > 0);
    const revision = await revise('EE', 'ee/employment-income');
    pair.countries.EE.faults.clear();
    const first = await slow;
    const second = await asked();
    assert.deepEqual([revisionIn('EE', first, 'response'), revisionIn('EE', second, 'response')], [before, revision]);
  });

  test('no exchange fails while mappings change, and each says which revision it was', async () => {
    const before = await inForce('FI', 'fi/employment-income');
    const changing = revise('FI', 'fi/employment-income');
    const seen = new Set<number>();
    for (let revision = before; revision === before; revision = await inForce('FI', 'fi/employment-income')) seen.add(revisionIn('FI', await asked(), 'request'));
    assert.equal(await changing, before + 1);
    seen.add(revisionIn('FI', await asked(), 'request'));
    assert.deepEqual([...seen], [before, before + 1]);
  });

  test('each change stands in the log of the link whose services it translates', () => {
    const changes = (country: PairCountry) => pair.entries(country).filter(({ step }) => step === 'mapping-change').map(({ log, mapping }) => [log, mapping?.id]);
    assert.deepEqual(changes('EE'), [['ee-fi', 'ee/employment-income']]);
    assert.deepEqual(changes('FI'), [['ee-fi', 'fi/employment-income']]);
  });

  test('a form that only the revision before can read is read by it for the overlap of the link, and refused afterwards', async () => {
    const described = read('fi/employment-income.openapi.yaml');
    write('fi/employment-income.openapi.yaml', described.replace('required: [from, to]', 'required: [since, until]').replace(/^( +)from: \{/m, '$1since: {').replace(/^( +)to: \{/m, '$1until: {'));
    const revision = await revise('FI', 'fi/employment-income', (text) => text.replace('body.period.from', 'body.period.since').replace('body.period.to', 'body.period.until'));
    assert.equal(revisionIn('FI', await asked(), 'request'), revision - 1);
    await soon('the overlap is over', async () => (await INCOME.ask(pair)).reply.status === 422);
    write('fi/employment-income.openapi.yaml', described);
    await revise('FI', 'fi/employment-income', (text) => text.replace('body.period.since', 'body.period.from').replace('body.period.until', 'body.period.to'));
    await asked();
  });
});

suite('a change that fails its check', () => {
  test('changes nothing, is shown, and is no reason to take the gateway out of use', async () => {
    const [good, revision] = [read('ee/employment-income.yaml'), await inForce('EE', 'ee/employment-income')];
    write('ee/employment-income.yaml', good.replace(/^revision: \d+$/m, `revision: ${revision + 1}`).replace('neutral: period.from', 'neutral: period.form'));
    await soon('it is refused', async () => (await status('EE')).refused !== undefined);
    assert.match((await status('EE')).refused?.problems.join('\n') ?? '', /^ee\/employment-income\.yaml:\d+: the neutral schema has no field "period\.form"/m);
    const ready = await operations('EE', '/health/ready');
    assert.deepEqual([ready.status, ((await ready.json()) as { warnings: string[] }).warnings.length], [200, 1]);
    assert.match(await (await operations('EE', '/metrics')).text(), /^causeway_mappings_refused 1$/m);
    assert.equal(revisionIn('EE', await asked(), 'response'), revision);
    write('ee/employment-income.yaml', good);
    await soon('it is mended', async () => (await status('EE')).refused === undefined);
  });
});

suite('SIGHUP', () => {
  test('has the folder judged at once, and ends no process', async () => {
    await pair.reconfigure({ gateway: [[['mappingsPoll'], '1h']] }, ['FI']);
    const text = read('fi/employment-income.yaml');
    const revision = (await inForce('FI', 'fi/employment-income')) + 1;
    write('fi/employment-income.yaml', text.replace(/^revision: \d+$/m, `revision: ${revision}`));
    pair.gateway('FI').signal('SIGHUP');
    await soon('it is taken', async () => (await inForce('FI', 'fi/employment-income')) === revision);
    assert.equal(revisionIn('FI', await asked(), 'request'), revision);
  });
});

suite('a question that a crash left open', () => {
  test('is answered in the form of the revision that it was sealed with, if that still lies beside the new one', async () => {
    const caller = new Caller(ASKED, pair);
    await crashed(caller);
    const [text, revision] = [read('fi/employment-income.yaml'), revisionOf('fi/employment-income')];
    write(`fi/employment-income@${revision + 1}.yaml`, text.replace(/^revision: \d+$/m, `revision: ${revision + 1}\neffective: "2026-01-02T00:00:00Z"`));
    await pair.restart('FI');
    assert.equal((await caller.outcome(20_000)).result, 'answered');
    assert.equal(await inForce('FI', 'fi/employment-income'), revision + 1);
    rmSync(file(`fi/employment-income@${revision + 1}.yaml`));
  });

  test('is asked on and recorded, but not answered in another form, if it is gone', async () => {
    const caller = new Caller(ASKED, pair);
    await pair.restart('FI');
    await crashed(caller);
    const revision = revisionOf('fi/employment-income');
    write('fi/employment-income.yaml', read('fi/employment-income.yaml').replace(/^revision: \d+$/m, `revision: ${revision + 1}`));
    await pair.restart('FI');
    const { result, delivered } = await caller.outcome(20_000);
    assert.deepEqual([result, delivered], ['service-answer-unmappable', 'yes']);
    const xid = exchangesOf(pair, 'FI', 'outbound').find(({ id }) => id === caller.id)?.xid ?? '';
    assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignmentFailure']);
  });
});
