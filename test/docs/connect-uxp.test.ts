/** The examples of docs/connect-uxp.md: a gateway.yaml that loads for its profile, and a table of purposes that reads. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { readGateway } from '../../src/config/config.ts';
import { purposesOf } from '../support/purposes.ts';
import { ROOT, blocksOf, readPage } from './pages.ts';

const [example, table] = blocksOf(readPage('docs/connect-uxp.md')).filter(({ language }) => language === 'yaml').map(({ text }) => parse(text) as Record<string, Record<string, unknown>>);

test('the example is accepted, with the rest of a gateway.yaml', (t) => {
  const shipped = parse(readFileSync(join(ROOT, 'federation-config/ee/gateway.yaml'), 'utf8')) as Record<string, Record<string, unknown>>;
  const folder = mkdtempSync(join(tmpdir(), 'causeway-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'gateway.yaml'), stringify({ ...shipped, ...example, gateway: { ...shipped['gateway'], ...example?.['gateway'] }, listeners: { ...shipped['listeners'], ...example?.['listeners'] } }));
  const { gateway, home } = readGateway(folder);
  assert.deepEqual([gateway.country, home.requestHash], ['UA', 'verified']);
});

test('the table of purposes is one', () => {
  const purposes = table?.['purposes'] as Record<string, string>;
  assert.equal(purposesOf(purposes).toLink(['9K9J65I75ILCLMPDUIRXS']), 'population');
});
