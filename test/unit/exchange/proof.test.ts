/** A start proves the mappings in full, and does not prove again what was proven last. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import type { CandidateOrder, Progress } from '../../../src/exchange/mappings/candidate.ts';
import { LiveMappings } from '../../../src/exchange/mappings/live-mappings.ts';
import { judgeUnlessProven, proofFile } from '../../../src/exchange/mappings/proof.ts';
import { makeLogger } from '../../../src/platform/log.ts';
import { country } from '../mapping/check/folder.ts';

const STILL = new AbortController().signal;

class Start {
  readonly folder: string;
  readonly proof: string;
  order: CandidateOrder;

  constructor(t: TestContext) {
    this.folder = country(t);
    this.proof = proofFile(join(this.folder, '.data'));
    this.order = { folder: this.folder, country: 'XX', forms: DIALECT_FORMS, runs: 3 };
  }

  async open(): Promise<void> {
    const live = await LiveMappings.open({ ...this.order, clock: { now: () => 0, monotonic: () => 0 }, log: makeLogger({ level: 'silent', country: 'XX' }), proof: this.proof, prepare: async () => ({ offers: [] }), record: async () => {}, keepFor: 0 });
    await live.close();
  }

  /** How many mappings the next start would prove. */
  async proves(): Promise<number> {
    const told: Progress[] = [];
    await judgeUnlessProven(this.order, this.proof, STILL, (progress) => told.push(progress));
    return told.length;
  }

  edit(file: string, from: string, to: string): void {
    const path = join(this.folder, file);
    const text = readFileSync(path, 'utf8');
    assert.ok(text.includes(from), `${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  }
}

suite('a start', { concurrency: true }, () => {
  test('proves each mapping of a set that was never proven, and tells how far it is', async (t) => {
    const start = new Start(t);
    const told: Progress[] = [];
    await judgeUnlessProven(start.order, start.proof, STILL, (progress) => told.push(progress));
    assert.deepEqual(told, told.map((_, at) => ({ done: at + 1, of: told.length })));
    assert.ok(told.length > 1);
  });

  test('proves nothing where the set is the one that was proven last', async (t) => {
    const start = new Start(t);
    await start.open();
    assert.equal(await start.proves(), 0);
  });

  for (const [what, file, from, to] of [
    ['a mapping', 'xx/thing.yaml', 'revision: 1', 'revision: 2'],
    ['a code list', 'codelists/colour.yaml', 'codes:', 'title: Colours\ncodes:'],
    ['a sample', 'xx/samples/thing/answer.yaml', 'name: A', 'name:  A'],
    ['the names', 'xx/identifiers.yaml', 'GOV, COM]', 'GOV, COM, NGO]'],
  ] as const) {
    test(`proves the set again after a byte of ${what} changed`, async (t) => {
      const start = new Start(t);
      await start.open();
      start.edit(file, from, to);
      assert.notEqual(await start.proves(), 0);
    });
  }

  test('proves the set again where more is demanded of a proof', async (t) => {
    const start = new Start(t);
    await start.open();
    start.order = { ...start.order, runs: 4 };
    assert.notEqual(await start.proves(), 0);
  });

  test('takes a note that is damaged, or of another set, for none', async (t) => {
    const start = new Start(t);
    await start.open();
    for (const note of ['', '{"proven":', 'null', '{"proven":"AAAA"}']) {
      writeFileSync(start.proof, note);
      assert.notEqual(await start.proves(), 0, note);
    }
  });

  test('refuses a set that breaks a sample or a law with every problem, and notes no proof', async (t) => {
    const start = new Start(t);
    start.edit('xx/samples/thing/answer.yaml', 'name: A', 'name: B');
    start.edit('xx/things.yaml', 'neutral: thing/v1', 'neutral: thing/v2');
    await assert.rejects(start.open(), ({ code, message }: { code: string; message: string }) => {
      assert.equal(code, 'config-invalid');
      assert.match(message, /^xx\/things\.yaml:\d+: /m);
      return true;
    });
    start.edit('xx/things.yaml', 'neutral: thing/v2', 'neutral: thing/v1');
    await assert.rejects(start.open(), { code: 'config-invalid', message: /^xx\/samples\/thing\/answer\.yaml:\d+: / });
    assert.equal(existsSync(start.proof), false);
  });
});
