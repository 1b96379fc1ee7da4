import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { attribute, elements } from '../../../src/xml/element.ts';
import { parseQualified } from '../../../src/xml/qualified.ts';

const NAMES = new Set(['type', 'types']);

test('names in values stand with the namespace of their prefix where they are, the default one too', () => {
  const root = parseQualified(Buffer.from('<r xmlns="urn:d" xmlns:p="urn:p" type="p:a"><c xmlns:p="urn:q" type="p:b" types=" p:x  y "/><d type="plain" name="p:n"/></r>'), DEFAULT_XML_LIMITS, NAMES);
  const [c, d] = elements(root);
  assert.equal(attribute(root, '', 'type'), '{urn:p}a');
  assert.deepEqual(['type', 'types'].map((name) => attribute(c ?? root, '', name)), ['{urn:q}b', '{urn:q}x {urn:d}y']);
  assert.deepEqual(['type', 'name'].map((name) => attribute(d ?? root, '', name)), ['{urn:d}plain', 'p:n']);
});

test('a prefix that is not declared, and no default namespace', () => {
  const root = parseQualified(Buffer.from('<r type="p:a" types="b xml:lang"/>'), DEFAULT_XML_LIMITS, NAMES);
  assert.deepEqual(['type', 'types'].map((name) => attribute(root, '', name)), ['p:a', '{}b {http://www.w3.org/XML/1998/namespace}lang']);
});

test('what is not well-formed, or holds a document type, is refused as anywhere', () => {
  for (const text of ['<r', '<!DOCTYPE r><r/>']) assert.throws(() => parseQualified(Buffer.from(text), DEFAULT_XML_LIMITS, NAMES), (error) => error instanceof CausewayError && error.code === 'malformed');
});
