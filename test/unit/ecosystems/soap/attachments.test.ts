import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { xroadSoap } from '../../../../src/ecosystems/xroad-soap/dialect.ts';
import { bytesOf } from '../../../../src/platform/content.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { Attachment } from '../../../../src/stages.ts';
import { coded } from '../errors.ts';
import { REQUEST_BODY, envelope, home, parseRequest } from './samples.ts';

const { packing } = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1, mime: { maxParts: 5, maxHeaderBytes: 300 } });
const ROOT = 'Content-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <root>\r\n';
const PDF = 'Content-Type: application/pdf; name=x\r\nContent-ID: <pdf@x>\r\n';

function body(...parts: readonly (readonly [headers: string, content: string])[]): Buffer {
  return Buffer.from(`${parts.map(([headers, content]) => `--b\r\n${headers}\r\n${content}\r\n`).join('')}--b--\r\n`);
}

function unpack(contentType: string, bytes: Uint8Array) {
  assert.ok(packing);
  return packing.unpack({ headers: { 'content-type': contentType, 'soapaction': '""' }, body: bytes }, false, DEFAULT_XML_LIMITS);
}

test('a multipart message becomes its root, with the type of the root, and attachments as they came', async () => {
  const { headers, body: root, attachments = [] } = await unpack('multipart/related; boundary=b; type="text/xml"; start="<root>"', body([ROOT, '<a/>'], [PDF, '%PDF']));
  assert.deepEqual([headers, Buffer.from(root).toString()], [{ 'content-type': 'text/xml; charset=UTF-8', 'soapaction': '""' }, '<a/>']);
  assert.deepEqual(attachments.map(({ headers: lines, type, content }) => [Buffer.from(lines).toString(), type, Buffer.from(bytesOf(content)).toString()]), [[PDF, 'application/pdf', '%PDF']]);
});

test('a message that is not multipart stays what it is', async () => {
  const { headers, body: root, attachments } = await unpack('text/xml', Buffer.from('<a/>'));
  assert.deepEqual([headers['content-type'], Buffer.from(root).toString(), attachments], ['text/xml', '<a/>', undefined]);
});

test('a compressed message is refused by the name of what compresses it, multipart or not', async () => {
  for (const [type, bytes] of [['text/xml', Buffer.from('<a/>')], ['multipart/related; boundary=b', body([ROOT, '<a/>'])]] as const) {
    await assert.rejects(packing!.unpack({ headers: { 'content-type': type, 'content-encoding': 'gzip' }, body: gzipSync(bytes) }, false, DEFAULT_XML_LIMITS), coded('malformed', { field: 'Content-Encoding' }));
    assert.ok(await packing!.unpack({ headers: { 'content-type': type, 'content-encoding': 'identity' }, body: bytes }, false, DEFAULT_XML_LIMITS));
  }
});

const REFUSED: Readonly<Record<string, readonly [contentType: string, bytes: Buffer]>> = {
  'another kind of multipart': ['multipart/mixed; boundary=b', body([ROOT, '<a/>'])],
  'no boundary': ['multipart/related', body([ROOT, '<a/>'])],
  'a boundary twice': ['multipart/related; boundary=b; boundary=c', body([ROOT, '<a/>'])],
  'no part at all': ['multipart/related; boundary=b', Buffer.from('--b--\r\n')],
  'a start that names another part': ['multipart/related; boundary=b; start="<pdf@x>"', body([ROOT, '<a/>'], [PDF, 'x'])],
  'a start that names no part': ['multipart/related; boundary=b; start="<nobody>"', body([ROOT, '<a/>'])],
  'a root of another type': ['multipart/related; boundary=b', body([PDF, 'x'], [ROOT, '<a/>'])],
  'a root without a type': ['multipart/related; boundary=b', body(['', '<a/>'])],
  'a type that is not that of the root': ['multipart/related; boundary=b; type="application/xop+xml"', body([ROOT, '<a/>'])],
  'a root in base64': ['multipart/related; boundary=b', body([ROOT.replace('8bit', 'base64'), 'PGEvPg=='])],
  'XOP of something else than an envelope': ['multipart/related; boundary=b', body(['Content-Type: application/xop+xml; type="application/json"\r\n', '<a/>'])],
  'a body that is cut': ['multipart/related; boundary=b', body([ROOT, '<a/>'], [PDF, 'x']).subarray(0, -8)],
};
for (const [what, [contentType, bytes]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, () => assert.rejects(unpack(contentType, bytes), { code: 'malformed' }));
}

test('a root beyond the limit of a document is too large, whatever its parts are', async () => {
  assert.ok(packing);
  await assert.rejects(packing.unpack({ headers: { 'content-type': 'multipart/related; boundary=b' }, body: body([ROOT, 'x'.repeat(2000)]) }, false, { ...DEFAULT_XML_LIMITS, maxBytes: 1000 }), { code: 'too-large' });
});

test('what is packed unpacks to the same parts, with the root in front under an id of its own', async () => {
  assert.ok(packing);
  const attachment: Attachment = { headers: Buffer.from(PDF), type: 'application/pdf', content: Buffer.from('%PDF'), sha256: '' };
  const { headers, body: wire } = packing.pack({ headers: { 'content-type': 'text/xml; charset=utf-8', 'x': 'y' }, body: Buffer.from('<a/>'), attachments: [attachment] });
  assert.equal(headers['x'], 'y');
  const again = await unpack(headers['content-type'] ?? '', bytesOf(wire));
  assert.deepEqual([Buffer.from(again.body).toString(), again.headers['content-type']], ['<a/>', 'text/xml; charset=utf-8']);
  assert.deepEqual(again.attachments?.map(({ headers: lines, content }) => [Buffer.from(lines).toString(), Buffer.from(bytesOf(content)).toString()]), [[PDF, '%PDF']]);
});

test('attachments go with the message that is parsed', () => {
  const attachments = [{ headers: Buffer.from(PDF), type: 'application/pdf', content: Buffer.from('x'), sha256: 'd' }];
  const { message } = parseRequest({ method: 'POST', target: '', headers: { 'content-type': 'text/xml' }, body: Buffer.from(envelope(REQUEST_BODY)), attachments }, [home], DEFAULT_XML_LIMITS);
  assert.deepEqual(message.attachments, attachments);
});

test('nothing but a POST of text/xml is read, attachments or not', () => {
  assert.throws(() => parseRequest({ method: 'POST', target: '', headers: { 'content-type': 'application/xop+xml' }, body: Buffer.from(envelope(REQUEST_BODY)) }, [home], DEFAULT_XML_LIMITS), coded('malformed', { field: 'Content-Type' }));
});
