/** Our tree of a document is libxml2's, for whatever libxml2 takes: what is verified and what is read are then one message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { readTree } from '../../../src/xml/tree.ts';
import { assertRefused } from '../../support/refused.ts';
import { libxmlTree } from '../../support/libxml-tree.ts';

const read = (text: string) => readTree(text, DEFAULT_XML_LIMITS);

/** Documents in which every kind of markup stands in every form that well-formed XML allows. */
const DOCUMENTS = [
  '<s:e xmlns:s="urn:s" xmlns:p=\'urn:p\' xmlns="urn:d"><p:one b = "2"\n a=\'1"\'><!-- no -->&#13;<p:in/>&amp;&#x41;</p:one><two s:c="x > y &lt; &#10;" xml:lang="fi"><![CDATA[<&>]]>]] ></two>\r\n<three xmlns="" xmlns:p="urn:q" p:x=""/><äö:é xmlns:äö="urn:1"/></s:e>',
  '<a xmlns:a="urn:a" a:b="1" b="2"><b xmlns="urn:x" xmlns:c="urn:c"><c:d c:e="f" e="g" xmlns:c="urn:c2"/><d/></b >t<!----><e\t/>\r</a\n>\n<!-- after -->',
  '<!-- before --><r>one<!-- two -->three<![CDATA[]]><![CDATA[fo\r\nur]]><!-- five --><b/>&quot;&apos;&gt;\u{1F600}\u0085\u2028</r>',
];

/** Pieces that have broken parsers, put anywhere. */
const PIECES = ['<', '>', '/', '&', '"', "'", '=', ' ', '\n', '\r', '\t', ':', 'xmlns', ' xmlns:p', ' xmlns=""', ' xmlns:p="urn:z"', ' xmlns:p=" &#x61;&amp;\n "', ' xmlns:__proto__="urn:pp"', '<__proto__:a xmlns:__proto__="u"/>', '<constructor/>', 'p:', '<a/>', '<p:b/>', '</a>', '<!--', '-->', '<![CDATA[', ']]>', '&amp;', '&#10;', '&#x0;', '&#xD800;', '&lt;', '&other;', '<:a/>', '<a:/>', '<x:y:z/>', ' a:b:c="1"', ' xml:id="x"', ' xmlns:xml="http://www.w3.org/XML/1998/namespace"', ' xmlns:q="http://www.w3.org/2000/xmlns/"', 'é', '\u0085', '\u2028', '\uFEFF', '\u0000', '\u0001', '\u{1F600}', '\u00a0', '<?', '<!DOCTYPE a>', '<a b="1"c="2"/>'];

const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.nat(3), insert: fc.oneof(fc.constantFrom(...PIECES), fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(30) })) });

const document = fc.tuple(fc.constantFrom(...DOCUMENTS), fc.array(change, { maxLength: 3 })).map(([start, changes]) =>
  changes.reduce((text, { at, remove, insert }) => {
    const position = Math.floor(at * text.length);
    const piece = typeof insert === 'string' ? insert : text.slice(Math.floor(insert.from * text.length)).slice(0, insert.length);
    return text.slice(0, position) + piece + text.slice(position + remove);
  }, start),
);

test('the documents themselves are read as libxml2 reads them', () => {
  for (const text of DOCUMENTS) assert.deepEqual(read(text)?.root, libxmlTree(Buffer.from(text))?.root);
});

test('however a document is changed, if libxml2 takes it, the tree is the same, comments included', () => {
  let taken = 0;
  fc.assert(
    fc.property(document, (text) => {
      const bytes = Buffer.from(text, 'utf8');
      const expected = libxmlTree(bytes);
      if (expected === undefined || /<[?]|<!D/.test(text)) return;
      taken++;
      const tree = read(bytes.toString('utf8'));
      assert.deepEqual({ root: tree?.root, commented: [...(tree?.commented ?? [])].map(({ name }) => name).sort() }, { root: expected.root, commented: [...expected.commented].sort() });
    }),
    { numRuns: 3_000 },
  );
  assert.ok(taken > 300, `only ${taken} documents were taken`);
});

test('an element without an end gives no tree', () => {
  for (const text of ['', ' ', '<a>', '<a><b></b>', '<!-- a -->']) assert.equal(read(text), undefined, text);
});

for (const text of ['</a>', '<a', '<a b', '<a b="', '<a b=c>', '<a/', '<a/ >', '<!-- a', '<a><![CDATA[', '<a><![CDATA[]]', '<p:a/>', '<a p:b=""/>', '<a =""/>', '<a b=""']) {
  test(`${text} is refused`, async () => {
    await assertRefused(() => read(text), 'malformed');
  });
}
