/** docs/packs.md names each mapping that there is, with the dialect and the operation that its file says. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readYaml } from '../../src/config/yaml.ts';
import { ORGANISATION_NUMBERS, PERSON_NUMBERS } from '../../src/mapping/codecs/check-digits.ts';
import { readPage } from './pages.ts';

const MAPPINGS = join(import.meta.dirname, '../../mappings');

interface MappingFile {
  readonly mapping?: string;
  readonly domestic?: { readonly dialect: string; readonly operation: string; readonly schema: string };
}

const files = globSync('[a-z][a-z]/*.yaml', { cwd: MAPPINGS }).map((name) => readYaml(readFileSync(join(MAPPINGS, name), 'utf8')).value as MappingFile).filter(({ mapping }) => mapping !== undefined);
const rows = readPage('docs/packs.md').split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

test('every mapping has its row, and every row its mapping', () => {
  const said = rows.filter(([id]) => /^[a-z]{2}\//.test(id ?? '')).map(([id = '', dialect, operation]) => `${id} ${dialect} ${operation}`);
  assert.deepEqual(new Set(said), new Set(files.map(({ mapping, domestic }) => `${mapping} ${domestic?.dialect} \`${domestic?.operation}\``)));
  assert.equal(said.length, files.length);
});

test('a form is an example on the page if, and only if, its description says so', () => {
  for (const { mapping, domestic } of files) {
    const schema = domestic?.schema ?? '';
    if (!/^[a-z]{2}\//.test(schema)) continue;
    const isExample = /^(?:<\?xml.*\n)?(?:# |<!-- )example: |An example, not a service/m.test(readFileSync(join(MAPPINGS, schema), 'utf8'));
    const form = rows.find(([id]) => id === mapping)?.[3] ?? '';
    assert.equal(form.startsWith('example'), isExample, schema);
  }
});

test('every country whose numbers are judged has its row', () => {
  for (const country of new Set([...PERSON_NUMBERS.keys(), ...ORGANISATION_NUMBERS.keys()])) assert.ok(rows.some(([name]) => name === country), country);
});
