import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { load } from '../../../src/platform/content.ts';
import { readMultipart, readPartHeaders, renderMultipart } from '../../../src/platform/multipart.ts';
import { Spooled } from '../../../src/platform/spool-file.ts';
import { makeSpool, spooled } from '../../support/spool.ts';

const LIMITS = { maxParts: 10, maxHeaderBytes: 200 };
const B = 'the-boundary';

function lines(...text: string[]): Buffer {
  return Buffer.from(text.join('\r\n'), 'latin1');
}

async function read(body: Uint8Array, boundary = B, limits = LIMITS) {
  const parts = await readMultipart(body, boundary, limits);
  return Promise.all(parts.map(async ({ headers, content }) => [Buffer.from(headers).toString('latin1'), Buffer.from(await load(content, 1e9)).toString('latin1')]));
}

/** The same through a file, so that every boundary falls between two chunks once. */
async function readSpooled(t: TestContext, body: Uint8Array) {
  const content = await spooled(makeSpool(t).scope(), body);
  assert.ok(content instanceof Spooled);
  return readMultipart(content, B, LIMITS);
}

const TWO = lines('--the-boundary', 'Content-Type: text/xml', 'Content-ID: <root>', '', '<a/>', '--the-boundary', 'Content-ID: <b>', '', 'bytes\r\nof it\r\n', '--the-boundary--', '');

test('Parts are read byte for byte, headers and content', async () => {
  assert.deepEqual(await read(TWO), [
    ['Content-Type: text/xml\r\nContent-ID: <root>\r\n', '<a/>'],
    ['Content-ID: <b>\r\n', 'bytes\r\nof it\r\n'],
  ]);
});

test('Preamble, epilogue, white space behind a boundary and a missing last line end are passed over', async () => {
  const body = lines('This is for old readers.', '--the-boundary \t', '', 'a', '--the-boundary--');
  assert.deepEqual(await read(body), [['', 'a']]);
  assert.deepEqual(await read(Buffer.concat([body, Buffer.from('\r\nan epilogue\r\n')])), [['', 'a']]);
  assert.deepEqual(await read(Buffer.concat([body, Buffer.from(' \t')])), [['', 'a']]);
});

test('A part without headers, without content, or without both is one', async () => {
  assert.deepEqual(await read(lines('--the-boundary', '', '', '--the-boundary--')), [['', '']]);
  assert.deepEqual(await read(lines('--the-boundary', '', '--the-boundary--')), [['', '']]);
  assert.deepEqual(await read(lines('--the-boundary', 'X: y', '', '--the-boundary--')), [['X: y\r\n', '']]);
});

test('Folded headers keep their bytes and read as one line', async () => {
  const [part] = await readMultipart(lines('--the-boundary', 'Content-Type: application/pdf;', '\tname="a b"', 'content-id: <x>', '', 'z', '--the-boundary--'), B, LIMITS);
  assert.equal(part?.fields.get('content-type'), 'application/pdf;\tname="a b"');
  assert.equal(part?.fields.get('content-id'), '<x>');
  assert.equal(Buffer.from(part?.headers ?? []).toString(), 'Content-Type: application/pdf;\r\n\tname="a b"\r\ncontent-id: <x>\r\n');
});

test('Content that holds everything but the boundary passes: bare line ends, dashes, the boundary without its dashes', async () => {
  const content = `--\r\n-\n--the-boundar\r\nthe-boundary--\r\n x--the-boundary\r\n\r\n`;
  assert.deepEqual(await read(lines('--the-boundary', '', content, '--the-boundary--')), [['', content]]);
});

test('A body that stands in a file is read as one in memory, wherever its chunks end', async (t) => {
  for (const length of [131_072 - 40, 131_072 - 16, 131_072 - 15, 131_072 - 1, 131_072, 131_073, 300_000]) {
    const content = randomBytes(length);
    const body = Buffer.concat([lines('--the-boundary', 'A: b', '', ''), content, lines('', '--the-boundary', 'Content-ID: <2>', '', 'end', '--the-boundary--', '')]);
    const parts = await readSpooled(t, body);
    assert.deepEqual(parts.map((part) => part.content.length), [length, 3]);
    const [first, second] = parts;
    assert.equal(first?.sha256, createHash('sha256').update(content).digest('base64url'));
    assert.deepEqual(Buffer.from(await load(first?.content ?? Buffer.alloc(0), 1e9)), content);
    assert.ok(second?.content instanceof Spooled, 'a part of a file is a range of it, not a copy');
  }
});

test('What is written is read again, byte for byte', async (t) => {
  const large = randomBytes(200_000);
  const parts = [
    { headers: lines('Content-ID: <a>', ''), content: Buffer.from('one') },
    { headers: Buffer.from('X: y\r\n  folded\r\n'), content: await spooled(makeSpool(t).scope(), large) },
    { headers: Buffer.alloc(0), content: Buffer.alloc(0) },
  ];
  const again = await readMultipart(Buffer.from(await load(renderMultipart(parts, B), 1e9)), B, LIMITS);
  assert.deepEqual(again.map(({ headers }) => Buffer.from(headers)), parts.map(({ headers }) => Buffer.from(headers)));
  assert.deepEqual(again.map(({ content }) => content.length), [3, 200_000, 0]);
  assert.deepEqual(Buffer.from(await load(again[1]!.content, 1e9)), large);
});

const REFUSED: Readonly<Record<string, Uint8Array>> = {
  'a body that ends within a part': lines('--the-boundary', '', 'a'),
  'a body that ends within headers': lines('--the-boundary', 'Content-ID: <a>', ''),
  'a body that ends behind a boundary': lines('--the-boundary', '', 'a', '--the-boundary'),
  'a body whose last boundary is cut': lines('--the-boundary', '', 'a', '--the-boundary-'),
  'a body without a boundary': lines('hello'),
  'an empty body': Buffer.alloc(0),
  'a boundary behind a bare line feed': Buffer.from('--the-boundary\r\n\r\na\n--the-boundary\r\n\r\nb\r\n--the-boundary--\r\n'),
  'a line that begins like a boundary': lines('--the-boundary', '', 'a', '--the-boundary-x', '--the-boundary--'),
  'a boundary whose line ends with a bare line feed': Buffer.from('--the-boundary\n\r\na\r\n--the-boundary--\r\n'),
  'a last boundary with more behind it': lines('--the-boundary', '', 'a', '--the-boundary-- more', ''),
  'a boundary behind the last one': lines('--the-boundary', '', 'a', '--the-boundary--', '--the-boundary', '', 'b', '--the-boundary--'),
  'a header without a colon': lines('--the-boundary', 'Content-ID', '', 'a', '--the-boundary--'),
  'a header with a space before its colon in its name': lines('--the-boundary', 'Content ID: <a>', '', 'a', '--the-boundary--'),
  'headers that begin with a folded line': lines('--the-boundary', ' x', '', 'a', '--the-boundary--'),
  'a bare line feed in headers': Buffer.from('--the-boundary\r\nA: b\nC: d\r\n\r\na\r\n--the-boundary--'),
  'a NUL in headers': Buffer.from('--the-boundary\r\nA: b\0\r\n\r\na\r\n--the-boundary--'),
  'headers with no empty line behind them': lines('--the-boundary', 'A: b', '--the-boundary--', ''),
  'a Content-ID twice in one part': lines('--the-boundary', 'Content-ID: <a>', 'content-id: <b>', '', 'a', '--the-boundary--'),
  'a Content-ID at two parts': lines('--the-boundary', 'Content-ID: <a>', '', 'a', '--the-boundary', 'Content-ID: <a>', '', 'b', '--the-boundary--'),
};

for (const [what, body] of Object.entries(REFUSED)) {
  test(`Refused: ${what}`, async (t) => {
    await assert.rejects(read(body), { code: 'malformed' });
    await assert.rejects(readSpooled(t, body), { code: 'malformed' });
  });
}

test('A boundary that RFC 2046 does not allow is refused', async () => {
  for (const boundary of ['', 'ends with ', 'a\r\nb', 'ä', 'x'.repeat(71), 'a"b']) await assert.rejects(read(TWO, boundary), { code: 'malformed', facts: { field: 'Content-Type', hint: 'The boundary is missing or not of the allowed characters.' } });
});

test('One part more than the limit is refused, before it is read', async () => {
  const parts = (count: number) => renderMultipart(Array.from({ length: count }, () => ({ headers: Buffer.alloc(0), content: Buffer.from('x') })), B) as Uint8Array;
  assert.equal((await read(parts(10))).length, 10);
  await assert.rejects(read(parts(11)), { code: 'too-large', facts: { hint: 'At most 10 MIME parts.' } });
});

test('Headers longer than the limit are refused, whether they end or not', async (t) => {
  const body = (value: string) => lines('--the-boundary', `A: ${value}`, '', 'a', '--the-boundary--');
  assert.equal((await read(body('x'.repeat(195)))).length, 1);
  await assert.rejects(read(body('x'.repeat(198))), { code: 'too-large' });
  await assert.rejects(readSpooled(t, body('x'.repeat(198))), { code: 'too-large' });
  await assert.rejects(readSpooled(t, Buffer.from(`--the-boundary\r\n${'x'.repeat(400_000)}`)), { code: 'too-large' });
});

test('Header lines of another gateway that would end early, and begin content of their own, are not written', () => {
  for (const headers of ['A: b\r\n\r\nforged', 'A: b\r\n\r\n', '\r\n', 'A: b', 'A: b\r\n--the-boundary\r\n']) {
    assert.throws(() => renderMultipart([{ headers: Buffer.from(headers), content: Buffer.from('x') }], B), { code: 'malformed' }, JSON.stringify(headers));
    assert.throws(() => readPartHeaders(Buffer.from(headers)), { code: 'malformed' });
  }
});
