/** A secret in a file under a passphrase: against jose both ways, and what does not open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { openUnderPassphrase, sealUnderPassphrase, secretForm } from '../../../src/crypto/sealed-secret.ts';

const PASSPHRASE = 'correct horse';
const ALGORITHMS = { keyManagementAlgorithms: ['PBES2-HS512+A256KW'], contentEncryptionAlgorithms: ['A256GCM'], maxPBES2Count: 1_000_000 };
const byJose = (rounds: number, header: object = { typ: 'causeway-secret' }) => new CompactEncrypt(Buffer.from('secret')).setProtectedHeader({ ...header, alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' }).setKeyManagementParameters({ p2c: rounds }).encrypt(Buffer.from(PASSPHRASE));

test('what is sealed under a passphrase opens by another JOSE library, and says nothing of itself', async () => {
  const compact = await sealUnderPassphrase('secret', PASSPHRASE);
  assert.equal(Buffer.from((await compactDecrypt(compact, Buffer.from(PASSPHRASE), ALGORITHMS)).plaintext).toString(), 'secret');
  assert.equal(secretForm(compact), 'passphrase');
  const other = await sealUnderPassphrase('secret', PASSPHRASE);
  assert.notEqual(other, compact);
  assert.equal(await openUnderPassphrase(other, PASSPHRASE, 'a.kek'), 'secret');
});

test('what another JOSE library sealed under a passphrase opens', async () => {
  assert.equal(await openUnderPassphrase(await byJose(2048), PASSPHRASE, 'a.kek'), 'secret');
});

test('another passphrase, and a file that was changed, are refused by the name of the file', async () => {
  const compact = await sealUnderPassphrase('secret', PASSPHRASE);
  const changed = compact.replace(/\.(.)([^.]*)$/, (_, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}`);
  for (const [file, passphrase] of [[compact, 'wrong horse'], [changed, PASSPHRASE]] as const) await assert.rejects(openUnderPassphrase(file, passphrase, 'a.kek'), { code: 'config-invalid', message: 'a.kek does not open with the passphrase of keys.passphrase' });
});

test('a file that would keep us busy for hours, and one that is encrypted for something else, are refused before any work', async () => {
  const [head = '', ...rest] = (await byJose(2048)).split('.');
  const busy = JSON.stringify({ ...(JSON.parse(Buffer.from(head, 'base64url').toString()) as object), p2c: 2_000_000_000 });
  for (const compact of [[Buffer.from(busy).toString('base64url'), ...rest].join('.'), await byJose(2048, {})]) await assert.rejects(openUnderPassphrase(compact, PASSPHRASE, 'a.kek'), { code: 'config-invalid', message: 'a.kek is not encrypted as such a file is' });
});

test('a key in base64 and a JSON object are in the clear', () => {
  for (const text of [Buffer.alloc(32, 7).toString('base64'), '{"v":1}']) assert.equal(secretForm(text), 'clear');
});
