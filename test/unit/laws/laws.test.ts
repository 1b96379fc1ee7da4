/** The laws of the house hold in src; that each law finds what it forbids is shown in laws-find.test.ts. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as rules from '../../support/laws/rules.ts';
import { allSources } from '../../support/laws/sources.ts';

const sources = allSources();
const violations = (found: readonly rules.Violation[]): string[] => found.map(({ law, at }) => `${law}: ${at}`);

test('every file of src lies in a room that has a step', () => {
  assert.ok(sources.length > 50, `only ${sources.length} files were read`);
  assert.deepEqual(violations(rules.roomsInNoStep(sources)), []);
});

test('imports point down', () => assert.deepEqual(violations(rules.importOrder(sources)), []));

test('there are no import cycles', () => assert.deepEqual(violations(rules.cycles(sources)), []));

test('there are no barrels', () => assert.deepEqual(violations(rules.barrels(sources)), []));

test('ecosystems, federation, trail and mapping are kept apart', () => assert.deepEqual(violations(rules.separation(sources)), []));

test('each package is imported by its home only', () => assert.deepEqual(violations(rules.homes(sources)), []));

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { dependencies: Record<string, string> };

test('each dependency of package.json has a home', () => assert.deepEqual(Object.keys(rules.HOMES).sort(), Object.keys(dependencies).sort()));

test('each dependency of package.json is used', () => {
  // Named as a text too where a package is resolved without being imported (mapping/compute.ts).
  const named = new Set(sources.flatMap(({ tokens }) => tokens.map(({ text }) => text.split('/').slice(0, text.startsWith('@') ? 2 : 1).join('/'))));
  assert.deepEqual(Object.keys(dependencies).filter((name) => !named.has(name)), []);
});

test('what only the check of mappings needs is not loaded with a gateway', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { file, specifier, typeOnly, form } of byPath.get(path)?.imports ?? []) if (!typeOnly && form !== 'dynamic') visit(file ?? specifier);
  };
  visit('src/main.ts');
  assert.ok(reached.has('src/mapping/load.ts'));
  assert.deepEqual([...reached].filter((path) => path === 'fast-check' || path.startsWith('src/mapping/check/') || path.startsWith('src/mapping/describe/')), []);
});

test('each stage is minted by one room', () => assert.deepEqual(violations(rules.mints(sources)), []));

test('time, chance and environment are arguments', () => assert.deepEqual(violations(rules.ambient(sources)), []));

test('a hook before or between tests stands in a suite: files of test/unit and test/refusals share a process, where one outside would run for all of them', () => {
  const root = join(import.meta.dirname, '../..');
  const files = globSync('{unit,refusals}/**/*.test.ts', { cwd: root });
  assert.deepEqual(files.filter((file) => /^(before|beforeEach|afterEach)\(/m.test(readFileSync(join(root, file), 'utf8'))), []);
});
