import assert from 'node:assert/strict';
import { test } from 'node:test';
import incomes from '../../../src/sandbox/countries/ee/incomes.json' with { type: 'json' };
import persons from '../../../src/sandbox/countries/ee/persons.json' with { type: 'json' };
import companies from '../../../src/sandbox/countries/fi/companies.json' with { type: 'json' };

/** reference/ecosystems.md, section 6: weights, then other weights where the remainder is 10. */
function estonianCheck(code: string, first: readonly number[], second: readonly number[]): boolean {
  const sum = (weights: readonly number[]): number => weights.reduce((total, weight, at) => total + weight * Number(code[at]), 0) % 11;
  const digit = sum(first) === 10 ? sum(second) % 10 : sum(first);
  return digit === Number(code.at(-1));
}

function businessIdCheck(code: string): boolean {
  const rest = [7, 9, 10, 5, 8, 4, 2].reduce((total, weight, at) => total + weight * Number(code[at]), 0) % 11;
  return rest !== 1 && Number(code.at(-1)) === (rest === 0 ? 0 : 11 - rest);
}

test('personal codes have their check digit, and their birth date and sex are those of the record', () => {
  for (const person of persons) {
    const code = person.isikukood;
    assert.ok(estonianCheck(code, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1], [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]), code);
    assert.equal(person.synniaeg, `${code.slice(5, 7)}.${code.slice(3, 5)}.${17 + Math.ceil(Number(code[0]) / 2)}${code.slice(1, 3)}`);
    assert.equal(person.sugu, Number(code[0]) % 2 === 1 ? 'M' : 'N');
  }
  assert.equal(new Set(persons.map(({ isikukood }) => isikukood)).size, persons.length);
});

test('employers have Estonian registry codes, and incomes belong to persons of the register', () => {
  const known = new Set(persons.map(({ isikukood }) => isikukood));
  for (const income of incomes) {
    assert.ok(estonianCheck(income.ariregistri_kood, [1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7, 8, 9]), income.ariregistri_kood);
    assert.ok(known.has(income.isikukood));
    assert.match(income.periood, /^(0[1-9]|1[0-2])\.\d{4}$/);
    assert.match(income.summa, /^\d+\.\d\d$/);
  }
});

test('business ids have their check digit', () => {
  for (const { businessId } of companies) assert.ok(/^\d{7}-\d$/.test(businessId.value) && businessIdCheck(businessId.value.replace('-', '')), businessId.value);
});

test('the data holds the odd cases that a translation must survive', () => {
  assert.ok(persons.some(({ surmaaeg }) => surmaaeg !== undefined), 'a person who has died');
  assert.ok(persons.some(({ aadress }) => aadress === null), 'a person without an address');
  assert.ok(persons.some(({ perenimi }) => perenimi.includes("'")), 'a name with an apostrophe');
  const employers = new Set(incomes.filter(({ isikukood }) => isikukood === '36805280109').map((income) => income.ariregistri_kood));
  assert.ok(employers.size > 1, 'a person with several employers');
  assert.ok(companies.some(({ names }) => names.length > 1), 'a company with several names');
  assert.ok(companies.some(({ names }) => names.length === 0), 'a company with none');
});
