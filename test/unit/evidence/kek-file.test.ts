/** The file of the evidence's key-encryption keys: as every release wrote it, encrypted where there is a passphrase, and refused without a word of what it holds. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { makeKeys } from '../../../src/cli/keys-make.ts';
import { KeyFiles } from '../../../src/crypto/key-files.ts';
import { KeyStore } from '../../../src/crypto/key-store.ts';
import { KekFile } from '../../../src/evidence/kek-file.ts';
import { KekRing, pseudonymsOf } from '../../../src/evidence/kek-ring.ts';

suite('the file of the evidence keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-kek-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const passphrase = write('passphrase', 'correct horse\n');
  const at = (evidence: string, under?: string) => new KekFile({ evidence }, new KeyStore(new KeyFiles(under)));
  const kek = randomBytes(32);

  test('of an earlier release, one key in base64, is read with a passphrase and without', async () => {
    const file = write('earlier.kek', `${kek.toString('base64')}\n`);
    for (const under of [undefined, passphrase]) {
      const { content } = await at(file, under).read();
      assert.deepEqual([content.keys.map((key) => Buffer.from(key)), Buffer.from(content.pseudonyms)], [[kek], Buffer.from(pseudonymsOf(kek))]);
    }
  });

  test('that was made under a passphrase is encrypted on disk, and opens', async () => {
    const { files } = await makeKeys({ out: join(folder, 'keys'), host: 'gateway.ee.example', passphrase }, Date.now());
    assert.match(readFileSync(files['evidence'] ?? '', 'utf8'), /^eyJ[\w-]+(\.[\w-]+){4}\n$/);
    assert.equal((await at(files['evidence'] ?? '', passphrase).read()).content.keys[0].length, 32);
    await assert.rejects(at(files['evidence'] ?? '').read(), { code: 'config-invalid', message: /is encrypted, and keys.passphrase names no file/ });
  });

  for (const under of [undefined, passphrase]) {
    test(`with two keys under change comes back as it was written, ${under === undefined ? 'in the clear' : 'encrypted'}, for this user alone`, async () => {
      const file = join(folder, 'changing.kek');
      const content = { keys: [randomBytes(32), kek], pseudonyms: pseudonymsOf(kek), change: { id: 'o', retireFrom: 5 } } as const;
      await at(file, under).write(content);
      const text = readFileSync(file, 'utf8');
      assert.equal(text.includes(kek.toString('base64')), under === undefined);
      assert.equal(statSync(file).mode & 0o077, 0);
      const { content: read } = await at(file, under).read();
      assert.deepEqual([read.keys.map((key) => Buffer.from(key)), read.change], [content.keys, content.change]);
    });
  }

  test('of one key that pseudonyms were derived from is written in the form of earlier releases', async () => {
    const file = join(folder, 'one.kek');
    await at(file).write(KekRing.of(kek).content);
    assert.equal(readFileSync(file, 'utf8'), `${kek.toString('base64')}\n`);
  });

  for (const [what, text] of [['31 bytes', randomBytes(31).toString('base64')], ['three keys', JSON.stringify({ v: 1, keys: [kek, kek, kek].map((key) => key.toString('base64')), pseudonyms: kek.toString('base64') })], ['another version', '{"v":2}'], ['nothing', '']] as const) {
    test(`with ${what} is refused without a word of it`, async () => {
      await assert.rejects(at(write('bad.kek', text)).read(), (error: Error & { code: string }) => error.code === 'config-invalid' && error.cause === undefined && !error.message.includes(text.slice(0, 20) || '\0'));
    });
  }
});
