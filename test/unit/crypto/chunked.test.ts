import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { ChunkedDecryptor, ChunkedEncryptor, chunkedLength, decryptChunked, encryptChunked } from '../../../src/crypto/chunked.ts';
import { cobblestone256 } from '../../support/handmade.ts';
import { refuses } from '../../support/refused.ts';

const CHUNK = 16_384;
const SEALED_CHUNK = CHUNK + 16;
const HEAD = 56;
const KEY = Buffer.alloc(32, 7);
const CONTEXT = 'a place';

interface Vector {
  readonly madeWith: string;
  readonly key: string;
  readonly context: string;
  readonly plaintext: { readonly length: number };
  readonly salt: string;
  readonly commitment: string;
  readonly ciphertext: { readonly length: number; readonly sha256: string; readonly hex?: string };
}

const FOLDER = new URL('../../vectors/chunked/', import.meta.url);

for (const file of readdirSync(FOLDER)) {
  const vector = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Vector;
  const key = Buffer.from(vector.key, 'hex');
  const plaintext = Buffer.from(Uint8Array.from({ length: vector.plaintext.length }, (_, i) => 7 * i + 3));
  // The test's own writing of the algorithm, checked against the other implementation's digest, makes the ciphertext again.
  const ciphertext = cobblestone256(key, Buffer.from(vector.salt, 'hex'), vector.context, plaintext);

  test(`${file}: what another implementation made opens to its plaintext`, () => {
    assert.equal(ciphertext.length, vector.ciphertext.length);
    assert.equal(ciphertext.subarray(24, HEAD).toString('hex'), vector.commitment);
    assert.equal(createHash('sha256').update(ciphertext).digest('hex'), vector.ciphertext.sha256);
    if (vector.ciphertext.hex !== undefined) assert.equal(ciphertext.toString('hex'), vector.ciphertext.hex);
    assert.deepEqual(Buffer.from(decryptChunked(key, vector.context, ciphertext)), plaintext);
  });
}

for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20 * 1024, 2 * CHUNK, 3 * CHUNK - 1]) {
  test(`${length} bytes come back, in the one length that the specification allows`, () => {
    const plaintext = randomBytes(length);
    const ciphertext = encryptChunked(KEY, CONTEXT, plaintext);
    assert.equal(ciphertext.length, HEAD + length + 16 * (Math.floor(length / CHUNK) + 1));
    assert.deepEqual(Buffer.from(decryptChunked(KEY, CONTEXT, ciphertext)), plaintext);
    assert.deepEqual(Buffer.from(ciphertext), cobblestone256(KEY, ciphertext.subarray(0, 24), CONTEXT, plaintext));
  });
}

const three = encryptChunked(KEY, CONTEXT, randomBytes(2 * CHUNK + 100));

for (const [what, end] of Object.entries({
  'at the first chunk boundary': HEAD + SEALED_CHUNK,
  'at the second chunk boundary': HEAD + 2 * SEALED_CHUNK,
  'within a tag after a chunk boundary': HEAD + 2 * SEALED_CHUNK + 15,
  'to an empty last chunk': HEAD + 2 * SEALED_CHUNK + 16,
  'by one byte': three.length - 1,
  'to its head': HEAD,
  'within its head': HEAD - 1,
  'to nothing': 0,
})) {
  test(`ciphertext cut ${what} is refused`, () => refuses(() => decryptChunked(KEY, CONTEXT, three.subarray(0, end)), 'seal-mismatch'));
}

test('a message of exactly one chunk without the empty chunk after it is refused', () =>
  refuses(() => decryptChunked(KEY, CONTEXT, encryptChunked(KEY, CONTEXT, randomBytes(CHUNK)).subarray(0, HEAD + SEALED_CHUNK)), 'seal-mismatch'));

test('chunks in another order, doubled or added are refused', async () => {
  const [head, first, second, last] = [three.subarray(0, HEAD), three.subarray(HEAD, HEAD + SEALED_CHUNK), three.subarray(HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK), three.subarray(HEAD + 2 * SEALED_CHUNK)];
  for (const pieces of [[head, second, first, last], [head, first, first, last], [head, first, second, second, last], [head, first, last]]) {
    await refuses(() => decryptChunked(KEY, CONTEXT, Buffer.concat(pieces)), 'seal-mismatch');
  }
});

test('another context, another key, another salt and another commitment are refused', async () => {
  await refuses(() => decryptChunked(KEY, 'another place', three), 'seal-mismatch');
  await refuses(() => decryptChunked(Buffer.alloc(32, 8), CONTEXT, three), 'seal-mismatch');
  await refuses(() => decryptChunked(KEY, CONTEXT, three.with(0, (three[0] ?? 0) ^ 1)), 'seal-mismatch');
  await refuses(() => decryptChunked(KEY, CONTEXT, three.with(24, (three[24] ?? 0) ^ 1)), 'seal-mismatch');
});

test('a changed byte of a chunk, or of a tag, is refused', async () => {
  for (const at of [HEAD, HEAD + CHUNK, three.length - 1]) await refuses(() => decryptChunked(KEY, CONTEXT, three.with(at, (three[at] ?? 0) ^ 1)), 'seal-mismatch');
});

test('the same bytes under the same key are never encrypted twice alike', () => assert.notDeepEqual(encryptChunked(KEY, CONTEXT, Buffer.from('x')), encryptChunked(KEY, CONTEXT, Buffer.from('x'))));

test('A part that comes in pieces is sealed and opened as one that comes whole', () => {
  const key = Buffer.alloc(32, 7);
  for (const length of [0, 1, 16_383, 16_384, 16_385, 50_000]) {
    const plaintext = Buffer.alloc(length, 'abcdefg');
    for (const step of [1000, 16_384, 20_000]) {
      const encryptor = new ChunkedEncryptor(key, 'place');
      const sealed = Buffer.concat([...pieces(plaintext, step).flatMap((piece) => encryptor.update(piece)), ...encryptor.final()]);
      assert.equal(sealed.length, chunkedLength(length));
      assert.deepEqual(Buffer.from(decryptChunked(key, 'place', sealed)), plaintext);
      const decryptor = new ChunkedDecryptor(key, 'place');
      assert.deepEqual(Buffer.concat([...pieces(sealed, step).flatMap((piece) => decryptor.update(piece)), ...decryptor.final()]), plaintext);
    }
  }
});

test('Truncated anywhere, a part that comes in pieces does not open', () => {
  const key = Buffer.alloc(32, 7);
  const sealed = Buffer.from(encryptChunked(key, 'place', Buffer.alloc(40_000, 1)));
  for (const length of [0, 10, 56, 60, 56 + 16_400, 56 + 2 * 16_400, sealed.length - 1]) {
    const decryptor = new ChunkedDecryptor(key, 'place');
    assert.throws(() => [...pieces(sealed.subarray(0, length), 1000).flatMap((piece) => decryptor.update(piece)), ...decryptor.final()], { code: 'seal-mismatch' }, `${length}`);
  }
});

function pieces(bytes: Buffer, step: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, n) => bytes.subarray(n * step, (n + 1) * step));
}
