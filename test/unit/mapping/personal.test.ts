import assert from 'node:assert/strict';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { after, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../../src/errors.ts';
import { hidePersonal } from '../../../src/mapping/explain/hide.ts';
import { HIDDEN } from '../../../src/mapping/explain/step.ts';
import { loadMapping, loadPersonal } from '../../../src/mapping/load.ts';
import { neutralCompiler, type NeutralForm, type Schema } from '../../../src/mapping/neutral.ts';
import { MAPPINGS } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'personal-'));
cpSync(MAPPINGS, folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

async function form(mapping: string): Promise<NeutralForm> {
  return (await loadMapping(MAPPINGS, mapping, 'EE', DIALECT_FORMS)).parts.neutral;
}

async function problems(marks: string): Promise<string> {
  writeFileSync(join(folder, 'neutral/employment-income/v1/personal.yaml'), marks);
  const error = await loadPersonal(folder, await form('ee/employment-income')).then(() => assert.fail('nothing was found'), (thrown: unknown) => thrown);
  assert.ok(error instanceof CausewayError && error.code === 'config-invalid', String(error));
  return error.message;
}

for (const name of globSync('neutral/*/*', { cwd: MAPPINGS }).sort()) {
  test(`${name}: every field is marked personal or open`, async () => {
    const [, subject = '', version = ''] = name.split(sep);
    const schema = (kind: string): Schema => JSON.parse(readFileSync(join(MAPPINGS, name, `${kind}.schema.json`), 'utf8')) as Schema;
    assert.ok(existsSync(join(MAPPINGS, name, 'personal.yaml')));
    await loadPersonal(MAPPINGS, neutralCompiler()(subject, version, schema('request'), schema('response')));
  });
}

test('marks hold for what stands below them, in every item of a list', async () => {
  const { isPersonal } = await loadPersonal(MAPPINGS, await form('ee/employment-income'));
  assert.equal(isPersonal('response', 'payments[12].amount.value'), true);
  assert.equal(isPersonal('request', 'period.from'), false);
  assert.equal(isPersonal('request', 'periodical'), true, 'a name that only begins like an open one');
});

test('a form without marks is personal as a whole, and so is what no mark names', async () => {
  rmSync(join(folder, 'neutral/person/v1/personal.yaml'));
  const { isPersonal } = await loadPersonal(folder, await form('ee/person'));
  assert.equal(isPersonal('response', 'outcome'), true);
});

test('a mark of a field that is not there, and a field without a mark, are problems with their lines', async () => {
  const text = await problems('neutral: employment-income/v1\nrequest:\n  personal: [person]\nresponse:\n  personal: [payment]\n  open: [outcome]\n');
  assert.match(text, /personal\.yaml:2: "period\.from" is neither personal nor open/);
  assert.match(text, /personal\.yaml:5: the neutral schema has no field "payment"/);
  assert.match(text, /personal\.yaml:4: "payments\.amount\.value" is neither personal nor open/);
});

test('a field under both marks is a problem, and so is a file of another form', async () => {
  const text = await problems('neutral: person/v1\nrequest:\n  personal: [person]\n  open: [person.identifier, period]\nresponse:\n  personal: [payments]\n  open: [outcome]\n');
  assert.match(text, /personal\.yaml:1: the file must name its form "employment-income\/v1"/);
  assert.match(text, /personal\.yaml:4: "person\.identifier" is both personal and open/);
});

test('a document keeps its form, its nulls and its open fields', () => {
  const hidden = hidePersonal({ outcome: 'found', payments: [{ month: '2026-01', note: null, paid: true }] }, (path) => path.startsWith('payments'));
  assert.deepEqual(hidden, { outcome: 'found', payments: [{ month: HIDDEN, note: null, paid: HIDDEN }] });
});
