import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import type { OpenDocument } from '../../../src/xml/document.ts';
import { checkWellFormed, previewXml, withDocument } from '../../../src/xml/document.ts';
import { element, elements } from '../../../src/xml/element.ts';
import { assertRefused } from '../../support/refused.ts';

const SOURCE = `<s:e xmlns:s="urn:s" xmlns:p="urn:p" xmlns="urn:d" xmlns:unused="urn:u">
  <p:one b="2" a="1"><!-- no -->&#13;<p:in/></p:one><two s:c="x > y"><![CDATA[<&>]]></two>
  <three xmlns=""/>
</s:e>`;

function open<T>(use: (document: OpenDocument) => T): T {
  return withDocument(Buffer.from(SOURCE), DEFAULT_XML_LIMITS, use);
}

function canonical(names: readonly string[], inclusive: readonly string[] = []): string[] {
  return open((document) => document.canonicalize(names.map((name) => ({ element: elements(document.root).find((one) => one.name === name)!, inclusive }))).map((bytes) => Buffer.from(bytes).toString()));
}

const ONE = '<p:one xmlns:p="urn:p" a="1" b="2">&#xD;<p:in></p:in></p:one>';
const TWO = '<two xmlns="urn:d" xmlns:s="urn:s" s:c="x > y">&lt;&amp;&gt;</two>';
const THREE = '<three></three>';

test('an element comes in exclusive canonical form: own namespaces, sorted attributes, no comments, no empty-element tags', () => {
  assert.deepEqual([canonical(['one']), canonical(['two']), canonical(['three'])], [[ONE], [TWO], [THREE]]);
});

test('several elements in one run come out as each does alone, in the order asked for', () => {
  assert.deepEqual(canonical(['three', 'one', 'two']), [THREE, ONE, TWO]);
});

test('prefixes of the PrefixList are rendered though unused, for the elements that name them', () => {
  assert.deepEqual(canonical(['one'], ['unused']), ['<p:one xmlns:p="urn:p" xmlns:unused="urn:u" a="1" b="2">&#xD;<p:in></p:in></p:one>']);
  const mixed = open((document) => {
    const [one, two] = elements(document.root);
    return document.canonicalize([{ element: two!, inclusive: ['unused'] }, { element: one!, inclusive: [] }]).map((bytes) => Buffer.from(bytes).toString());
  });
  assert.deepEqual(mixed, ['<two xmlns="urn:d" xmlns:s="urn:s" xmlns:unused="urn:u" s:c="x > y">&lt;&amp;&gt;</two>', ONE]);
});

test('elements with comments among their own children are named, and only they', () => {
  assert.deepEqual(open((document) => [...document.commented].map((one) => one.name)), ['one']);
});

test('an element of another document has no canonical form here', async () => {
  await assertRefused(() => open((document) => document.canonicalize([{ element: element('urn:p', 'one'), inclusive: [] }])), 'internal');
});

test('what is thrown inside comes out, and the document is freed', () => {
  assert.throws(() => open(() => assert.fail('inside')), /inside/);
});

test('a preview serves the first strict reading of the same bytes, and is kept no longer', () => {
  const bytes = Buffer.from(SOURCE);
  const rootOf = () => withDocument(bytes, DEFAULT_XML_LIMITS, ({ root }) => root);
  const seen = previewXml(bytes, DEFAULT_XML_LIMITS);
  assert.equal(rootOf(), seen);
  assert.notEqual(rootOf(), seen);
  const again = previewXml(bytes, DEFAULT_XML_LIMITS);
  checkWellFormed(bytes);
  assert.notEqual(rootOf(), again);
});

test('a preview within other limits is none', async () => {
  const bytes = Buffer.from(SOURCE);
  previewXml(bytes, DEFAULT_XML_LIMITS);
  await assertRefused(() => withDocument(bytes, { ...DEFAULT_XML_LIMITS, maxDepth: 1 }, ({ root }) => root), 'too-large');
});
