import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../../../src/stages.ts';
import { applyPolicy, mergePolicies } from '../../../src/trust/metadata-policy.ts';
import type { ParameterPolicy } from '../../../src/trust/metadata-policy.ts';
import { refuses } from '../../support/refused.ts';

const of = (parameter: ParameterPolicy) => ({ gateway: { p: parameter } });
const merged = (...parameters: ParameterPolicy[]): ParameterPolicy | undefined => mergePolicies(parameters.map(of))['gateway']?.['p'];
/** What becomes of a parameter, `undefined` where there is none, before or after. */
const applied = (before: JsonValue | undefined, policy: ParameterPolicy, name = 'p'): JsonValue | undefined =>
  applyPolicy({ gateway: before === undefined ? {} : { [name]: before } }, mergePolicies([{ gateway: { [name]: policy } }]))['gateway']?.[name];

const APPLIED: readonly (readonly [what: string, before: JsonValue | undefined, policy: ParameterPolicy, after: JsonValue | undefined])[] = [
  ['value replaces', 'a', { value: 'b' }, 'b'],
  ['value adds what is missing', undefined, { value: 'b' }, 'b'],
  ['value null takes away', 'a', { value: null }, undefined],
  ['add appends what is not there', ['a'], { add: ['a', 'b'] }, ['a', 'b']],
  ['add makes a list', undefined, { add: ['b'] }, ['b']],
  ['default fills in', undefined, { default: 'd' }, 'd'],
  ['default leaves what is there', 'a', { default: 'd' }, 'a'],
  ['one_of leaves one of them', 'a', { one_of: ['a', 'b'] }, 'a'],
  ['one_of says nothing of what is missing', undefined, { one_of: ['a'] }, undefined],
  ['subset_of cuts', ['a', 'c'], { subset_of: ['a', 'b'] }, ['a']],
  ['subset_of takes an empty rest away', ['c'], { subset_of: ['a'] }, undefined],
  ['superset_of leaves a list that holds all', ['a', 'b'], { superset_of: ['a'] }, ['a', 'b']],
  ['essential is content with a default', undefined, { default: 'd', essential: true }, 'd'],
  ['essential false asks for nothing', undefined, { essential: false }, undefined],
  ['an operator that is not known is ignored', 'a', { regexp: '^b' }, 'a'],
  ['values are compared as JSON', { y: 1, x: 2 }, { one_of: [{ x: 2, y: 1 }] }, { y: 1, x: 2 }],
];

for (const [what, before, policy, after] of APPLIED) test(what, () => assert.deepEqual(applied(before, policy), after));

test('scope is a list that is written as a text', () => assert.equal(applied('openid email phone', { subset_of: ['email', 'openid'] }, 'scope'), 'openid email'));

test('metadata of other types is left alone', () => assert.deepEqual(applyPolicy({ other: { p: 1 } }, mergePolicies([of({ value: 2 })])), { other: { p: 1 } }));

const REFUSED: readonly (readonly [what: string, before: JsonValue | undefined, policy: ParameterPolicy])[] = [
  ['one_of refuses another', 'c', { one_of: ['a', 'b'] }],
  ['superset_of refuses a list without one', ['b'], { superset_of: ['a'] }],
  ['essential refuses what is missing', undefined, { essential: true }],
  ['essential refuses what subset_of has emptied', ['c'], { subset_of: ['a'], essential: true }],
];

for (const [what, before, policy] of REFUSED) test(what, () => refuses(() => applied(before, policy), 'chain-untrusted'));

const MERGED: readonly (readonly [ParameterPolicy, ParameterPolicy, ParameterPolicy])[] = [
  [{ value: 'a' }, { value: 'a' }, { value: 'a' }],
  [{ add: ['a'] }, { add: ['b', 'a'] }, { add: ['a', 'b'] }],
  [{ default: 1 }, { essential: true }, { default: 1, essential: true }],
  [{ one_of: ['a', 'b'] }, { one_of: ['b', 'c'] }, { one_of: ['b'] }],
  [{ subset_of: ['a', 'b'] }, { subset_of: ['b', 'c'] }, { subset_of: ['b'] }],
  [{ subset_of: ['a'] }, { subset_of: ['c'] }, { subset_of: [] }],
  [{ superset_of: ['a'] }, { superset_of: ['b'] }, { superset_of: ['a', 'b'] }],
  [{ essential: true }, { essential: false }, { essential: true }],
  [{ essential: false }, { essential: false }, { essential: false }],
];

for (const [superior, subordinate, expected] of MERGED) {
  test(`${JSON.stringify(superior)} over ${JSON.stringify(subordinate)} is ${JSON.stringify(expected)}`, () => assert.deepEqual(merged(superior, subordinate), expected));
}

/** Pairs that the specification forbids, in one policy; split over two they are no better. */
const CONTRADICTIONS: readonly (readonly [ParameterPolicy, ParameterPolicy])[] = [
  [{ value: ['a'] }, { add: ['b'] }],
  [{ value: null }, { default: 'a' }],
  [{ value: 'c' }, { one_of: ['a'] }],
  [{ value: ['a', 'b'] }, { subset_of: ['a'] }],
  [{ value: ['a'] }, { superset_of: ['b'] }],
  [{ value: null }, { essential: true }],
  [{ add: ['a'] }, { one_of: ['a'] }],
  [{ add: ['b'] }, { subset_of: ['a'] }],
  [{ default: 'c' }, { one_of: ['a'] }],
  [{ default: ['b'] }, { subset_of: ['a'] }],
  [{ default: ['a'] }, { superset_of: ['b'] }],
  [{ one_of: ['a'] }, { subset_of: ['a'] }],
  [{ one_of: ['a'] }, { superset_of: ['a'] }],
  [{ superset_of: ['b'] }, { subset_of: ['a'] }],
];

for (const [one, other] of CONTRADICTIONS) {
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} are refused together and over each other`, async () => {
    await refuses(() => merged({ ...one, ...other }), 'chain-untrusted');
    await refuses(() => merged(one, other), 'chain-untrusted');
    await refuses(() => merged(other, one), 'chain-untrusted');
  });
}

for (const [one, other] of [[{ value: 'a' }, { value: 'b' }], [{ default: 'a' }, { default: 'b' }], [{ one_of: ['a'] }, { one_of: ['b'] }]] as const) {
  test(`${JSON.stringify(one)} over ${JSON.stringify(other)} is refused`, () => refuses(() => merged(one, other), 'chain-untrusted'));
}

for (const wrong of [{ one_of: [] }, { one_of: 'a' }, { subset_of: 'a' }, { superset_of: 1 }, { essential: 'yes' }, { default: null }]) {
  test(`${JSON.stringify(wrong)} is no operator's value`, () => refuses(() => merged(wrong), 'chain-untrusted'));
}
