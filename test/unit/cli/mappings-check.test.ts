/** `causeway mappings check` as a program: what it prints, and how it ends. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { country } from '../mapping/check/folder.ts';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [ENTRY, 'mappings', 'check', ...args], { encoding: 'utf8' });
}

test('a folder that is right ends with 0, and says what was proven', (t) => {
  const { status, stdout } = check(country(t), '--runs', '20', '--require-schemas');
  assert.equal(status, 0);
  assert.match(stdout, /^xx\/thing for services of XX: compared with xx\/thing\.wsdl, 120 made-up documents$/m);
  assert.match(stdout, /^XX: 1 samples$/m);
  assert.match(stdout, /: the mappings are proven\n$/);
});

test('problems end with 1, each with file, line and hint, and the document that shows it', (t) => {
  const { status, stdout } = check(country(t, ['xx/thing.yaml', 'neutral: note, optional: true', 'neutral: note, as: collapse, optional: true'], ['xx/things.yaml', 'query.number', 'query.numero']));
  assert.equal(status, 1);
  assert.match(stdout, /^xx\/things\.yaml:7: the description has no "numero" in "query\.numero" \(did you mean number\?\)$/m);
  assert.match(stdout, /^xx\/thing\.yaml:28: neutral → domestic → neutral: "thing\.note" is not the same \(.*\)\n {4}made-up counterexample: \{"outcome":"found"/m);
  assert.match(stdout, /: not valid, \d+ problems\n$/);
});

test('--json is one object with the same', (t) => {
  const { status, stdout } = check(country(t, ['xx/thing.yaml', 'schema: xx/thing.wsdl', 'schema: far.wsdl']), '--json', '--runs', '20');
  assert.equal(status, 0);
  const { ok, countries } = JSON.parse(stdout) as { ok: boolean; countries: { country: string; problems: { file: string; line: number; severity: string; hint: string }[] }[] };
  assert.ok(ok);
  assert.deepEqual(countries.map(({ problems }) => problems.map(({ file, line, severity, hint }) => ({ file, line, severity, hint }))), [[{ file: 'xx/thing.yaml', line: 4, severity: 'warning', hint: '--schemas names the folder where descriptions are' }]]);
});

test('a folder without mappings, and a country that it lacks, end with 1; a number of runs that is none is wrong usage', (t) => {
  const folder = country(t);
  assert.match(check(join(folder, 'codelists')).stderr, /no mappings/);
  assert.equal(check(folder, '--country', 'ZZ').status, 1);
  assert.equal(check(folder, '--runs', '0').status, 2);
});
