import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeGatewayFolders } from '../../support/gateway-folders.ts';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

test('a gateway whose start fails after its store was opened ends with 1, and does not stay behind', (t) => {
  const folders = makeGatewayFolders();
  t.after(() => folders.remove());
  writeFileSync(join(folders.ee, 'keys/evidence.kek'), 'no key');
  const { status, signal, stdout } = spawnSync(process.execPath, [ENTRY, 'run', '--config', folders.ee], { encoding: 'utf8', timeout: 20_000 });
  assert.deepEqual([status, signal], [1, null]);
  assert.match(stdout, /the gateway cannot run/);
});
