import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerSpans, splice } from '../../../src/sandbox/soap/header-spans.ts';

function namesAndText(message: string): [string, string][] {
  const bytes = Buffer.from(message);
  return headerSpans(bytes).map(({ name, start, end }) => [name, bytes.subarray(start, end).toString()]);
}

test('the children of the header are found with their bytes, whatever the prefix and the characters before them', () => {
  const message = '<?xml version="1.0"?><!-- õ <a:Header> --><s:Envelope xmlns:s="x" n="ö>"><s:Header>\n <h:client><id>ä</id></h:client><id/>  <x:id a="1>2">ž</x:id></s:Header><s:Body><id>no</id></s:Body></s:Envelope>';
  assert.deepEqual(namesAndText(message), [
    ['client', '<h:client><id>ä</id></h:client>'],
    ['id', '<id/>'],
    ['id', '<x:id a="1>2">ž</x:id>'],
  ]);
});

test('tags inside CDATA and comments of the header are text', () => {
  assert.deepEqual(namesAndText('<E><Header><a><![CDATA[</a></Header>]]><!-- </Header> --></a></Header><Body/></E>').map(([name]) => name), ['a']);
});

test('a header without children, or none at all, has no spans', () => {
  assert.deepEqual(namesAndText('<E><Header/><Body><id/></Body></E>'), []);
  assert.deepEqual(namesAndText('<E><Body><Header><id/></Header></Body></E>'), []);
});

test('splice replaces spans and leaves every other byte', () => {
  const bytes = Buffer.from('<E><Header><id>ü</id><b/></Header></E>');
  const [id, b] = headerSpans(bytes);
  assert.ok(id !== undefined && b !== undefined);
  const changed = splice(bytes, [{ start: id.end, end: id.end, text: '<hash/>' }, { start: b.start, end: b.end, text: '' }]);
  assert.equal(Buffer.from(changed).toString(), '<E><Header><id>ü</id><hash/></Header></E>');
});
