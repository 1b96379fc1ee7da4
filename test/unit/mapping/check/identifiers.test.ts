/** Names of members and services: no two share one in either direction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkIdentifiers } from '../../../../src/mapping/check/identifiers.ts';
import { readIdentifiers } from '../../../../src/mapping/identifiers.ts';
import { Problems } from '../../../../src/mapping/problems.ts';
import { country, errors, lineOf, type Change } from './folder.ts';

const FILE = 'xx/identifiers.yaml';
const SERVICES = 'xx/services.yaml';
const FOREIGN = '  - { country: YY, classes: [GOV, COM], codes: ["99-9"] }\n';
const imported = (service: string, subsystem: string, path: string): string => `imported:\n  - { service: ${service}, operation: { name: ask }, home: { dialect: xroad-soap, subsystem: ${subsystem}, service: ask }, path: ${path}, mapping: xx/thing }\n`;

const CASES: readonly (readonly [string, readonly Change[], string, string, RegExp])[] = [
  ['a code that with its hyphen begins a longer code', [[FILE, '["99-9"]', '["99", "99-9"]']], FILE, 'codes:', /can begin a longer code: two members could share a subsystem \(list such members under clients\)/],
  ['a country that stands twice', [[FILE, FOREIGN, FOREIGN + FOREIGN.replace('GOV, COM', 'NGO')]], FILE, 'NGO', /"YY" stands twice/],
  ['a member of ours that passes for one of another country', [[FILE, 'foreign:', 'members:\n  - { domestic: XX/GOV/7, federated: YY/GOV/7 }\nforeign:']], FILE, 'members:', /"YY\/GOV\/7" is not a member of XX/],
  ['an exception for what is no member of the instance', [[FILE, 'foreign:', 'members:\n  - { domestic: ZZ/GOV/7, federated: XX/GOV/7 }\nforeign:']], FILE, 'members:', /"ZZ\/GOV\/7" is not a member of XX/],
  ['two members with one federated name', [[FILE, 'foreign:', 'members:\n  - { domestic: XX/GOV/7, federated: XX/GOV/9 }\n  - { domestic: XX/GOV/8, federated: XX/GOV/9 }\nforeign:']], FILE, 'XX/GOV/8', /"XX\/GOV\/9" stands in two exceptions/],
  ['an exception that is named like a member by the rule', [[FILE, /$/, 'clients:\n  - { federated: YY/GOV/odd, subsystem: YY-GOV-12-3-x }\n']], FILE, 'clients:', /named like a member under the rule/],
  ['an exception of a country that has no rule', [[FILE, /$/, 'clients:\n  - { federated: ZZ/GOV/odd, subsystem: ZZ.odd }\n']], FILE, 'clients:', /"ZZ\/GOV\/odd" is of no country under foreign/],
  ['a subsystem that stands for services and for a member', [[SERVICES, /^/, imported('YY/GOV/12-3/reg/ask', 'YY-GOV-12-3', '/services/yy-ask')]], SERVICES, 'home:', /subsystem "YY-GOV-12-3" is how a foreign member appears at home/],
  ['two services on one path', [[SERVICES, /^/, imported('YY/GOV/12-3/reg/ask', 'YY-a', '/services/yy-ask') + imported('YY/GOV/12-3/other/ask', 'YY-b', '/services/yy-ask').replace('imported:\n', '')]], SERVICES, 'YY-b', /"\/services\/yy-ask" stands twice/],
];

for (const [title, changes, file, text, expected] of CASES) {
  test(`${title} is found, at its line`, async (t) => {
    const folder = country(t, ...changes);
    const found = await errors(folder);
    assert.ok(found.some((one) => one.startsWith(`${file}:${lineOf(folder, file, text)}: `) && expected.test(one)), found.join('\n') || 'nothing was found');
  });
}

function identifiers(text: string): { readonly problems: Problems; readonly tell: () => void } {
  const problems = new Problems();
  const source = problems.source(FILE, text) ?? assert.fail();
  const read = readIdentifiers(source, 'XX') ?? assert.fail();
  problems.list.length = 0;
  return { problems, tell: () => checkIdentifiers(read, source, 2000) };
}

test('names that can be taken apart in two ways are found by making members up, whatever the rule says of them', () => {
  const { problems, tell } = identifiers('country: XX\ninstance: XX\nclasses: [GOV]\ngateway: { class: GOV, code: "1" }\nforeign:\n  - { country: YY, classes: [GOV], codes: ["9", "9-9"] }\n');
  tell();
  assert.equal(problems.list[0]?.text, 'the name of a foreign member at home is that of another one too');
  assert.match(problems.list[0]?.counterexample ?? '', /^"YY\/GOV\/\d-\d|^"YY\/GOV\/\d\/\d/);
});

test('exceptions in both directions lead back to the members that they name', () => {
  const { problems, tell } = identifiers('country: XX\ninstance: XX\nclasses: [GOV]\ngateway: { class: GOV, code: "1" }\nmembers:\n  - { domestic: XX/GOV/7/reg, federated: XX/GOV/8/reg }\nforeign:\n  - { country: YY, classes: [GOV], codes: ["9-9", AA9] }\nclients:\n  - { federated: YY/GOV/odd_code, subsystem: YY.odd }\n');
  tell();
  assert.deepEqual(problems.list, []);
});

test('a member with a federated name of its own cannot be reached under the name that the rule would give', () => {
  const problems = new Problems();
  const source = problems.source(FILE, 'country: XX\ninstance: XX\nclasses: [GOV]\ngateway: { class: GOV, code: "1" }\nmembers:\n  - { domestic: XX/GOV/7/reg, federated: XX/GOV/8/reg }\nforeign: []\n') ?? assert.fail();
  const read = readIdentifiers(source, 'XX');
  assert.equal(read?.serviceOf('XX/GOV/7/reg/ask'), undefined);
  assert.deepEqual(read?.serviceOf('XX/GOV/8/reg/ask'), { instance: 'XX', memberClass: 'GOV', memberCode: '7', subsystem: 'reg', service: 'ask' });
});
