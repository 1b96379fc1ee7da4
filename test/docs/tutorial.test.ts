/** docs/tutorial-new-service.md is followed to the letter, on a copy of the mappings. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DIALECT_FORMS } from '../../src/ecosystems/dialects.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { loadMappings } from '../../src/mapping/load.ts';
import { tool } from '../support/tool.ts';
import { blocksOf, readPage } from './pages.ts';
import type { Block } from './pages.ts';
import { Walk } from './walk.ts';

const PAGE = 'docs/tutorial-new-service.md';
const SERVICE = 'EE/GOV/70000310/arireg/lihtandmed_v2/v1';

test('a stranger publishes a foreign service at home as docs/tutorial-new-service.md says', { skip: tool('bash') }, async (t) => {
  const desk = mkdtempSync(join(tmpdir(), 'causeway-tutorial-'));
  const walk = new Walk(desk, { desk: '.' });
  const grants: Block[] = [];
  try {
    for (const block of blocksOf(readPage(PAGE))) {
      if (block.words[0] === 'grant') grants.push(block);
      else await t.test(`line ${block.line}: ${block.text.split('\n')[0]}`, async () => expectations(block, editsList(desk, block) ? '' : await walk.take(block)));
    }
    const [finland, estonia] = await Promise.all([loadMappings(join(desk, 'mappings'), 'FI', DIALECT_FORMS), loadMappings(join(desk, 'mappings'), 'EE', DIALECT_FORMS)]);
    const [asked, answering] = [finland.imported.find(({ service }) => service === SERVICE), estonia.exported.find(({ service }) => service === SERVICE)];
    assert.equal(asked?.path, '/services/ee-companies');
    assert.deepEqual(asked.neutral, answering?.neutral, 'both sides translate the same neutral form');
    const [grant] = grants;
    assert.deepEqual((readYaml(grant?.text ?? '').value as { neutral: unknown }).neutral, asked.neutral, 'the grant pins it');
  } finally {
    await walk.close();
    rmSync(desk, { recursive: true });
  }
});

/** "Takes its place" in a list of services.yaml: what an editor does. */
function editsList(desk: string, { language, words: [list = '', name = ''], text }: Block): boolean {
  if (language !== 'yaml' || (list !== 'imported' && list !== 'exported')) return false;
  const file = join(desk, name);
  const before = readFileSync(file, 'utf8');
  const [first = ''] = text.split('\n');
  const entry = before.slice(before.indexOf(first)).match(/^ {2}- .*\n(?: {4}.*\n)+/)?.[0] ?? '';
  assert.ok(first !== '' && entry.startsWith(first), `${name} has no entry ${first}`);
  if (list === 'exported') assert.equal(entry, text, 'the pack has what the page shows');
  writeFileSync(file, before.replace(entry, text));
  return true;
}

/** What the page says that its reader will see. */
function expectations({ text }: Block, printed: string): void {
  if (text.includes('mappings scaffold')) {
    assert.match(printed, /^ {12}- \{ domestic: registryCode, drop: not decided yet \}/m);
    assert.match(printed, /^ {12}- \{ domestic: removed, neutral: removed, as: date, optional: true \}/m);
    assert.match(printed, /identifier \(required\)/);
  }
  if (text.includes('mappings/template')) {
    assert.match(printed, /^xx\/company for services of XX: compared with xx\/companies\.openapi\.yaml, [1-9]\d* made-up documents$/m);
    assert.match(printed, /: the mappings are proven$/m);
  } else if (text.includes('mappings check --country EE')) {
    assert.match(printed, /^ee\/company for services of EE: compared with ee\/lihtandmed\.wsdl, [1-9]\d* made-up documents$/m);
  } else if (text.includes('mappings check')) {
    assert.match(printed, /^fi\/estonian-companies for services of [A-Z]{2}: compared with fi\/estonian-companies\.openapi\.yaml, [1-9]\d* made-up documents$/m);
    assert.doesNotMatch(printed, /estonian-companies\.yaml:\d+/);
  }
  if (text.includes('try answer.json')) {
    assert.match(printed, /"registryCode": "10137319"/);
    assert.match(printed, /there and back: every neutral field is what it was/);
    assert.match(printed, /public-limited-company → AS by codelist\(fi-estonian-company-form\)/);
  }
  if (text.includes('try question.json')) {
    assert.match(printed, /"identifier": "EE:10137319"/);
    assert.match(printed, /<a:ariregistri_kood>10137319<\/a:ariregistri_kood>/);
  }
}
