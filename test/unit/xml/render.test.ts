import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import type { XmlAttribute, XmlElement } from '../../../src/stages.ts';
import { withDocument } from '../../../src/xml/document.ts';
import { element } from '../../../src/xml/element.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { renderText, renderXml } from '../../../src/xml/render.ts';
import { assertRefused } from '../../support/refused.ts';

const PREFIXES = { 'urn:a': 'a', 'urn:b': 'b' };

test('a namespace is declared once, on the outermost element that uses it', () => {
  const root = element('urn:a', 'root', [element('urn:b', 'child', [element('urn:b', 'leaf')]), element('urn:b', 'child')]);
  assert.equal(renderText(root, PREFIXES), '<a:root xmlns:a="urn:a"><b:child xmlns:b="urn:b"><b:leaf></b:leaf></b:child><b:child xmlns:b="urn:b"></b:child></a:root>');
});

test('namespaces without a prefix get ns1, ns2 in document order, and step around prefixes that are taken', () => {
  const root = element('urn:x', 'root', [element('urn:y', 'child')]);
  assert.equal(renderText(root, { 'urn:other': 'ns1' }), '<ns2:root xmlns:ns2="urn:x"><ns3:child xmlns:ns3="urn:y"></ns3:child></ns2:root>');
});

test('attributes are sorted by namespace and name, and xml:lang needs no declaration', () => {
  const attributes = [{ ns: 'urn:b', name: 'x', value: '1' }, { ns: '', name: 'z', value: '2' }, { ns: 'http://www.w3.org/XML/1998/namespace', name: 'lang', value: 'et' }, { ns: '', name: 'y', value: '3' }];
  assert.equal(renderText(element('', 'root', [], attributes), PREFIXES), '<root xmlns:b="urn:b" y="3" z="2" xml:lang="et" b:x="1"></root>');
});

test('text and attributes are escaped so that they are read back as they were', () => {
  const value = '<&>"\'\t\n\r]]>\u0085\u2028€\u{1F600}';
  const root = element('', 'a', [value], { b: value });
  assert.equal(renderText(root, {}), '<a b="&lt;&amp;>&quot;\'&#x9;&#xA;&#xD;]]>\u0085\u2028€\u{1F600}">&lt;&amp;&gt;"\'\t\n&#xD;]]&gt;\u0085\u2028€\u{1F600}</a>');
  assert.deepEqual(parseXml(renderXml(root, {}), DEFAULT_XML_LIMITS), root);
});

test('the declaration is written when asked for', () => {
  assert.equal(Buffer.from(renderXml(element('', 'a'), {}, { declaration: true })).toString(), '<?xml version="1.0" encoding="UTF-8"?>\n<a></a>');
});

describe('what XML 1.0 does not allow is refused', () => {
  for (const character of ['\0', '\u0008', '\u001F', '\uFFFE', '\uFFFF', '\uD800', 'x\uDC00']) {
    test(`the character ${JSON.stringify(character)}`, async () => {
      await assertRefused(() => renderText(element('', 'a', [character]), {}), 'internal');
      await assertRefused(() => renderText(element('', 'a', [], { b: character }), {}), 'internal');
    });
  }
  for (const name of ['', '1a', 'a b', 'a:b', 'a>', '<a', '-a', 'a"b']) {
    test(`the name ${JSON.stringify(name)}`, async () => {
      await assertRefused(() => renderText(element('', name), {}), 'internal');
      await assertRefused(() => renderText(element('', 'a', [], { [name]: '' }), {}), 'internal');
    });
  }
  test('two attributes of one name', async () => {
    const attribute = { ns: 'urn:a', name: 'x', value: '' };
    await assertRefused(() => renderText(element('', 'a', [], [attribute, { ...attribute, value: '2' }]), PREFIXES), 'internal');
  });
  test('one prefix for two namespaces, and prefixes that XML reserves', async () => {
    for (const prefixes of [{ 'urn:a': 'p', 'urn:b': 'p' }, { 'urn:a': 'xml' }, { 'urn:a': 'xmlns' }, { 'urn:a': '' }, { 'urn:a': 'a:b' }]) {
      await assertRefused(() => renderText(element('', 'a'), prefixes), 'internal');
    }
  });
});

const NAMESPACE = fc.constantFrom('', 'urn:a', 'urn:b', 'urn:c?x=1;y=2');
const NAME = fc.constantFrom('a', 'b', '_c', 'ä', 'x-1.y');
const TEXT = fc.string({ unit: fc.constantFrom('x', ' ', '&', '<', '>', '"', "'", '\t', '\n', '\r', 'é', '\u2028', '\u{1F600}'), minLength: 1 });
const ATTRIBUTES: fc.Arbitrary<XmlAttribute[]> = fc.uniqueArray(fc.record({ ns: NAMESPACE, name: NAME, value: TEXT }, { noNullPrototype: true }), { selector: ({ ns, name }) => `${ns} ${name}`, maxLength: 4 });
const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc.record({ ns: NAMESPACE, name: NAME, attributes: ATTRIBUTES, children: fc.array(fc.oneof({ maxDepth: 4 }, TEXT, tie('tree')), { maxLength: 4 }).map(withoutNeighbours) }, { noNullPrototype: true }),
}));

function withoutNeighbours(children: (string | XmlElement)[]): (string | XmlElement)[] {
  return children.filter((child, at) => typeof child !== 'string' || typeof children[at - 1] !== 'string');
}

/** The order of attributes says nothing. */
function sorted(root: XmlElement): XmlElement {
  const key = ({ ns, name }: XmlAttribute) => `${ns} ${name}`;
  return { ...root, attributes: root.attributes.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)), children: root.children.map((child) => (typeof child === 'string' ? child : sorted(child))) };
}

test('any tree is read back as it was, and is rendered in the exclusive canonical form that libxml2 gives it', () => {
  fc.assert(
    fc.property(tree, (root) => {
      const bytes = renderXml(root, PREFIXES);
      assert.deepEqual(sorted(parseXml(bytes, DEFAULT_XML_LIMITS)), sorted(root));
      const canonical = withDocument(bytes, DEFAULT_XML_LIMITS, (document) => document.canonicalize([{ element: document.root, inclusive: [] }])[0]!);
      assert.equal(Buffer.from(canonical).toString(), Buffer.from(bytes).toString());
    }),
    { numRuns: 300 },
  );
});
