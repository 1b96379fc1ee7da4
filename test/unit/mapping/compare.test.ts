/** try and diff: a message there and back; two revisions over the same documents. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { compareRevisions } from '../../../src/mapping/explain/compare.ts';
import { loadExplainer, type Explainer } from '../../../src/mapping/explain/explain.ts';
import { findMapping } from '../../../src/mapping/explain/find-mapping.ts';
import { roundTrip } from '../../../src/mapping/explain/round-trip.ts';
import { HIDDEN } from '../../../src/mapping/explain/step.ts';
import { json, MAPPINGS, xml } from './support.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** The mapping as it is when one of its files is changed. */
async function changed(id: string, of: string, file: string, change: (text: string) => string, showPersonal = true): Promise<Explainer> {
  const folder = mkdtempSync(join(tmpdir(), 'mappings-'));
  folders.push(folder);
  cpSync(MAPPINGS, folder, { recursive: true });
  const before = readFileSync(join(folder, file), 'utf8');
  assert.notEqual(change(before), before, 'the change must change something');
  writeFileSync(join(folder, file), change(before));
  return loadExplainer(folder, id, of, { forms: DIALECT_FORMS, showPersonal });
}

const now = (id: string, of: string, showPersonal = true): Promise<Explainer> => loadExplainer(MAPPINGS, id, of, { forms: DIALECT_FORMS, showPersonal });

const PAID = { outcome: 'found', payments: [{ month: '2026-01', employer: { identifier: 'EE:10137319', name: 'Näide AS' }, amount: { value: '12.30', currency: 'EUR' } }] };
const COMPANY = { outcome: 'found', companies: [{ identifier: 'FI:2077474-0', legalName: 'Esimerkki Oy', status: 'in-liquidation', legalForm: 'limited-company' }] };

test('a domestic answer that goes there and back is the same, and so is a neutral one', async () => {
  const explainer = await now('ee/employment-income', 'EE');
  const { there, back, changed: paths } = roundTrip(explainer, { kind: 'response', to: 'neutral', input: xml('<t:xteePalgaandmedResponse xmlns:t="http://emta-v6.x-road.eu"><keha><perioodJada><item><periood>01.2026</periood><ariregistri_kood>10137319</ariregistri_kood><summa yhik="EUR">7</summa></item></perioodJada></keha></t:xteePalgaandmedResponse>') });
  assert.deepEqual([there.to, back?.to, paths], ['neutral', 'domestic', []]);
  assert.deepEqual(roundTrip(explainer, { kind: 'response', to: 'domestic', input: PAID }).changed, []);
});

test('a computed field that does not come back is told apart from one that must', async () => {
  const ended = { totalResults: 1, companies: [{ businessId: { value: '2077474-0' }, names: [{ type: '1', name: 'A' }], companySituations: [{ type: 'KONK' }] }] };
  const { changed: paths, reported } = roundTrip(await now('fi/company', 'FI'), { kind: 'response', to: 'neutral', input: json(ended) });
  assert.deepEqual(paths, ['companies[0].status']);
  assert.deepEqual(reported, ['companies[0].status']);
});

test('a mapping that loses a field on its way back is found out', async () => {
  const broken = await changed('fi/employment-income', 'EE', 'fi/employment-income.yaml', (text) => text.replace('neutral: employer.name, optional: true', 'neutral: employer.name, optional: true, as: collapse'));
  const input = { ...PAID, payments: PAID.payments.map((one) => ({ ...one, employer: { ...one.employer, name: 'Näide  AS' } })) };
  const { changed: paths, reported } = roundTrip(broken, { kind: 'response', to: 'domestic', input });
  assert.deepEqual([paths, reported], [['payments[0].employer.name'], []]);
});

test('a field that the domestic form has no place for is lost, and said to be', async () => {
  const euid = { ...COMPANY, companies: COMPANY.companies.map((one) => ({ ...one, euid: 'FIFPRO.2077474-0' })) };
  const { changed: paths, reported } = roundTrip(await now('ee/company', 'FI'), { kind: 'response', to: 'domestic', input: euid });
  assert.deepEqual([paths, reported], [['companies[0].euid'], ['companies[0].euid']]);
});

test('a message that is refused does not go back', async () => {
  const { there, back } = roundTrip(await now('ee/person', 'EE'), { kind: 'request', to: 'domestic', input: { identifier: 'FI:020501A999T' } });
  assert.equal(there.refused?.field, 'identifier');
  assert.equal(back, undefined);
});

test('the same mapping twice makes the same of everything', async () => {
  const explainer = await now('ee/company', 'FI');
  assert.deepEqual(compareRevisions(explainer, explainer, 'response', COMPANY), { became: 'same', changes: [], newlyLost: [] });
});

test('a changed code list shows as the fields that it changes', async () => {
  const next = await changed('ee/company', 'FI', 'codelists/ee-company-status-text.yaml', (text) => text.replace('Likvideerimisel', 'Lõpetamisel'));
  const { became, changes } = compareRevisions(await now('ee/company', 'FI'), next, 'response', COMPANY);
  assert.equal(became, 'changed');
  assert.deepEqual(changes, [{ path: 'lihtandmed_v2Response/keha/ettevotjad/item/staatus_tekstina', old: 'Likvideerimisel', new: 'Lõpetamisel' }]);
});

test('a personal value that changes is told by its path alone', async () => {
  const next = await changed('fi/employment-income', 'EE', 'fi/employment-income.yaml', (text) => text.replace('neutral: employer.name, optional: true', 'neutral: employer.name, optional: true, as: cut(3)'), false);
  const comparison = compareRevisions(await now('fi/employment-income', 'EE', false), next, 'response', PAID);
  assert.deepEqual(comparison.changes, [{ path: 'body.incomes[0].employer.name', old: HIDDEN, new: HIDDEN }]);
  assert.deepEqual(comparison.newlyLost, ['approximated payments[].employer.name']);
});

test('what the new revision refuses and the old did not is told with the field, and the other way round', async () => {
  const [old, next] = [await now('ee/employment-income', 'EE'), await changed('ee/employment-income', 'EE', 'ee/employment-income.yaml', (text) => text.replace('as: decimal(2)', 'as: decimal(0)'))];
  const refused = compareRevisions(old, next, 'response', PAID);
  assert.equal(refused.became, 'refused');
  assert.equal(refused.refused?.field, 'payments[0].amount.value');
  assert.equal(compareRevisions(next, old, 'response', PAID).became, 'accepted');
  assert.equal(compareRevisions(next, next, 'response', PAID).became, 'still-refused');
});

test('a mapping is found by the service, its path at home, and its own name', async () => {
  assert.deepEqual(await findMapping(MAPPINGS, { service: '/services/ee-population', country: 'FI' }), { id: 'fi/person', of: 'EE' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'FI/GOV/0244683-1/prh/companies', country: 'EE' }), { id: 'ee/company', of: 'FI' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'FI/GOV/0244683-1/prh/companies', operation: 'GET /companies', country: 'FI' }), { id: 'fi/company', of: 'FI' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'fi/company' }), { id: 'fi/company', of: 'FI' });
  // Of the many countries that one mapping is for, its own.
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'ee/person' }), { id: 'ee/person', of: 'EE' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'fi/person' }), { id: 'fi/person', of: 'EE' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'fi/person', of: 'UA' }), { id: 'fi/person', of: 'UA' });
  assert.deepEqual(await findMapping(MAPPINGS, { service: 'xx/new' }), { id: 'xx/new', of: 'XX' });
});

test('a service that several countries map, or none, is named with what to say', async () => {
  await assert.rejects(findMapping(MAPPINGS, { service: 'FI/GOV/0244683-1/prh/companies' }), /ee\/company for services of FI, fi\/company for services of FI, .*: say --country/);
  await assert.rejects(findMapping(MAPPINGS, { service: 'EE/GOV/1/x/y' }), /no service EE\/GOV\/1\/x\/y .* known: .*EE\/GOV\/70008440\/rr\/RR456\/v1/);
});
