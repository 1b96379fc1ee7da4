import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderErrorsPage } from '../../../src/cli/errors-page.ts';
import { CODES } from '../../../src/errors.ts';

test('docs/errors.md is the page of the tables (npm run --silent causeway -- errors > docs/errors.md)', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8'), renderErrorsPage());
});

test('each code has one row with its text', () => {
  const rows = renderErrorsPage().split('\n').filter((line) => line.startsWith('| `') && line.includes('server.gateway.'));
  assert.equal(rows.length, Object.keys(CODES).length);
  for (const [code, { text }] of Object.entries(CODES)) assert.equal(rows.filter((row) => row.startsWith(`| \`${code}\` |`) && row.includes(text)).length, 1, code);
});
