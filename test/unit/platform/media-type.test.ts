import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMediaType } from '../../../src/platform/media-type.ts';

test('Type and parameters are read as RFC 9110 and RFC 2045 write them', () => {
  const read = (value: string) => {
    const { type, parameters } = parseMediaType(value);
    return [type, Object.fromEntries(parameters)];
  };
  assert.deepEqual(read('Text/XML'), ['text/xml', {}]);
  assert.deepEqual(read('text/xml; Charset="UTF-8" ;'), ['text/xml', { charset: 'UTF-8' }]);
  assert.deepEqual(read('multipart/related; type="application/xop+xml"; start="<a\\"b>";boundary=x; start-info="text/xml"'), ['multipart/related', { 'type': 'application/xop+xml', 'start': '<a"b>', 'boundary': 'x', 'start-info': 'text/xml' }]);
  assert.deepEqual(read('application/pdf;\tname="a b"'), ['application/pdf', { name: 'a b' }]);
});

for (const value of ['', 'text', 'text/', 'text/xml text/html', 'text/xml, text/html', 'text/xml; a', 'text/xml; a="b', 'text/xml; a=b c=d', 'multipart/related; boundary=a; Boundary=b']) {
  test(`Refused: ${JSON.stringify(value)}`, () => {
    assert.throws(() => parseMediaType(value), { code: 'malformed', message: /Content-Type/ });
  });
}
