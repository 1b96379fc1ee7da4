import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from '../../../src/config/closest.ts';

const KEYS = ['statement', 'encryption', 'log', 'maxAge'];

test('a letter left out, doubled or swapped is the nearest key', () => {
  for (const [typed, meant] of [['statment', 'statement'], ['encryyption', 'encryption'], ['lgo', undefined], ['lo', 'log'], ['maxage', 'maxAge']] as const) assert.equal(closest(typed, KEYS), meant);
});

test('a word of its own is no typing error', () => assert.equal(closest('colour', KEYS), undefined));

test('without candidates there is nothing to mean', () => assert.equal(closest('x', []), undefined));
