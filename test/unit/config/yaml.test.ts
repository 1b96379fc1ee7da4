import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../../src/config/yaml.ts';

test('a document is plain data, and keys are strings as they are written', () => {
  const document = readYaml('a: 1\nb: [x, true, null]\nc: { 007: y, NO: z, 2026-01-31: w }\n');
  assert.deepEqual(document.problems, []);
  assert.deepEqual(document.value, { a: 1, b: ['x', true, null], c: { '007': 'y', NO: 'z', '2026-01-31': 'w' } });
});

test('a position is that of the key, of the item, or of the nearest ancestor that is there', () => {
  const document = readYaml('first: 1\nrules:\n  - { neutral: a }\n  - neutral: b\n    as: date\n');
  assert.deepEqual(document.positionOf(['first']), { line: 1, column: 1 });
  assert.deepEqual(document.positionOf(['rules', 0]), { line: 3, column: 5 });
  assert.deepEqual(document.positionOf(['rules', 1, 'as']), { line: 5, column: 5 });
  assert.deepEqual(document.positionOf(['rules', 1, 'missing', 'deep']), { line: 4, column: 5 });
  assert.deepEqual(document.positionOf(['rules', 7]), { line: 2, column: 1 });
});

for (const [title, text, line, reason] of [
  ['an alias', 'a: &x 1\nb: *x\n', 2, /alias/],
  ['an anchor', 'a: &x 1\n', 1, /anchor/],
  ['an alias bomb', `a: &a [x,x]\n${'bcdefgh'.split('').map((name, at) => `${name}: &${name} [*${'abcdefg'[at]},*${'abcdefg'[at]}]`).join('\n')}\n`, 1, /anchor/],
  ['an unknown tag', 'a: 1\nb: !secret x\n', 2, /tag/],
  ['a known but explicit tag', 'b: !!str 1\n', 1, /tag/],
  ['an explicit tag on a collection of another kind', 'b: !!set { x }\n', 1, /tag/],
  ['a repeated key', 'a: 1\nb: 2\na: 3\n', 3, /unique/i],
  ['a second document', 'a: 1\n---\nb: 2\n', 2, /document/],
  ['a collection as a key', '? [a, b]\n: 1\n', 1, /key/i],
  ['the key __proto__', 'a: { __proto__: { x: 1 } }\n', 1, /__proto__/],
  ['broken syntax', 'a: [1, 2\nb: 3\n', 2, /./],
] as const) {
  test(`${title} is a problem with its line, and there is no value`, () => {
    const document = readYaml(text);
    assert.equal(document.value, undefined);
    assert.ok(document.problems.some((problem) => problem.line === line && reason.test(problem.text)), JSON.stringify(document.problems));
  });
}

test('all problems are named at once', () => {
  assert.ok(readYaml('a: !x 1\nb: !y 2\nb: 3\n').problems.length >= 3);
});

test('a merge key is an ordinary key, never merged', () => {
  assert.deepEqual(readYaml('<<: { a: 1 }\n').value, { '<<': { a: 1 } });
});

test('a text beyond the limit is refused without being parsed', () => {
  assert.match(readYaml('#'.repeat(4 * 1024 * 1024 + 1)).problems[0]?.text ?? '', /longer than/);
});
