import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { SHIPPED_ECOSYSTEMS, readEcosystem } from '../../../src/config/ecosystems.ts';
import type { EcosystemProfile } from '../../../src/config/ecosystem-file.ts';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { contradictions } from '../../../src/ecosystems/profile.ts';
import { loadMappings } from '../../../src/mapping/load.ts';

const mappings = await loadMappings(join(import.meta.dirname, '../../../mappings'), 'EE', DIALECT_FORMS);
const member = { instance: 'EE', memberClass: 'GOV', memberCode: '70006317' };

function xtee(changes: Partial<EcosystemProfile> = {}): EcosystemProfile {
  const { value } = readEcosystem(SHIPPED_ECOSYSTEMS, 'ee-xtee');
  assert.ok(value);
  return { ...value, ...changes };
}

test("Estonia's mappings agree with the profile of X-tee", () => assert.deepEqual(contradictions(mappings, xtee(), member), []));

test('a gateway that is another member in its mappings is found', () => {
  assert.deepEqual(contradictions(mappings, xtee(), { ...member, instance: 'ee-test' }), ['ee/identifiers.yaml: the gateway is EE/GOV/70006317, in gateway.yaml ee-test/GOV/70006317']);
});

test('a member class that the platform does not have is found', () => {
  assert.deepEqual(contradictions(mappings, xtee({ memberClasses: ['GOV', 'COM', 'NGO'] }), member), ['ee/identifiers.yaml: NEE is no member class of ee-xtee; it has GOV, COM, NGO']);
});

test('where the classes of a platform are not public, any is taken', () => {
  const { memberClasses: _, ...unknown } = xtee();
  assert.deepEqual(contradictions(mappings, unknown, member), []);
});

test('a service in a dialect that the platform does not speak is found', () => {
  const lines = contradictions(mappings, xtee({ dialects: ['xroad-rest'] }), member);
  assert.equal(lines.length, [...mappings.imported, ...mappings.exported].filter(({ home }) => home.dialect === 'xroad-soap').length);
  assert.equal(lines[0], 'ee/services.yaml: FI/GOV/0244683-1/prh/companies is xroad-soap, which is not spoken on ee-xtee; it speaks xroad-rest');
});
