import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { parseDom } from '../../../src/xml/dom.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { assertRefused } from '../../support/refused.ts';

const VECTORS = join(import.meta.dirname, '../../../../shared/vectors');
const parse = (text: string | Uint8Array) => parseXml(Buffer.from(text as string), DEFAULT_XML_LIMITS);

test('elements and attributes carry namespace URI and local name, whatever the prefix', () => {
  assert.deepEqual(parse('<p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1" y="2" xml:lang="fi"><b/><c xmlns=""/></p:a>'), {
    ns: 'urn:p',
    name: 'a',
    attributes: [
      { ns: 'urn:p', name: 'x', value: '1' },
      { ns: '', name: 'y', value: '2' },
      { ns: 'http://www.w3.org/XML/1998/namespace', name: 'lang', value: 'fi' },
    ],
    children: [
      { ns: 'urn:d', name: 'b', attributes: [], children: [] },
      { ns: '', name: 'c', attributes: [], children: [] },
    ],
  });
});

test('comments are dropped and the text around them, CDATA included, is one', () => {
  assert.deepEqual(parse('<a>one<!-- no -->two<![CDATA[<three>]]>&#x34;<b/>five</a>').children, ['onetwo<three>4', { ns: '', name: 'b', attributes: [], children: [] }, 'five']);
});

test('line ends become line feeds, and white space in attributes spaces, unless written as references', () => {
  const root = parse('<a b="1\t2\n3&#9;4&#10;5&#13;">x\r\ny\rz&#13;</a>');
  assert.deepEqual(root.children, ['x\ny\nz\r']);
  assert.equal(root.attributes[0]!.value, '1 2 3\t4\n5\r');
});

test('white space between elements is kept', () => {
  assert.deepEqual(parse('<a>\n  <b/>\n</a>').children.map((child) => (typeof child === 'string' ? child : child.name)), ['\n  ', 'b', '\n']);
});

for (const [encoding, bytes] of [
  ['UTF-8', Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>äŠ€</a>')],
  ['no declaration', Buffer.from('<a>äŠ€</a>')],
  ['a UTF-8 byte order mark', Buffer.from('\uFEFF<?xml version="1.0"?><a>äŠ€</a>')],
  ['ISO-8859-15', Buffer.from([...Buffer.from('<?xml version="1.0" encoding="ISO-8859-15"?><a>'), 0xe4, 0xa6, 0xa4, ...Buffer.from('</a>')])],
  ['windows-1257', Buffer.from([...Buffer.from("<?xml version='1.0' encoding='windows-1257' standalone='yes' ?><a>"), 0xe4, 0xd0, 0x80, ...Buffer.from('</a>')])],
  ['UTF-16, little endian', Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-16"?><a>äŠ€</a>', 'utf16le')],
  ['UTF-16, big endian', Buffer.from('\uFEFF<a>äŠ€</a>', 'utf16le').swap16()],
] as const) {
  test(`the same characters are read from ${encoding}`, () => {
    assert.deepEqual(parse(bytes).children, ['äŠ€']);
  });
}

test('ISO-8859-1 is read as such, not as windows-1252', () => {
  assert.deepEqual(parse(Buffer.from([...Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>'), 0xe4, 0x85, ...Buffer.from('</a>')])).children, ['ä\u0085']);
});

test('a refusal names the line and quotes nothing of the message', async () => {
  const refusal = await assertRefused(() => parse('<a>\n  <secret-38211020380>\n</a>'), 'malformed');
  assert.match(refusal.facts.hint!, /near line 3/);
  assert.doesNotMatch(`${refusal.message} ${refusal.publicText} ${String(refusal.cause)}`, /38211020380/);
});

test('a refusal for size names the limit', async () => {
  const refusal = await assertRefused(() => parse('<a>'.repeat(100)), 'too-large');
  assert.match(refusal.facts.hint!, new RegExp(`deeper than ${DEFAULT_XML_LIMITS.maxDepth}`));
});

test('every limit is the one that was given', async () => {
  const limits = { maxBytes: 60, maxDepth: 3, maxNodes: 8, maxAttributes: 2, maxText: 5 };
  const within = (text: string) => parseXml(Buffer.from(text), limits);
  assert.equal(within('<a b="" c=""><d><e>12345</e></d></a>').name, 'a');
  for (const text of [`<a>${' '.repeat(60)}</a>`, '<a><b><c><d/></c></b></a>', '<a b="" c="" d=""/>', '<a>123456</a>', '<a b="123456"/>', '<a><b/><b/><b/><b/><b/><b/><b/><b/></a>', '<a x="" y=""><b x="" y=""/><c/><c/><c/></a>']) {
    await assertRefused(() => within(text), 'too-large');
  }
  assert.equal(within('<a><b/><b><c/></b></a>').name, 'a', 'an empty element counts for itself alone');
});

test('parsing does not leak: memory stays level over ten thousand documents, refused ones included', () => {
  const good = Buffer.from(`<a>${'<b c="d">text</b>'.repeat(20)}</a>`);
  const bad = Buffer.from(`<a>${'<b c="d">text</b>'.repeat(20)}`);
  const limits = { ...DEFAULT_XML_LIMITS, maxText: 3 };
  const round = (count: number) => {
    for (let at = 0; at < count; at++) {
      parse(good);
      assert.throws(() => parse(bad));
      assert.throws(() => parseXml(good, limits));
    }
  };
  round(500);
  const growth = Array.from({ length: 3 }, () => {
    const before = process.memoryUsage().rss;
    round(1_200);
    return (process.memoryUsage().rss - before) / 1024 / 1024;
  });
  // One such document takes some 15 kB in libxml2: leaked ones would be 50 MB each time. What the collector leaves lying, it leaves once.
  assert.ok(Math.min(...growth) < 20, `grew by ${growth.map(Math.round).join(', ')} MB`);
});

test('real messages are read alike by both parsers', (t) => {
  if (!existsSync(VECTORS)) return t.skip('skipped: no ../shared');
  const files = globSync(['messages/*.xml', 'xroad-soap/*.query', 'xroad-soap/*.answer', 'wsdl/**/*.wsdl'], { cwd: VECTORS }).filter((file) => readFileSync(join(VECTORS, file), 'utf8').trimStart().startsWith('<'));
  assert.ok(files.length > 10);
  for (const file of files) {
    const bytes = readFileSync(join(VECTORS, file));
    assert.deepEqual(parseDom(bytes, DEFAULT_XML_LIMITS).root, parseXml(bytes, DEFAULT_XML_LIMITS), file);
  }
});
