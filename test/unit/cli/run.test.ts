import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { configCheck, renderConfigReport } from '../../../src/cli/config-check.ts';
import { change, makeGatewayFolders } from '../../support/gateway-folders.ts';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

const start = (folder: string) => spawnSync(process.execPath, [ENTRY, 'run', '--config', folder], { encoding: 'utf8', timeout: 20_000 });

test('a gateway whose start fails after its store was opened ends with 1, and does not stay behind', async (t) => {
  const folders = makeGatewayFolders();
  t.after(() => folders.remove());
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  change(join(folders.ee, 'gateway.yaml'), [[['listeners', 'operations', 'port'], (taken.address() as AddressInfo).port]]);
  const { status, signal, stdout } = start(folders.ee);
  assert.deepEqual([status, signal], [1, null]);
  assert.match(stdout, /the gateway cannot run/);
});

test('a gateway that cannot start says all that is wrong, in the words of config check', async (t) => {
  const folders = makeGatewayFolders();
  t.after(() => folders.remove());
  writeFileSync(join(folders.ee, 'keys/evidence.kek'), 'no key');
  rmSync(join(folders.ee, 'keys/log.key.pem'));
  const { status, stdout, stderr } = start(folders.ee);
  assert.equal(status, 1);
  assert.match(stdout, /the gateway cannot run/);
  for (const key of ['evidence', 'log']) assert.match(stderr, new RegExp(`gateway\\.yaml:\\d+:\\d+: keys\\.${key}: `));
  assert.equal(stderr, `${renderConfigReport(await configCheck(folders.ee, Date.now()))}\n`);
});
