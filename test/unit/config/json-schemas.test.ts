/** The JSON Schemas for editors are those of the code, and take what the code takes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { jsonSchemas } from '../../../src/config/json-schemas.ts';
import { readYaml } from '../../../src/config/yaml.ts';

const CONFIG = join(import.meta.dirname, '../../../federation-config');

for (const [name, text] of Object.entries(jsonSchemas())) {
  test(`federation-config/schemas/${name} is current (npm run causeway -- config schemas)`, () => assert.equal(readFileSync(join(CONFIG, 'schemas', name), 'utf8'), text));
}

function validates(schema: string, file: string, change: (value: Record<string, unknown>) => void = () => {}): boolean {
  const validate = new Ajv2020({ strict: false, logger: false }).compile(JSON.parse(jsonSchemas()[schema] ?? '') as object);
  const value = readYaml(readFileSync(join(CONFIG, file), 'utf8')).value as Record<string, unknown>;
  change(value);
  return validate(value);
}

for (const country of ['ee', 'fi']) {
  test(`gateway.yaml and the link of ${country} are valid for an editor`, () => {
    assert.ok(validates('gateway.schema.json', `${country}/gateway.yaml`));
    assert.ok(validates('link.schema.json', `${country}/links/${country === 'ee' ? 'fi' : 'ee'}.yaml`));
  });
}

test('an editor shows an unknown key, and a missing one', () => {
  assert.ok(!validates('gateway.schema.json', 'ee/gateway.yaml', (value) => (value['colour'] = 'red')));
  assert.ok(!validates('gateway.schema.json', 'ee/gateway.yaml', (value) => delete value['keys']));
});

test('an editor takes a duration as its text and refuses it as a number', () => {
  const set = (timeout: unknown) => (value: Record<string, unknown>) => ((value['home'] as { timeout: unknown }).timeout = timeout);
  assert.ok(validates('gateway.schema.json', 'ee/gateway.yaml', set('20s')));
  assert.ok(!validates('gateway.schema.json', 'ee/gateway.yaml', set(20)));
});
