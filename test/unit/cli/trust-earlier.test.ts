/** Changing over to new keys: the export that names the earlier ones too. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeKeys } from '../../../src/cli/keys-make.ts';
import { exportTrust } from '../../../src/cli/trust.ts';
import { refuses } from '../../support/refused.ts';
import { NOW, makeGatewayFolders } from '../../support/gateway-folders.ts';

const folders = await makeGatewayFolders();
after(() => folders.remove());

interface Exported {
  readonly statement: readonly { readonly kid: string }[];
  readonly encryption: readonly { readonly kid: string }[];
  readonly tls: readonly { readonly spki: string }[];
}

async function exported(folder: string, earlier?: string): Promise<Exported> {
  return JSON.parse((await exportTrust(folder, 30, NOW, earlier)).document) as Exported;
}

function keep(name: string, document: string): string {
  const file = join(folders.ee, name);
  writeFileSync(file, document);
  return file;
}

test('an export without a change of keys names no key twice, whatever was exported earlier', async () => {
  const earlier = keep('same.json', (await exportTrust(folders.ee, 30, NOW)).document);
  assert.deepEqual(await exported(folders.ee, earlier), await exported(folders.ee));
});

test('an earlier export of another gateway is refused', async () => {
  const earlier = keep('other.json', (await exportTrust(folders.fi, 30, NOW)).document);
  return refuses(() => exportTrust(folders.ee, 30, NOW, earlier), 'config-invalid');
});

test('new keys come first, the earlier statement and TLS keys follow, and the earlier encryption key is gone', async () => {
  const before = await exported(folders.ee);
  const earlier = keep('before.json', (await exportTrust(folders.ee, 30, NOW)).document);
  for (const name of ['statement.key.pem', 'encryption.key.pem', 'federation-tls.key.pem', 'federation-tls.cert.pem']) rmSync(join(folders.ee, 'keys', name));
  await makeKeys({ out: join(folders.ee, 'keys'), host: 'gateway.ee.example' }, NOW);
  const alone = await exported(folders.ee);
  const both = await exported(folders.ee, earlier);
  assert.deepEqual(both.statement, [...alone.statement, ...before.statement]);
  assert.deepEqual(both.tls, [...alone.tls, ...before.tls]);
  assert.deepEqual(both.encryption, alone.encryption);
  assert.notDeepEqual(alone.encryption, before.encryption);
});
