/** Any two platforms as one running pair for a test file, with every question that can cross between them as a test. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { linkCheck } from '../../src/cli/link-check.ts';
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
  const hub = Object.values(kits).some(({ home }) => home.software === 'api-hub');
  for (const country of pair.codes) {
    test(`an echo of ${country}'s gateway ${hub ? 'is not asked: one of the platforms is a hub' : 'goes through both platforms and comes back'}`, async () => {
      const { steps } = await linkCheck(pair.gateway(country).folder, pair.peerOf(country), Date.now);
      const step = steps.at(-1);
      assert.deepEqual([step?.step, step?.ok], ['round-trip', true], JSON.stringify(step));
      assert.match(step?.text ?? '', hub ? /^not tried/ : /^from our security server to .* and back in \d+ ms$/);
    });
  }
  return pair;
}
