/** Any two platforms as one running pair for a test file, with every question that can cross between them as a test. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SHIPPED_ECOSYSTEMS, loadEcosystems } from '../../src/config/ecosystems.ts';
import type { Kits } from '../../src/sandbox/kits.ts';
import { parsePair } from '../../src/sandbox/pair-names.ts';
import { choosePair } from '../../src/sandbox/pairs.ts';
import type { PairChoice } from '../../src/sandbox/pairs.ts';
import { runningPairOf } from './running-pair.ts';
import type { RunningPair } from './running-pair.ts';

export const ROOT = join(import.meta.dirname, '../..');

/** `name`: as `--pair` takes it. */
export async function pairNamed(name: string): Promise<PairChoice> {
  const pair = parsePair(name, loadEcosystems(SHIPPED_ECOSYSTEMS));
  if (typeof pair === 'string') throw new Error(pair);
  return choosePair(ROOT, pair);
}

/** Starts the pair, and registers a test for each question: found and not found in the asker's own form, recorded on both sides. `expected`: their names. */
export async function questionsCross(name: string, expected: readonly string[]): Promise<RunningPair<Kits>> {
  const { kits, scenarios, signatures } = await pairNamed(name);
  const pair = runningPairOf(kits, { signatures });
  test(`${name}: each side asks and answers`, () => {
    assert.deepEqual(scenarios.map((scenario) => scenario.name), expected);
    assert.deepEqual(new Set(scenarios.map(({ from }) => from)), new Set(pair.codes));
  });
  for (const scenario of scenarios) {
    test(`${scenario.name} crosses, ${scenario.dialects.join(' to ')}`, async () => {
      const { ok, details } = await scenario.run(pair.countries);
      assert.ok(ok, details);
      const xid = pair.lastAsked(scenario.from);
      const link = pair.codes.join('-').toLowerCase();
      assert.deepEqual(pair.trail(scenario.from, xid), [`${link}: request SubmissionAcceptance`, `${link}: response ContentConsignment`]);
      assert.deepEqual(pair.trail(scenario.to, xid).map((entry) => entry.split(' ')[1]), ['request', 'response']);
    });
  }
  return pair;
}
