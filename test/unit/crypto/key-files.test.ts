/** Private keys in files: encrypted at rest, and what is said of those that do not open. */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { makeKeys } from '../../../src/cli/keys-make.ts';
import { KeyFiles } from '../../../src/crypto/key-files.ts';
import { parseJws, signJws, verifyJws } from '../../../src/crypto/jws.ts';
import { encodedKey } from '../../../src/crypto/keys.ts';
import { checkConfig } from '../../../src/config/check.ts';
import { loadConfig, readGateway } from '../../../src/config/config.ts';
import { openPolicies } from '../../../src/exchange/open-policies.ts';
import { OwnKeys } from '../../../src/trust/own/own-keys.ts';
import { NOW, change, makeGatewayFolders } from '../../support/gateway-folders.ts';

suite('private keys in files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-keys-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const passphrase = write('passphrase', 'correct horse\n');
  const { files } = await makeKeys({ out: join(folder, 'keys'), host: 'gateway.ee.example', domesticHost: 'localhost', passphrase }, Date.now());
  const file = (role: string): string => files[role] ?? '';

  test('every private key that was made under a passphrase is encrypted on disk', () => {
    for (const role of ['entity', 'statement', 'encryption', 'tlsKey', 'log', 'witness', 'domesticTlsKey']) assert.match(readFileSync(file(role), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/, role);
  });

  test('they sign, open and identify under the passphrase', async () => {
    const keys = new KeyFiles(passphrase);
    const signer = keys.signer(file('statement'));
    verifyJws(parseJws(await signJws('t+jwt', '{}', signer), 4096), signer);
    keys.opener(file('encryption'));
    keys.ed25519(file('log'), 'log');
    assert.match(keys.tls({ key: file('tlsKey'), certificate: file('tlsCertificate') }).key, /^-----BEGIN PRIVATE KEY-----/);
  });

  test('a key that is made later is encrypted too, and for this user alone', async () => {
    const made = join(folder, 'made.key.pem');
    const keys = new KeyFiles(passphrase);
    await keys.make(made, 'P-256');
    assert.match(readFileSync(made, 'utf8'), /ENCRYPTED/);
    assert.equal(statSync(made).mode & 0o077, 0);
    keys.signer(made);
  });

  for (const [what, keys, text] of [
    ['without a passphrase', () => new KeyFiles(), 'is encrypted, and keys.passphrase names no file'],
    ['under another passphrase', () => new KeyFiles(write('other', 'wrong')), 'does not open with the passphrase of keys.passphrase'],
  ] as const) {
    test(`an encrypted key ${what} is named, and neither key nor passphrase is quoted`, () => {
      assert.throws(() => keys().signer(file('statement')), (error: { code: string; message: string }) => error.code === 'config-invalid' && error.message.includes(text) && !error.message.includes('wrong'));
    });
  }

  test('an empty passphrase, and a file that is not there, are refused', () => {
    assert.throws(() => new KeyFiles(write('empty', '\n')), { code: 'config-invalid', message: /is empty/ });
    assert.throws(() => new KeyFiles(join(folder, 'nowhere')), { code: 'config-invalid' });
  });

  test('a certificate that is not of its key is not taken', () => {
    assert.throws(() => new KeyFiles(passphrase).tls({ key: file('domesticTlsKey'), certificate: file('tlsCertificate') }), { code: 'config-invalid', message: /is not of the key/ });
  });
});

suite('a gateway whose keys are encrypted', async () => {
  const folders = await makeGatewayFolders();
  after(() => folders.remove());

  test('signs messages at home as its member, whose key the passphrase opens, and not without it', () => {
    const passphrase = join(folders.fi, 'passphrase');
    const file = join(folders.fi, 'keys/member-signing.key.pem');
    writeFileSync(passphrase, 'correct horse', { mode: 0o600 });
    const key = createPrivateKey(readFileSync(file));
    writeFileSync(file, encodedKey(key, 'correct horse'), { mode: 0o600 });
    change(join(folders.fi, 'gateway.yaml'), [[['keys', 'passphrase'], 'passphrase']]);
    assert.deepEqual(checkConfig(folders.fi, NOW).filter(({ severity }) => severity === 'error'), []);
    const policies = (keys: KeyFiles) => openPolicies(loadConfig(folders.fi), keys, undefined, { now: () => NOW, monotonic: () => 0 }, { report: () => {} }).policy;
    const policy = policies(new KeyFiles(passphrase))('wss', '');
    assert.ok(policy.form === 'wss' && policy.signer !== undefined && key.equals(policy.signer.key));
    assert.throws(() => policies(new KeyFiles()), { code: 'config-invalid', message: 'the member key file is encrypted, and keys.passphrase names no file' });
  });

  test('reads them by the passphrase of gateway.yaml', async () => {
    const passphrase = join(folders.ee, 'passphrase');
    writeFileSync(passphrase, 'correct horse', { mode: 0o600 });
    rmSync(join(folders.ee, 'keys'), { recursive: true });
    const made = await makeKeys({ out: join(folders.ee, 'keys'), host: 'gateway.ee.example', passphrase }, Date.now());
    change(join(folders.ee, 'gateway.yaml'), [[['keys', 'passphrase'], 'passphrase']]);
    await OwnKeys.with(readGateway(folders.ee), (keys) => assert.equal(keys.statement.kid, made.public['statement']));
  });
});
