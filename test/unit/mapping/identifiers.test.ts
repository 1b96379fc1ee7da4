import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import { readIdentifiers, type Identifiers } from '../../../src/mapping/identifiers.ts';
import { Problems } from '../../../src/mapping/problems.ts';

const ESTONIA = `
country: EE
instance: ee-test
classes: [GOV, COM]
gateway: { class: GOV, code: "70006317" }
members:
  - { domestic: ee-test/GOV/70000349/emta2, federated: EE/GOV/70000349/emta }
foreign:
  - { country: FI, classes: [GOV, MUN], codes: ["9999999-9"] }
clients:
  - { federated: FI/GOV/odd_code/x, subsystem: FI.odd }
`;

function read(text: string, country = 'EE'): { identifiers: Identifiers | undefined; problems: string[] } {
  const problems = new Problems();
  const source = problems.source('ee/identifiers.yaml', text);
  const identifiers = source === undefined ? undefined : readIdentifiers(source, country);
  return { identifiers, problems: problems.list.map(({ line, text: what }) => `${line}: ${what}`) };
}

function estonia(): Identifiers {
  const { identifiers, problems } = read(ESTONIA);
  assert.deepEqual(problems, []);
  assert.ok(identifiers);
  return identifiers;
}

const unknown = (error: unknown): boolean => error instanceof CausewayError && error.code === 'unknown-member';

test('a member of our country appears under the country, by rule and by exception', () => {
  const identifiers = estonia();
  assert.equal(identifiers.toFederated({ instance: 'ee-test', memberClass: 'COM', memberCode: '10137319', subsystem: 'pank' }), 'EE/COM/10137319/pank');
  assert.equal(identifiers.toFederated({ instance: 'ee-test', memberClass: 'GOV', memberCode: '70000349', subsystem: 'emta2' }), 'EE/GOV/70000349/emta');
});

for (const [title, member] of [
  ['another instance, were it only by case', { instance: 'EE-TEST', memberClass: 'GOV', memberCode: '70000349' }],
  ['a class that is not listed', { instance: 'ee-test', memberClass: 'NGO', memberCode: '1' }],
  ['a member whose name an exception gave to another', { instance: 'ee-test', memberClass: 'GOV', memberCode: '70000349', subsystem: 'emta' }],
  ['a code with a control character', { instance: 'ee-test', memberClass: 'GOV', memberCode: '1\u0007' }],
] as const) {
  test(`${title} has no identifier on the link`, () => assert.throws(() => estonia().toFederated(member), unknown));
}

test('a foreign member is a subsystem of the gateway and a represented party that cannot read as a domestic one', () => {
  const identifiers = estonia();
  assert.deepEqual(identifiers.foreignClient('FI/GOV/0245458-6/vero'), { instance: 'ee-test', memberClass: 'GOV', memberCode: '70006317', subsystem: 'FI-GOV-0245458-6-vero' });
  assert.deepEqual(identifiers.representedParty('FI/GOV/0245458-6/vero'), { partyClass: 'GOV', partyCode: 'FI-0245458-6' });
  assert.equal(identifiers.foreignClient('FI/GOV/odd_code/x').subsystem, 'FI.odd');
});

for (const [title, federated] of [
  ['a country without a rule', 'SE/GOV/0245458-6/x'],
  ['our own country', 'EE/GOV/70000349/emta'],
  ['a code of another shape', 'FI/GOV/0245458/6-vero'],
  ['a class that is not listed', 'FI/COM/0245458-6/vero'],
  ['a subsystem with characters that X-Road does not allow', 'FI/GOV/0245458-6/a_b'],
  ['a spelling that is not canonical', 'FI/GOV/0245458%2D6/vero'],
  ['a service', 'FI/GOV/0245458-6/vero/s'],
] as const) {
  test(`${title} is no client at home`, () => assert.throws(() => estonia().foreignClient(federated), unknown));
}

test('two foreign members never share a subsystem', () => {
  const identifiers = estonia();
  const part = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('-', 'a', '1', '6') });
  const member = fc.tuple(fc.constantFrom('GOV', 'MUN'), fc.constantFrom('0245458-6', '0245437-2', '0245458', '0245458-6-1'), part).map((parts) => `FI/${parts.join('/')}`);
  const subsystem = (federated: string): string | undefined => {
    try {
      return identifiers.foreignClient(federated).subsystem;
    } catch {
      return undefined;
    }
  };
  fc.assert(fc.property(member, member, (a, b) => {
    const [first, second] = [subsystem(a), subsystem(b)];
    if (first !== undefined && first === second) assert.equal(a, b);
  }));
});

test('the service behind a federated identifier of ours, through the exception', () => {
  const identifiers = estonia();
  assert.deepEqual(identifiers.serviceOf('EE/GOV/70008440/rr/RR456/v1'), { instance: 'ee-test', memberClass: 'GOV', memberCode: '70008440', subsystem: 'rr', service: 'RR456', version: 'v1' });
  assert.equal(identifiers.serviceOf('EE/GOV/70000349/emta/x')?.subsystem, 'emta2');
  assert.equal(identifiers.serviceOf('FI/GOV/0245458-6/vero/x'), undefined);
});

for (const [title, change, problem] of [
  ['two shapes of which one begins the other', (text: string) => text.replace('["9999999-9"]', '["9999", "9999-9"]'), /^9: .*share a subsystem/],
  ['a class with a hyphen', (text: string) => text.replace('[GOV, MUN]', '[GOV, "A-B"]'), /^9: class "A-B"/],
  ['two exceptions for one federated identifier', (text: string) => text.replace('foreign:', '  - { domestic: ee-test/GOV/1, federated: EE/GOV/70000349/emta }\nforeign:'), /^8: .*two exceptions/],
  ['an exception named like a member under the rule', (text: string) => text.replace('FI.odd', 'FI-GOV-0245458-6-vero'), /named like a member/],
  ['an exception with characters that X-Road does not allow', (text: string) => text.replace('FI.odd', 'FI_odd'), /does not allow/],
  ['an exception that is not canonical', (text: string) => text.replace('FI/GOV/odd_code/x', 'FI/GOV/odd%5fcode/x'), /canonical form/],
  ['an unknown key', (text: string) => text.replace('clients:', 'klients:'), /unknown key "klients"/],
  ['the country of another folder', (text: string) => text.replace('country: EE', 'country: LV'), /must be EE/],
] as const) {
  test(`${title} is a problem at load`, () => assert.ok(read(change(ESTONIA)).problems.some((one) => problem.test(one)), read(change(ESTONIA)).problems.join('\n')));
}
