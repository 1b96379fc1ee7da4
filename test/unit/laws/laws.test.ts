/** The laws of the house hold in src; that each law finds what it forbids is shown in laws-find.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

test('each dependency of package.json has a home', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { dependencies: Record<string, string> };
  assert.deepEqual(Object.keys(rules.HOMES).sort(), Object.keys(manifest.dependencies).sort());
});

test('each stage is minted by one room', () => assert.deepEqual(violations(rules.mints(sources)), []));

test('time, chance and environment are arguments', () => assert.deepEqual(violations(rules.ambient(sources)), []));
