import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderEcosystemsPage } from '../../../src/cli/ecosystems-page.ts';
import { SHIPPED_ECOSYSTEMS, loadEcosystems } from '../../../src/config/ecosystems.ts';

const profiles = loadEcosystems(SHIPPED_ECOSYSTEMS);

test('docs/ecosystems.md is the page of the profiles (npm run --silent causeway -- ecosystems > docs/ecosystems.md)', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../../../docs/ecosystems.md'), 'utf8'), renderEcosystemsPage(profiles));
});

test('each profile has a section, which says of every fact that is not public that it is not', () => {
  const sections = renderEcosystemsPage(profiles).split('\n## ');
  for (const { name, title, unknown } of profiles) {
    const section = sections.find((one) => one.startsWith(`${title} (${name})`));
    assert.ok(section, name);
    // What carries a represented party is told in words.
    assert.equal(section.split('*not public*').length - 1, unknown.filter((fact) => fact !== 'representedParty').length, name);
  }
});
