import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { BASE64URL_32, contentCommitment, sameText, sha256, sha256Base64url } from '../../../src/crypto/digest.ts';

test('SHA-256 of "abc" is that of FIPS 180-4', () => {
  assert.equal(sha256('abc').toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(sha256Base64url(Buffer.from('abc')), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});

test('the commitment is HMAC(salt, label 00 SHA-256(manifest)), and differs with salt and manifest', () => {
  const salt = Buffer.alloc(32, 1);
  const manifest = Buffer.from('{"v":1}');
  const expected = createHmac('sha256', salt).update(Buffer.concat([Buffer.from('causeway/content/v1'), Buffer.of(0), createHash('sha256').update(manifest).digest()])).digest('base64url');
  assert.equal(contentCommitment(salt, manifest), expected);
  assert.notEqual(contentCommitment(Buffer.alloc(32, 2), manifest), expected);
  assert.notEqual(contentCommitment(salt, Buffer.from('{"v":2}')), expected);
});

test('texts are the same only if every byte is', () => {
  assert.equal(sameText('abc', 'abc'), true);
  assert.equal(sameText('abc', 'abd'), false);
  assert.equal(sameText('abc', 'abcd'), false);
  assert.equal(sameText('', ''), true);
  assert.equal(sameText('ä', 'a\u0308'), false);
});

test('the pattern takes every base64url of 32 bytes and no other spelling of it', () => {
  for (let byte = 0; byte < 256; byte += 1) assert.match(Buffer.alloc(32, byte).toString('base64url'), BASE64URL_32);
  for (const text of ['A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`, `${'A'.repeat(43)}=`, `+${'A'.repeat(42)}`, `${'A'.repeat(43)}\n`]) assert.doesNotMatch(text, BASE64URL_32);
});
