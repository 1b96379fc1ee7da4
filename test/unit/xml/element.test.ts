import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attribute, child, children, element, elements, text } from '../../../src/xml/element.ts';

const ROOT = element('urn:a', 'root', ['one ', element('urn:a', 'x', ['inner']), element('urn:b', 'x'), 'two', element('urn:a', 'x')], [{ ns: 'urn:a', name: 'y', value: '1' }, { ns: '', name: 'y', value: '2' }]);

test('child is the first of its namespace and name', () => {
  assert.equal(child(ROOT, 'urn:a', 'x'), ROOT.children[1]);
  assert.equal(child(ROOT, 'urn:b', 'x'), ROOT.children[2]);
  assert.equal(child(ROOT, '', 'x'), undefined);
});

test('children are all of that namespace and name, elements all of any', () => {
  assert.deepEqual(children(ROOT, 'urn:a', 'x'), [ROOT.children[1], ROOT.children[4]]);
  assert.equal(elements(ROOT).length, 3);
});

test("text is the element's own, without that of its children", () => {
  assert.equal(text(ROOT), 'one two');
  assert.equal(text(element('', 'empty')), '');
});

test('attributes are told apart by namespace', () => {
  assert.equal(attribute(ROOT, 'urn:a', 'y'), '1');
  assert.equal(attribute(ROOT, '', 'y'), '2');
  assert.equal(attribute(ROOT, 'urn:b', 'y'), undefined);
});
