/** A link that changes between two running gateways: proposed, approved by two people of each country, accepted, in force on both, every step in both logs; and what is not signed is not taken. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { acceptLink, approveLink, diffLink, proposeLink } from '../../src/cli/link-change.ts';
import { linkHashes } from '../../src/cli/link-hash.ts';
import { operatorKeys } from '../../src/sandbox/link-signing.ts';
import { INCOME, gatewayFault } from '../support/questions.ts';
import { assertRefused } from '../support/refused.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';
import { change } from '../support/gateway-folders.ts';

const pair = runningPair();
const QUOTA = ['agreement', 'legs', 0, 'grants', 0, 'quota'] as const;
const linkFile = (country: PairCountry): string => join(pair.gateway(country).folder, 'links', `${pair.peerOf(country).toLowerCase()}.yaml`);
const config = (country: PairCountry): string => pair.gateway(country).folder;
const person = (country: PairCountry, which: 0 | 1) => ({ config: config(country), reason: `file-${country}`, key: operatorKeys(pair.data, country)[which] });
const at = (name: string): string => join(pair.data, name);

/** `<country or taken> <file number>` of the entries about a version, in the log that a country keeps. */
function recorded(country: PairCountry, sha256: string): string[] {
  return pair.entries(country).filter(({ step, digest }) => step === 'link-change' && digest === sha256).map(({ from = 'taken', approval = '' }) => `${from} ${approval}`.trim()).sort();
}

test('the version with which the link begins is in both logs, with everybody who approved it', async () => {
  const [first] = linkHashes(linkFile('EE'));
  for (const country of COUNTRIES) await eventually('it is recorded', () => recorded(country, first?.sha256 ?? '').join() === 'EE sandbox,EE sandbox,FI sandbox,FI sandbox,taken');
});

test('a file that was changed by one hand is not taken: the gateway does not start', { timeout: 120_000 }, async () => {
  const signed = readFileSync(linkFile('FI'));
  change(linkFile('FI'), [[QUOTA, 59_999]]);
  await assert.rejects(pair.restart('FI'), /is not the one that was signed/);
  writeFileSync(linkFile('FI'), signed);
  await pair.restart('FI');
});

test('a change that widens: proposed in Estonia, approved by two people of each, accepted by both, in force', { timeout: 240_000 }, async () => {
  const effective = new Date(Date.now() + 90_000).toISOString();
  const draft = parseDocument(readFileSync(linkFile('EE'), 'utf8'));
  draft.setIn(['agreement', 'version'], 2);
  draft.setIn(['agreement', 'effective'], effective);
  draft.setIn([...QUOTA], Number(draft.getIn([...QUOTA])) + 1);
  writeFileSync(at('draft.yaml'), draft.toString());
  const proposed = await proposeLink({ ...person('EE', 0), draft: at('draft.yaml'), out: at('change.json') }, Date.now());
  assert.deepEqual([proposed.complete, proposed.changes.length, proposed.changes[0]?.effect], [false, 1, 'widens']);
  assert.match(proposed.changes[0]?.text ?? '', /quota grew from \d+ exchanges a minute to \d+ exchanges a minute$/);
  await assertRefused(approveLink({ ...person('EE', 0), file: at('change.json') }, Date.now()), 'config-invalid');
  await approveLink({ ...person('EE', 1), file: at('change.json') }, Date.now());
  await assertRefused(acceptLink({ config: config('EE'), files: [at('change.json')] }, Date.now()), 'config-invalid');
  // On sticks, to two people at once.
  for (const copy of ['one.json', 'two.json']) copyFileSync(at('change.json'), at(copy));
  await approveLink({ ...person('FI', 0), file: at('one.json') }, Date.now());
  assert.equal((await approveLink({ ...person('FI', 1), file: at('two.json') }, Date.now())).complete, false);
  assert.deepEqual(diffLink(at('one.json')).approvals.map(({ country, keys }) => [country, keys.length]), [['EE', 2], ['FI', 1]]);
  for (const country of COUNTRIES) assert.equal((await acceptLink({ config: config(country), files: [at('one.json'), at('two.json')] }, Date.now())).complete, true);
  const hashes = COUNTRIES.map((country) => linkHashes(linkFile(country)));
  assert.deepEqual(hashes[0], hashes[1]);
  assert.deepEqual(hashes[0]?.map(({ version }) => version), [1, 2]);
  await Promise.all(COUNTRIES.map((country) => pair.restart(country)));
  await eventually('a question crosses', async () => gatewayFault(await INCOME.ask(pair)) === undefined, 30_000);
  for (const country of COUNTRIES) await eventually('every step is recorded', () => recorded(country, proposed.sha256).join() === 'EE file-EE,EE file-EE,FI file-FI,FI file-FI,taken', 30_000);
});

test('too late, or without what was accepted before, it is refused', async () => {
  await assertRefused(acceptLink({ config: config('EE'), files: [at('one.json'), at('two.json')] }, Date.now() + 600_000), 'config-invalid');
  const older = JSON.parse(readFileSync(at('change.json'), 'utf8')) as { versions: unknown[] };
  writeFileSync(at('older.json'), JSON.stringify({ ...older, versions: older.versions.slice(0, 1) }));
  await assertRefused(acceptLink({ config: config('EE'), files: [at('older.json')] }, Date.now()), 'config-invalid');
});
