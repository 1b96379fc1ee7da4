import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { decryptJwe, encryptJwe } from '../../../src/crypto/jwe.ts';
import { openerOf } from '../../../src/crypto/keys.ts';
import { refuses } from '../../support/refused.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const BINDING = { iss: 'https://a.example', typ: 't' };
const own = [openerOf('k', privateKey)];
const IV_OF_KEY_WRAP = Buffer.from('A6A6A6A6A6A6A6A6', 'hex');

/** RFC 7518, 4.6.2: Concat KDF of one round, for A256KW. */
function kek(mine: KeyObject, theirs: KeyObject): Buffer {
  const algorithm = Buffer.from('ECDH-ES+A256KW');
  const u32 = (n: number) => Buffer.of(0, 0, 0, n);
  const bits = Buffer.of(0, 0, 1, 0);
  return createHash('sha256').update(Buffer.concat([u32(1), diffieHellman({ privateKey: mine, publicKey: theirs }), u32(algorithm.length), algorithm, u32(0), u32(0), bits])).digest();
}

test('what is encrypted opens for the holder of the key, under the same binding', async () => {
  const compact = await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING);
  assert.equal(Buffer.from(await decryptJwe(compact, own, BINDING)).toString(), 'secret');
});

test('node:crypto alone opens it as RFC 7516 and RFC 7518 say', async () => {
  const compact = await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING);
  const [head = '', wrapped = '', iv = '', ciphertext = '', tag = ''] = compact.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { epk: webcrypto.JsonWebKey };
  assert.deepEqual(header, { ...BINDING, alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'k', epk: header.epk });
  const unwrap = createDecipheriv('id-aes256-wrap', kek(privateKey, createPublicKey({ key: header.epk, format: 'jwk' })), IV_OF_KEY_WRAP);
  const cek = Buffer.concat([unwrap.update(Buffer.from(wrapped, 'base64url')), unwrap.final()]);
  const decipher = createDecipheriv('aes-256-gcm', cek, Buffer.from(iv, 'base64url')).setAAD(Buffer.from(head)).setAuthTag(Buffer.from(tag, 'base64url'));
  assert.equal(Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString(), 'secret');
});

/** A JWE by node:crypto alone, authentic under whatever text its header has. */
function sealedByHand(spell: (header: object) => string): string {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const header = { ...BINDING, kid: 'k', alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk: ephemeral.publicKey.export({ format: 'jwk' }) };
  const head = Buffer.from(spell(header)).toString('base64url');
  const cek = randomBytes(32);
  const iv = randomBytes(12);
  const wrap = createCipheriv('id-aes256-wrap', kek(ephemeral.privateKey, publicKey), IV_OF_KEY_WRAP);
  const wrapped = Buffer.concat([wrap.update(cek), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(Buffer.from(head));
  const ciphertext = Buffer.concat([cipher.update('secret'), cipher.final()]);
  return [head, ...[wrapped, iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

test('what node:crypto alone encrypted opens', async () => assert.equal(Buffer.from(await decryptJwe(sealedByHand(JSON.stringify), own, BINDING)).toString(), 'secret'));

for (const [what, spell] of Object.entries<(header: object) => string>({
  'a member twice': (header) => JSON.stringify(header).replace('{', '{"iss":"https://b.example",'),
  'whitespace': (header) => JSON.stringify(header, undefined, 1),
  'an escape that is not needed': (header) => JSON.stringify(header).replace('"kid"', '"k\\u0069d"'),
  'a list in place of the object': (header) => JSON.stringify([header]),
})) {
  test(`a seal that is authentic under a header with ${what} is refused`, () => refuses(decryptJwe(sealedByHand(spell), own, BINDING), 'seal-mismatch'));
}

test('of several keys the one that the header names opens', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const compact = await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING);
  assert.equal(Buffer.from(await decryptJwe(compact, [openerOf('newer', other.privateKey), ...own], BINDING)).toString(), 'secret');
  await refuses(decryptJwe(compact, [openerOf('k', other.privateKey)], BINDING), 'seal-mismatch');
  await refuses(decryptJwe(compact, [], BINDING), 'seal-mismatch');
});

test('a binding of another value, of more members or of fewer is refused', async () => {
  const compact = await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING);
  await refuses(decryptJwe(compact, own, { ...BINDING, iss: 'https://b.example' }), 'seal-mismatch');
  await refuses(decryptJwe(compact, own, { ...BINDING, jti: '1' }), 'seal-mismatch');
  await refuses(decryptJwe(compact, own, { iss: BINDING.iss }), 'seal-mismatch');
});

test('a binding cannot replace the algorithm', async () => {
  const compact = await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, { alg: 'dir', enc: 'A128GCM', kid: 'other' });
  assert.equal(Buffer.from(await decryptJwe(compact, own, {})).toString(), 'secret');
});

test('one changed character in any segment is refused', async () => {
  const compact = await encryptJwe(Buffer.from('secret, and long enough'), { kid: 'k', key: publicKey }, BINDING);
  const segments = compact.split('.');
  for (const [at, segment] of segments.entries()) {
    const bytes = Buffer.from(segment, 'base64url');
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await refuses(decryptJwe(segments.with(at, bytes.toString('base64url')).join('.'), own, BINDING), 'seal-mismatch');
  }
});

test('each seal has its own ephemeral key, content key and IV', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING)));
  for (const at of [0, 1, 2, 3, 4]) assert.notEqual(a?.split('.')[at], b?.split('.')[at]);
});

test('the library opens what we seal', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(await encryptJwe(Buffer.from('secret'), { kid: 'k', key: publicKey }, BINDING), privateKey);
  assert.equal(Buffer.from(plaintext).toString(), 'secret');
  assert.equal(protectedHeader['iss'], BINDING.iss);
});

test('we open what the library seals', async () => {
  const sealed = await new CompactEncrypt(Buffer.from('secret')).setProtectedHeader({ ...BINDING, alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'k' }).encrypt(publicKey);
  assert.equal(Buffer.from(await decryptJwe(sealed, own, BINDING)).toString(), 'secret');
});
