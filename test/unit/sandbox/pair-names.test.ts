import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHIPPED_ECOSYSTEMS, loadEcosystems } from '../../../src/config/ecosystems.ts';
import { parsePair } from '../../../src/sandbox/pair-names.ts';

const profiles = loadEcosystems(SHIPPED_ECOSYSTEMS);

function names(text: string): string | string[] {
  const pair = parsePair(text, profiles);
  return typeof pair === 'string' ? pair : pair.map(({ name }) => name);
}

for (const text of ['ee-ua', 'ua-ee', 'ee-xtee-ua', 'ua-ee-xtee', 'ee-xtee-ua-trembita-2', 'ua-trembita-2-ee', 'EE-UA']) {
  test(`${text} is Estonia and Ukraine, in the order of their agreement`, () => assert.deepEqual(names(text), ['ee-xtee', 'ua-trembita-2']));
}

test('the older Trembita has a short name of its own', () => assert.deepEqual(names('ua1-ee'), ['ee-xtee', 'ua-trembita-1']));

test('every two profiles of different countries are a pair', () => {
  for (const a of profiles) for (const b of profiles) if (a.country !== b.country) assert.equal(new Set(names(`${a.short}-${b.name}`)).size, 2);
});

test('one half that is unknown is named, with what was meant', () => {
  assert.match(String(names('ee-gll')), /"gll" is not known, did you mean "gl"\?/);
  assert.match(String(names('fi-palvelvayla-ee')), /"fi-palvelvayla" is not known, did you mean "fi-palveluvayla"\?/);
});

test('what is nothing like a pair is answered with how a pair is named', () => {
  for (const text of ['', '-', 'ee', 'zz-qq']) assert.match(String(names(text)), /A pair is two of bj, ee, fi, gl, kh, my, ua1, ua with a hyphen between them/);
  assert.match(String(names('eefi')), /did you mean "ee-fi"\?/);
});

test('two platforms of one country are no pair', () => assert.equal(names('ua1-ua'), 'A pair is of two countries; ua-trembita-1 and ua-trembita-2 are of UA.'));
