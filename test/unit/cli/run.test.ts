import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { configCheck, renderConfigReport } from '../../../src/cli/config-check.ts';
import { change, makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { GatewayFolders } from '../../support/gateway-folders.ts';
import { proveBefore } from '../../support/proven.ts';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

const start = (folder: string) => spawnSync(process.execPath, [ENTRY, 'run', '--config', folder], { encoding: 'utf8', timeout: 120_000 });

async function proven(t: TestContext): Promise<GatewayFolders> {
  const folders = await makeGatewayFolders();
  t.after(() => folders.remove());
  await proveBefore('EE', join(folders.ee, 'data'));
  return folders;
}

test('a gateway whose start fails after its store was opened ends with 1, and does not stay behind', async (t) => {
  const folders = await proven(t);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  change(join(folders.ee, 'gateway.yaml'), [[['listeners', 'operations', 'port'], (taken.address() as AddressInfo).port]]);
  const { status, signal, stdout } = start(folders.ee);
  assert.deepEqual([status, signal], [1, null]);
  assert.match(stdout, /the gateway cannot run/);
});

test('a gateway that cannot start says all that is wrong, in the words of config check', async (t) => {
  const folders = await proven(t);
  writeFileSync(join(folders.ee, 'keys/evidence.kek'), 'no key');
  rmSync(join(folders.ee, 'keys/log.key.pem'));
  const { status, stdout, stderr } = start(folders.ee);
  assert.equal(status, 1);
  assert.match(stdout, /the gateway cannot run/);
  for (const key of ['evidence', 'log']) assert.match(stderr, new RegExp(`gateway\\.yaml:\\d+:\\d+: keys\\.${key}: `));
  assert.equal(stderr, `${renderConfigReport(await configCheck(folders.ee, Date.now()))}\n`);
});

for (const [what, path, value] of [
  ['grants an operation that no service has', ['agreement', 'legs', 0, 'grants', 0, 'operation', 'name'], 'palgad'],
  ['names a neutral form that is not that of our mapping', ['agreement', 'legs', 0, 'grants', 0, 'neutral', 'sha256'], 'Ulf3REIEozNWXp1ktRnnvqmjWPjOjklKrIV9z9N3hj8'],
] as const) {
  test(`a gateway whose link ${what} does not start, as config check says`, async (t) => {
    const folders = await proven(t);
    change(join(folders.ee, 'links/fi.yaml'), [[path, value]]);
    const report = await configCheck(folders.ee, Date.now());
    assert.equal(report.ok, false);
    const { status, stderr } = start(folders.ee);
    assert.equal(status, 1);
    assert.equal(stderr, `${renderConfigReport(report)}\n`);
  });
}
