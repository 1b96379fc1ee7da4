/** Mappings that change while they are used: taken as a whole or not at all, proven in a thread of their own. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, symlinkSync, writeFileSync, readFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../../src/errors.ts';
import { LiveMappings } from '../../../src/exchange/mappings/live-mappings.ts';
import type { LiveMappingsOptions } from '../../../src/exchange/mappings/live-mappings.ts';
import type { Progress } from '../../../src/exchange/mappings/candidate.ts';
import type { MappingChange } from '../../../src/exchange/mappings/mapping-changes.ts';
import { judgeUnlessProven } from '../../../src/exchange/mappings/proof.ts';
import { inForce } from '../../../src/exchange/mappings/revision.ts';
import { makeLogger } from '../../../src/platform/log.ts';
import { country } from '../mapping/check/folder.ts';

const ASK = 'XX/GOV/2/reg/ask/v1';
const TIME = Date.parse('2026-06-01T10:00:00Z');

class Running {
  now = TIME;
  readonly folder: string;
  readonly recorded: MappingChange[] = [];
  live!: LiveMappings;

  constructor(folder: string) {
    this.folder = folder;
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  edit(file: string, from: string | RegExp, to: string): void {
    const before = readFileSync(join(this.folder, file), 'utf8');
    assert.notEqual(before.replace(from, to), before, 'the change must change something');
    this.write(file, before.replace(from, to));
  }

  /** Revision that translates a question of this moment. */
  get revision(): number {
    return inForce(this.live.exportedService(ASK, { name: 'ask' })?.revisions ?? [], this.now).ref.revision;
  }

  /** As the gateway's timer: until what lies there was judged. */
  async looks(): Promise<void> {
    for (let look = 0; look < 2; look += 1) await this.live.look();
  }
}

/** Of the country as it stands: it is proven once for all tests. */
let proof: string | undefined;

async function running(t: TestContext, options: Partial<LiveMappingsOptions> = {}, folder = country(t)): Promise<Running> {
  const one = new Running(folder);
  const note = join(folder, '.proven.json');
  if (proof !== undefined) writeFileSync(note, proof);
  one.live = await LiveMappings.open({
    folder,
    country: 'XX',
    forms: DIALECT_FORMS,
    runs: 5,
    clock: { now: () => one.now, monotonic: () => one.now },
    log: makeLogger({ level: 'silent', country: 'XX' }),
    proof: note,
    prepare: async () => ({ offers: [] }),
    record: async (changes) => void one.recorded.push(...changes),
    keepFor: 60_000,
    ...options,
  });
  proof ??= readFileSync(note, 'utf8');
  await one.live.begin();
  t.after(() => one.live.close());
  return one;
}

const revised = (one: Running): void => one.edit('xx/thing.yaml', 'revision: 1', 'revision: 2');

suite('a change that passes the check', () => {
  test('is taken without a restart, stands in the trail, and is the set that is shown', async (t) => {
    const one = await running(t);
    const before = one.live.status();
    revised(one);
    await one.live.look();
    assert.equal(one.revision, 1, 'files that changed a moment ago may be half written');
    one.now += 5000;
    await one.live.look();
    assert.equal(one.revision, 2);
    assert.deepEqual(one.recorded.map(({ mapping: { id, revision }, services }) => [id, revision, services]), [['xx/thing', 2, [ASK]]]);
    const then = one.live.status();
    assert.notEqual(then.sha256, before.sha256);
    assert.equal(then.since, '2026-06-01T10:00:05.000Z');
    assert.deepEqual(then.mappings.filter(({ id }) => id === 'xx/thing').map(({ revision, state }) => [revision, state]), [[1, 'replaced'], [2, 'in-force']]);
  });

  test('is judged at once when an operator says that it is whole', async (t) => {
    const one = await running(t);
    revised(one);
    await one.live.look(true);
    assert.equal(one.revision, 2);
  });

  test('needs no other proof when the gateway starts again', async (t) => {
    const one = await running(t);
    revised(one);
    await one.looks();
    const told: Progress[] = [];
    const order = { folder: one.folder, country: 'XX', forms: DIALECT_FORMS, runs: 5 };
    await judgeUnlessProven(order, join(one.folder, '.proven.json'), new AbortController().signal, (progress) => told.push(progress));
    assert.deepEqual(told, []);
  });

  test('may be of code lists and names too: all of it comes along, or nothing', async (t) => {
    const one = await running(t);
    one.edit('codelists/colour.yaml', 'codes:', 'title: Colours\ncodes:');
    one.edit('xx/identifiers.yaml', 'GOV, COM]', 'GOV, COM, NGO]');
    await one.looks();
    assert.deepEqual(one.live.status().refused?.problems, undefined);
    assert.deepEqual(one.recorded.map(({ mapping: { id, revision } }) => [id, revision]), [['xx/thing', 1], ['xx/things', 1], ['xx/identifiers', undefined]]);
    assert.equal(one.live.identifiers.foreignClient('YY/NGO/12-3/x').subsystem, 'YY-NGO-12-3-x');
  });

  test('is not used before it is on disk, and is tried again when the store failed', async (t) => {
    let broken = true;
    const one = await running(t, { record: async () => broken ? Promise.reject(new CausewayError('store-unavailable', 'full')) : undefined });
    revised(one);
    await one.looks();
    assert.equal(one.revision, 1);
    broken = false;
    await one.live.look();
    assert.equal(one.revision, 2);
  });

  test('lets the revision that it replaces go after the time for which it may be asked for', async (t) => {
    const one = await running(t);
    revised(one);
    await one.looks();
    one.now += 60_001;
    one.edit('xx/thing.yaml', 'revision: 2', 'revision: 3');
    await one.looks();
    assert.deepEqual(one.live.status().mappings.filter(({ id }) => id === 'xx/thing').map(({ revision }) => revision), [2, 3]);
  });

  test('does not keep exchanges waiting: the proof is computed elsewhere', async (t) => {
    const one = await running(t);
    revised(one);
    await one.live.look();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await one.live.look();
    delay.disable();
    assert.equal(one.revision, 2);
    assert.ok(delay.max < 250e6, `the event loop stood still for ${Math.round(delay.max / 1e6)} ms`);
  });
});

suite('a change that fails the check', { concurrency: true }, () => {
  test('never replaces what is good: file, line and hint are shown, and mending it ends the refusal', async (t) => {
    const one = await running(t);
    revised(one);
    one.edit('xx/thing.yaml', 'codelist(colour)', 'codelist(colours)');
    await one.looks();
    assert.equal(one.revision, 1);
    const { refused } = one.live.status();
    assert.equal(refused?.at, '2026-06-01T10:00:00.000Z');
    assert.match(refused.problems.join('\n'), /^xx\/thing\.yaml:\d+: unknown code list "colours"/m);
    assert.equal(one.live.refused, true);
    one.edit('xx/thing.yaml', 'codelist(colours)', 'codelist(colour)');
    await one.looks();
    assert.deepEqual([one.revision, one.live.refused, one.recorded.length], [2, false, 1]);
  });

  test('is found by the laws and the samples too', async (t) => {
    const one = await running(t);
    revised(one);
    one.edit('xx/samples/thing/answer.yaml', 'name: A', 'name: B');
    await one.looks();
    assert.equal(one.revision, 1);
    assert.match(one.live.status().refused?.problems.join('\n') ?? '', /samples\/thing\/answer\.yaml/);
  });

  test('a file that was written in part only is not taken', async (t) => {
    const one = await running(t);
    const whole = readFileSync(join(one.folder, 'xx/thing.yaml'), 'utf8').replace('revision: 1', 'revision: 2');
    one.write('xx/thing.yaml', whole.slice(0, whole.length / 2));
    await one.looks();
    assert.deepEqual([one.revision, one.live.refused], [1, true]);
    one.write('xx/thing.yaml', whole);
    await one.looks();
    assert.deepEqual([one.revision, one.live.refused], [2, false]);
  });

  test('another content under the same revision is refused: statements name the revision', async (t) => {
    const one = await running(t);
    one.write('xx/thing.yaml', `${readFileSync(join(one.folder, 'xx/thing.yaml'), 'utf8')}# mended\n`);
    await one.looks();
    assert.deepEqual(one.live.status().refused?.problems, ['xx/thing.yaml:1: changed, and still revision 1 (count "revision" up: statements name it)']);
  });

  test('a set for which no link gives what it asks is refused', async (t) => {
    let reached = true;
    const one = await running(t, { prepare: async () => (reached ? { offers: [] } : assertUnreached()) });
    reached = false;
    revised(one);
    await one.looks();
    assert.deepEqual([one.revision, one.live.status().refused?.problems], [1, ['no link reaches YY']]);
  });

  test('a folder that is gone for a while changes nothing', async (t) => {
    const one = await running(t);
    renameSync(join(one.folder, 'xx'), join(one.folder, '.away'));
    await one.looks();
    assert.deepEqual([one.revision, one.live.refused], [1, true]);
    renameSync(join(one.folder, '.away'), join(one.folder, 'xx'));
    await one.looks();
    assert.deepEqual([one.revision, one.live.refused, one.recorded.length], [1, false, 0]);
  });
});

function assertUnreached(): never {
  throw new CausewayError('config-invalid', 'no link reaches YY');
}

suite('two revisions side by side', { concurrency: true }, () => {
  const planned = (one: Running): void => one.write('xx/thing@2.yaml', readFileSync(join(one.folder, 'xx/thing.yaml'), 'utf8').replace('revision: 1', 'revision: 2\neffective: "2026-06-01T12:00:00Z"'));

  test('the later one is in force from its time on, without another look', async (t) => {
    const one = await running(t);
    planned(one);
    await one.looks();
    assert.deepEqual(one.recorded.map(({ mapping: { revision, from } }) => [revision, from]), [[2, Date.parse('2026-06-01T12:00:00Z')]]);
    const states = () => one.live.status().mappings.filter(({ id }) => id === 'xx/thing').map(({ revision, state }) => [revision, state]);
    assert.deepEqual([one.revision, states()], [1, [[1, 'in-force'], [2, 'planned']]]);
    one.now = Date.parse('2026-06-01T12:00:00Z');
    assert.deepEqual([one.revision, states()], [2, [[1, 'replaced'], [2, 'in-force']]]);
  });

  test('what was in force before the first is taken away is still known to exchanges on their way', async (t) => {
    const one = await running(t);
    planned(one);
    await one.looks();
    one.now = Date.parse('2026-06-01T12:00:00Z');
    renameSync(join(one.folder, 'xx/thing@2.yaml'), join(one.folder, 'xx/thing.yaml'));
    await one.looks();
    assert.equal(one.live.refused, false, one.live.status().refused?.problems.join('\n') ?? '');
    assert.deepEqual(one.live.exportedService(ASK, { name: 'ask' })?.revisions.map(({ translation }) => translation.ref.revision), [1, 2, 2]);
    assert.equal(one.revision, 2);
  });
});

test('a link that is turned to another folder, as orchestrators do, is a change of all files at once', async (t) => {
  const folder = country(t);
  for (const version of ['..v1', '..v2']) {
    mkdirSync(join(folder, version));
    for (const name of ['neutral', 'codelists', 'xx']) cpSync(join(folder, name), join(folder, version, name), { recursive: true });
  }
  for (const name of ['neutral', 'codelists', 'xx']) rmSync(join(folder, name), { recursive: true });
  symlinkSync('..v1', join(folder, '..data'));
  for (const name of ['neutral', 'codelists', 'xx']) symlinkSync(`..data/${name}`, join(folder, name));
  const one = await running(t, {}, folder);
  one.edit('..v2/xx/thing.yaml', 'revision: 1', 'revision: 2');
  symlinkSync('..v2', join(folder, '..new'));
  renameSync(join(folder, '..new'), join(folder, '..data'));
  await one.looks();
  assert.equal(one.revision, 2);
});
