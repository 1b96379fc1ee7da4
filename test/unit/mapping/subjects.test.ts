import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { loadMapping, loadMappings } from '../../../src/mapping/load.ts';
import type { JsonValue } from '../../../src/stages.ts';
import { MAPPINGS } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'subjects-'));
cpSync(MAPPINGS, folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

async function subjectsOf(mapping: string, document: JsonValue): Promise<string[]> {
  const { parts } = await loadMapping(MAPPINGS, mapping, 'EE', DIALECT_FORMS);
  return parts.subjects('request', document).map(({ country, type, identifier }) => `${type} ${country} ${identifier}`);
}

test('a question names its subject where the marks say, and nobody else', async () => {
  assert.deepEqual(await subjectsOf('ee/employment-income', { person: { identifier: 'EE:36805280109' }, period: { from: '2025-01', to: '2025-12' } }), ['person EE 36805280109']);
  assert.deepEqual(await subjectsOf('ee/driving-licence', { identifier: 'EE:ET123456' }), ['driving-licence EE ET123456']);
  assert.deepEqual(await subjectsOf('ee/company', { identifier: 'EE:10137319' }), [], 'a company is no person');
});

test('each person of a list is a subject, once', async () => {
  const household = [{ identifier: 'EE:1' }, { identifier: 'EE:2' }, { identifier: 'EE:1' }];
  assert.deepEqual(await subjectsOf('ee/residence-change', { person: { identifier: 'FI:9' }, household }), ['person FI 9', 'person EE 1', 'person EE 2']);
});

test('what is no number with its country is no subject', async () => {
  for (const document of [{}, { identifier: 1 }, { identifier: '36805280109' }, { identifier: 'EE:' }, [], null, 'EE:1']) assert.deepEqual(await subjectsOf('ee/person', document as JsonValue), []);
});

test('a subject in a field that is not there, and one of a type that nobody asks by, are problems with their lines', async () => {
  writeFileSync(join(folder, 'neutral/person/v1/personal.yaml'), 'neutral: person/v1\nrequest:\n  personal: [identifier]\n  subjects: { identifer: person, identifier: company }\nresponse:\n  personal: [person]\n  open: [outcome]\n');
  await assert.rejects(loadMappings(folder, 'EE', DIALECT_FORMS), (error: Error) => {
    assert.match(error.message, /personal\.yaml:4: the neutral schema has no field "identifer"/);
    assert.match(error.message, /personal\.yaml:4: "company" is no type of subject/);
    return true;
  });
});
