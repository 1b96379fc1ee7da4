import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../src/platform/clock.ts';
import { EE_FI } from '../../../src/sandbox/kits.ts';
import { startPair } from '../../../src/sandbox/pair.ts';

test('a port that another process uses is named, with what to do, and nothing is started', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'causeway-ports-'));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    other.close();
    rmSync(data, { recursive: true });
  });
  const { port } = other.address() as AddressInfo;
  const starting = startPair({ kits: EE_FI, root: join(import.meta.dirname, '../../..'), data, clock: systemClock(), basePort: port });
  await assert.rejects(starting, { code: 'config-invalid', message: new RegExp(`Port ${port} cannot be used .*--base-port`) });
  assert.equal(existsSync(join(data, 'countries')), false);
});
