import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purposesOf } from '../../support/purposes.ts';
import { refuses } from '../../support/refused.ts';

const numbered = purposesOf({ 'commuting-tax': '9K9J65', 'population': '7QX' });

test('a number becomes the purpose of the link, and the purpose the number', () => {
  assert.equal(numbered.toLink(['7QX']), 'population');
  assert.equal(numbered.toLink(['7QX', '7QX']), 'population');
  assert.deepEqual(numbered.toHome('commuting-tax'), ['9K9J65']);
  assert.deepEqual(numbered.toHome('other'), []);
});

test('what carries none has none', () => assert.equal(numbered.toLink([]), undefined));

test('without a table the code of the link itself is carried, and nothing is sent', () => {
  assert.equal(purposesOf({}).toLink(['population']), 'population');
  assert.deepEqual(purposesOf({}).toHome('population'), []);
});

test('a number of another service and two purposes at once are not allowed', async () => {
  for (const carried of [['other'], ['population'], ['7QX', '9K9J65'], ['7QX', 'other'], ['toString']]) await refuses(() => numbered.toLink(carried), 'not-allowed');
});

for (const [what, table] of [
  ['a number that stands for two purposes', { a: '1', b: '1' }],
  ['a purpose that no link can have', { 'Population': '1' }],
  ['a number with a comma', { a: '1,2' }],
  ['a number outside ASCII', { a: 'ціль' }],
  ['an empty number', { a: '' }],
] as const) {
  test(`${what} is refused at load`, () => assert.throws(() => purposesOf(table), { code: 'config-invalid' }));
}
