import { test } from 'node:test';
import { xroadSoap } from '../../src/ecosystems/xroad-soap/dialect.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { refuses } from '../support/refused.ts';
import { makeSpool, spooled } from '../support/spool.ts';

// A part costs its sender a few bytes and its receiver an object: parts, and their headers, are counted.

const { packing } = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1 });
const root = 'Content-Type: text/xml\r\n\r\n<a/>\r\n';
const message = (parts: readonly string[]) => Buffer.from(`${[root, ...parts].map((part) => `--b\r\n${part}`).join('')}--b--\r\n`);
const unpack = (body: Parameters<NonNullable<typeof packing>['unpack']>[0]['body']) => packing?.unpack({ headers: { 'content-type': 'multipart/related; boundary=b' }, body }, false, DEFAULT_XML_LIMITS) ?? Promise.reject(new Error('no packing'));

test('control: a thousand parts are taken', async () => void (await unpack(message(Array.from({ length: 999 }, () => '\r\n\r\n')))));

test('ten thousand parts are refused', () => refuses(unpack(message(Array.from({ length: 10_000 }, () => '\r\n\r\n'))), 'too-large'));

test('ten thousand parts in a file are refused', async (t) => {
  const scope = makeSpool(t).scope();
  await refuses(unpack(await spooled(scope, message(Array.from({ length: 10_000 }, (_, n) => `Content-ID: <${n}>\r\n\r\nx\r\n`)))), 'too-large');
  await scope.dispose();
});

test('headers of a part beyond the limit are refused', () => refuses(unpack(message([`X: ${'y'.repeat(10_000)}\r\n\r\nx\r\n`])), 'too-large'));

test('a part that is all headers is refused', () => refuses(unpack(Buffer.from(`--b\r\n${'X: y\r\n'.repeat(10_000)}`)), 'too-large'));
