import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../../src/errors.ts';
import { loadMappings } from '../../../src/mapping/load.ts';
import { canonicalJson } from '../../../src/platform/canonical-json.ts';
import { MAPPINGS } from './support.ts';

const RR456 = 'EE/GOV/70008440/rr/RR456/v1';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A copy of the repository's mappings with one file changed. */
function changed(file: string, change: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mappings-'));
  folders.push(folder);
  cpSync(MAPPINGS, folder, { recursive: true });
  const before = readFileSync(join(folder, file), 'utf8');
  assert.notEqual(change(before), before, 'the change must change something');
  writeFileSync(join(folder, file), change(before));
  return folder;
}

async function problems(folder: string, country: string): Promise<string> {
  try {
    await loadMappings(folder, country, DIALECT_FORMS);
  } catch (error) {
    assert.ok(error instanceof CausewayError && error.code === 'config-invalid', String(error));
    return error.message;
  }
  return assert.fail('nothing was found');
}

test('both countries load, with every service of the sandbox', async () => {
  const [ee, fi] = await Promise.all([loadMappings(MAPPINGS, 'EE', DIALECT_FORMS), loadMappings(MAPPINGS, 'FI', DIALECT_FORMS)]);
  assert.deepEqual(ee.imported.filter(({ path }) => path === '/services/fi-companies').map(({ service, path, home }) => [service, path, home.service.subsystem, home.service.service]), [['FI/GOV/0244683-1/prh/companies', '/services/fi-companies', 'FI-prh', 'lihtandmed_v2']]);
  assert.deepEqual(new Map(fi.imported.filter(({ path }) => ['/services/ee-employment-income', '/services/ee-population'].includes(path)).map(({ service, path }) => [service, path])), new Map([['EE/GOV/70000349/emta/xteePalgaandmed/v1', '/services/ee-employment-income'], ['EE/GOV/70008440/rr/RR456/v1', '/services/ee-population']]));
  assert.deepEqual(fi.imported.find(({ path }) => path === '/services/ee-employment-income')?.home, { dialect: 'xroad-rest', service: { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'EE-emta', service: 'employmentIncome' }, operation: { method: 'POST', template: '/income-queries' } });
  for (const name of ['xteePalgaandmed', 'RR456']) assert.ok(ee.exported.some(({ home }) => isDeepStrictEqual(home.operation, { name })), name);
  assert.deepEqual(fi.exported[0]?.home.service, { instance: 'FI', memberClass: 'GOV', memberCode: '0244683-1', subsystem: 'prh', service: 'companies' });
});

test('both countries pin the same neutral forms, by the hash of their RFC 8785 form', async () => {
  const [ee, fi] = await Promise.all([loadMappings(MAPPINGS, 'EE', DIALECT_FORMS), loadMappings(MAPPINGS, 'FI', DIALECT_FORMS)]);
  const schema = (kind: string): unknown => JSON.parse(readFileSync(join(MAPPINGS, `neutral/person/v1/${kind}.schema.json`), 'utf8'));
  const sha256 = createHash('sha256').update(canonicalJson({ request: schema('request'), response: schema('response') })).digest('base64url');
  const register = ee.exported.find(({ service }) => service === RR456)?.neutral;
  assert.deepEqual(register, { schema: 'person', version: 'v1', sha256 });
  assert.deepEqual(fi.imported.find(({ service }) => service === RR456)?.neutral, register);
});

test('the hash of a mapping is that of its sha256sum list: the file, then its code lists by name', async () => {
  const ee = await loadMappings(MAPPINGS, 'EE', DIALECT_FORMS);
  const lines = ['ee/company.yaml', 'codelists/ee-company-status.yaml', 'codelists/ee-company-status-text.yaml', 'codelists/ee-legal-form.yaml'].map((file) => `${createHash('sha256').update(readFileSync(join(MAPPINGS, file))).digest('hex')}  ${file}\n`);
  assert.equal(ee.imported.find(({ path }) => path === '/services/fi-companies')?.revisions[0]?.translation.ref.sha256, createHash('sha256').update(lines.join('')).digest('base64url'));
});

test('another code list is another mapping hash', async () => {
  const folder = changed('codelists/ee-sex.yaml', (text) => `${text}# x\n`);
  const [before, then] = await Promise.all([loadMappings(MAPPINGS, 'EE', DIALECT_FORMS), loadMappings(folder, 'EE', DIALECT_FORMS)]);
  const [was, is] = [before, then].map((set) => set.exported.find(({ service }) => service === RR456)?.revisions[0]?.translation.ref.sha256);
  assert.ok(was !== undefined && is !== undefined && was !== is);
});

for (const [title, file, country, change, expected] of [
  ['an unknown key of a rule', 'ee/person.yaml', 'EE', (t: string) => t.replace('neutral: identifier, as', 'neutral: identifier, az'), /^ee\/person\.yaml:16: unknown key "az" \(known: domestic, /],
  ['an unknown codec', 'ee/person.yaml', 'EE', (t: string) => t.replaceAll('date(dd.mm.yyyy)', 'date(us)'), /^ee\/person\.yaml:\d+: date knows iso, dd\.mm\.yyyy/],
  ['an unknown code list', 'ee/person.yaml', 'EE', (t: string) => t.replace('codelist(ee-sex)', 'codelist(sex)'), /unknown code list "sex"/],
  ['a neutral field that the schema lacks', 'ee/person.yaml', 'EE', (t: string) => t.replace('neutral: birthDate', 'neutral: bornOn'), /the neutral schema has no field "person\.bornOn"/],
  ['a neutral field fed twice', 'ee/person.yaml', 'EE', (t: string) => t.replace('neutral: deathDate', 'neutral: birthDate'), /"person\.birthDate" is fed twice/],
  ['a domestic field used twice', 'ee/person.yaml', 'EE', (t: string) => t.replace('domestic: Isik.Surmaaeg', 'domestic: Isik.Synniaeg'), /Isik\.Synniaeg" is used twice/],
  ['a required neutral field that nothing feeds', 'ee/person.yaml', 'EE', (t: string) => t.replace(/.*neutral: familyName.*\n/, ''), /nothing feeds the required neutral field "person\.familyName"/],
  ['a required field of a list item that nothing feeds', 'fi/company.yaml', 'FI', (t: string) => t.replace(/.*neutral: legalName.*\n/, ''), /nothing feeds the required neutral field "companies\.legalName"/],
  ['an outcome that cannot be written', 'fi/employment-income.yaml', 'FI', (t: string) => t.replace(/ {4}- outcome: not-found\n.*\n/, ''), /no outcome "not-found"/],
  ['an outcome that the schema lacks', 'fi/employment-income.yaml', 'FI', (t: string) => t.replace('outcome: not-found', 'outcome: unknown'), /unknown outcome "unknown" \(known: found, not-found\)/],
  ['a drop without a reason', 'ee/person.yaml', 'EE', (t: string) => t.replace('drop: contacts are not agreed', 'drop: ""'), /a drop needs its reason/],
  ['a prefix that is not declared', 'ee/person.yaml', 'EE', (t: string) => t.replace('root: rr:RR456\n', 'root: x:RR456\n'), /prefix "x" is not declared/],
  ['a one-way codec in a two-way rule', 'ee/person.yaml', 'EE', (t: string) => t.replace('as: country-name(et), one-way: to-domestic', 'as: country-name(et)'), /say one-way: to-domestic/],
  ['a wrong JSONata expression', 'fi/company.yaml', 'FI', (t: string) => t.replace("endDate ? 'removed'", "endDate ? ? 'removed'"), /not a JSONata expression/],
  ['a code list that lacks a neutral code', 'codelists/fi-sex.yaml', 'FI', (t: string) => t.replace(/, [^,}]*: female/, ''), /^fi\/person\.yaml:\d+: code list fi-sex lacks female/],
  ['a code list with two domestic codes for one neutral', 'codelists/fi-sex.yaml', 'FI', (t: string) => t.replace('female', 'male'), /^codelists\/fi-sex\.yaml:3: "male" stands for two/],
  ['a service whose mapping is not there', 'fi/services.yaml', 'FI', (t: string) => t.replace('mapping: fi/person', 'mapping: fi/persona'), /^fi\/services\.yaml:\d+: no mapping "fi\/persona" \(known: fi\/company/],
  ['a service with another operation than its mapping', 'fi/services.yaml', 'FI', (t: string) => t.replace('template: /income-queries', 'template: /incomes'), /is for "POST \/income-queries"/],
  ['a foreign service under a code that the platform answers itself', 'fi/services.yaml', 'FI', (t: string) => t.replace('service: employmentIncome', 'service: getWSDL'), /service code "getWSDL" is taken by the platform's own "getWsdl"/],
  ['a service of our own country among the foreign ones', 'ee/services.yaml', 'EE', (t: string) => t.replace('FI/GOV/0244683-1', 'EE/GOV/70006317'), /must be a federated identifier of another country/],
  ['two services of one name at home', 'fi/services.yaml', 'FI', (t: string) => t.replace('exported:', `${/ {2}- service: EE\/GOV\/70008440[^]*?mapping: fi\/person\n/.exec(t)?.[0].replace('operation: { name: RR456 }', 'operation: { name: RR457 }') ?? ''}exported:`), /stands twice/],
  ['a schema that ajv refuses in strict mode', 'neutral/person/v1/request.schema.json', 'EE', (t: string) => t.replace('"required"', '"requiredd"'), /neutral\/person\/v1:1: .*requiredd/],
  ['a file that is not YAML', 'ee/person.yaml', 'EE', (t: string) => t.replace('revision: ', 'revision: ['), /^ee\/person\.yaml:\d+: /],
  ['a mapping that names itself otherwise', 'ee/person.yaml', 'EE', (t: string) => t.replace('mapping: ee/person', 'mapping: ee/persona'), /must name itself "ee\/person"/],
  ['an alias', 'ee/identifiers.yaml', 'EE', (t: string) => t.replace('country: EE\n', 'country: &c EE\n'), /anchors are not accepted/],
] as const) {
  test(`${title} is named with file and line, and nothing loads`, async () => {
    const message = await problems(changed(file, change), country);
    assert.ok(message.split('\n').some((line) => expected.test(line)), message);
  });
}

test('all problems of all files are told at once', async () => {
  const folder = changed('ee/person.yaml', (text) => text.replaceAll('date(dd.mm.yyyy)', 'date(us)'));
  writeFileSync(join(folder, 'codelists/ee-sex.yaml'), 'codelist: sex\ncodes: {}\n');
  const lines = (await problems(folder, 'EE')).split('\n');
  assert.ok(lines.length >= 5, lines.join('\n'));
  assert.ok(lines.some((line) => line.startsWith('codelists/ee-sex.yaml:1:')));
  assert.equal(new Set(lines).size, lines.length);
});

test('a folder that is not there is a problem, not a crash', async () => {
  assert.match(await problems('/nonexistent', 'EE'), /ee\/identifiers\.yaml:1: cannot be read \(ENOENT\)/);
});

const beside = (change: (text: string) => string, name = 'ee/person@9.yaml') => {
  const folder = changed('codelists/ee-sex.yaml', (text) => `${text}# x\n`);
  writeFileSync(join(folder, name), change(readFileSync(join(folder, 'ee/person.yaml'), 'utf8')));
  return folder;
};
const ninth = (more: string) => (text: string) => text.replace(/^revision: \d+$/m, `revision: 9\n${more}`);

test('a revision beside another is in force from its time on, and has the hash of its own file', async () => {
  const folder = beside(ninth('effective: "2030-01-01T00:00:00Z"'));
  const revisions = (await loadMappings(folder, 'EE', DIALECT_FORMS)).exported.find(({ service }) => service === RR456)?.revisions ?? [];
  const from = Date.parse('2030-01-01T00:00:00Z');
  assert.deepEqual(revisions.map((one) => [one.from, one.to]), [[0, from], [from, Infinity]]);
  const [before, after] = revisions.map(({ translation: { ref } }) => ref);
  assert.ok(before !== undefined && after?.revision === 9 && before.id === after.id && before.sha256 !== after.sha256);
});

for (const [title, change, name, expected] of [
  ['of the same number', (text: string) => text, 'ee/person@VERSION.yaml', /there are two files of revision \d+/],
  ['in force from the same time', ninth(''), 'ee/person@9.yaml', /ee\/person@9\.yaml:\d+: revision 9 must be in force from a later time than revision \d+ \(effective: /],
  ['whose name says another number', ninth('effective: "2030-01-01T00:00:00Z"'), 'ee/person@8.yaml', /ee\/person@8\.yaml:\d+: the file's name says revision 8/],
  ['to another neutral form', (text: string) => ninth('effective: "2030-01-01T00:00:00Z"')(text).replace('neutral: person/v1', 'neutral: company/v1'), 'ee/person@9.yaml', /ee\/person@9\.yaml:\d+: revision \d+ translates to person\/v1 \(another neutral form is another mapping\)/],
  ['of another operation', (text: string) => ninth('effective: "2030-01-01T00:00:00Z"')(text).replace('operation: RR456', 'operation: RR999'), 'ee/person@9.yaml', /mapping ee\/person is for "RR999"/],
  ['from a time that is none', ninth('effective: tomorrow'), 'ee/person@9.yaml', /"effective" must be a time in UTC \(as 2026-01-31T06:00:00Z\)/],
] as const) {
  test(`a revision beside another, ${title}, is refused`, async () => {
    const revision = /^revision: (\d+)$/m.exec(readFileSync(join(MAPPINGS, 'ee/person.yaml'), 'utf8'))?.[1] ?? '';
    assert.match(await problems(beside(change, name.replace('VERSION', revision)), 'EE'), expected);
  });
}
