/** The mappings of the repository, proven: against the real descriptions where they are, and always on made-up documents and samples. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DIALECT_FORMS } from '../../../../src/ecosystems/dialects.ts';
import { checkCountry, type CountryReport } from '../../../../src/mapping/check/country.ts';
import { ORGANISATION_NUMBERS, PERSON_NUMBERS } from '../../../../src/mapping/codecs/check-digits.ts';
import { ORGANISATION_STEMS, PERSON_STEMS } from '../../../../src/mapping/check/values.ts';
import { DescriptionError } from '../../../../src/mapping/describe/description.ts';
import type { ReadFile } from '../../../../src/mapping/describe/description.ts';
import { readDescription } from '../../../../src/mapping/describe/read.ts';
import { readFiles, rootsOf } from '../../../../src/mapping/folder.ts';
import { countriesOf } from '../../../../src/mapping/load.ts';
import { renderProblem } from '../../../../src/mapping/problems.ts';
import { MAPPINGS, SHARED } from '../support.ts';

const DESCRIPTIONS = join(SHARED, 'wsdl');

function reading(folders: readonly string[]): ReadFile {
  return (path) => {
    const file = folders.map((folder) => join(folder, path)).find((one) => existsSync(one));
    return file === undefined ? undefined : readFileSync(file);
  };
}

async function prove(country: string, folders: readonly string[], requireSchemas: boolean): Promise<CountryReport> {
  return checkCountry(await readFiles(MAPPINGS, rootsOf(country)), country, { forms: DIALECT_FORMS, runs: 40, read: reading(folders), requireSchemas });
}

for (const country of await countriesOf(MAPPINGS)) {
  test(`${country}: without the registers' own descriptions, what can be proven is`, async () => {
    const { problems, samples, mappings } = await prove(country, [MAPPINGS], false);
    assert.deepEqual(problems.filter(({ severity }) => severity === 'error').map(renderProblem), []);
    for (const { text } of problems) assert.match(text, /^description not found, skipped: /);
    assert.ok(samples > 0);
    assert.ok(mappings.length > 0 && mappings.every(({ documents }) => documents >= 12));
    // In full for one country, and again for each other that is asked.
    for (const [id, all] of Map.groupBy(mappings, (one) => one.id)) assert.ok(all.some(({ documents }) => documents >= 120), id);
  });
}

const MAPPED = [
  ['EE', [['ee/company', 'ee/lihtandmed.wsdl'], ['ee/driving-licence', 'ee/juhiload.wsdl'], ['ee/echo', 'ee/echo.wsdl'], ['ee/residence-change', 'ee/elukohateade.wsdl'], ['ee/employment-income', 'tsd.wsdl'], ['ee/person', 'rr.wsdl']]],
  ['FI', [['fi/company', 'fi/companies.openapi.yaml'], ['fi/driving-licence', 'fi/driving-licences.openapi.yaml'], ['fi/echo', 'fi/echo.openapi.yaml'], ['fi/residence-change', 'fi/residence-notices.openapi.yaml'], ['fi/employment-income', 'fi/employment-income.openapi.yaml'], ['fi/foreign-company', 'fi/foreign-companies.openapi.yaml'], ['fi/person', 'vtj/service.wsdl']]],
] as const;
for (const [country, expected] of MAPPED) {
  test(`${country}: the mappings are what the registers' own descriptions say`, async (t) => {
    if (!existsSync(DESCRIPTIONS)) return t.skip('skipped: no ../shared');
    const { ok, problems, mappings } = await prove(country, [MAPPINGS, DESCRIPTIONS], true);
    assert.deepEqual(problems.map(renderProblem), []);
    assert.ok(ok);
    assert.deepEqual(new Map(mappings.map(({ id, description }) => [id, description])), new Map(expected));
  });
}

test("EE: operation and elements of ee/lihtandmed.wsdl are those of the register's arireg.wsdl, whose types are not beside it", (t) => {
  if (!existsSync(DESCRIPTIONS)) return t.skip('skipped: no ../shared');
  const read = reading([DESCRIPTIONS]);
  const element = (name: string) => ({ ns: 'http://arireg.x-road.eu/producer/', name });
  const roots = { request: element('lihtandmed_v2'), response: element('lihtandmed_v2Response') };
  for (const file of ['arireg.wsdl', 'arireg_hp.wsdl']) {
    assert.throws(() => readDescription(file, 'lihtandmed_v2', roots, read), (error) => error instanceof DescriptionError && error.reason === 'incomplete' && error.message.includes('xroad6_lihtandmed_v2.xsd'), file);
    assert.throws(() => readDescription(file, 'lihtandmed_v2', { ...roots, response: element('lihtandmed_v2Vastus') }, read), /it names the payload \{http:\/\/arireg\.x-road\.eu\/producer\/\}lihtandmed_v2/);
  }
});

test('for every country whose numbers have a check digit, numbers can be made up', () => {
  assert.deepEqual(Object.keys(PERSON_STEMS).sort(), [...PERSON_NUMBERS.keys()].sort());
  assert.deepEqual(Object.keys(ORGANISATION_STEMS).sort(), [...ORGANISATION_NUMBERS.keys()].sort());
});
