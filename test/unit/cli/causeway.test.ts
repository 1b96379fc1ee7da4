/** The command line as a program: exit codes, streams, help. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { GatewayFolders } from '../../support/gateway-folders.ts';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

function causeway(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [ENTRY, ...args], { encoding: 'utf8' });
}

suite('causeway', () => {
  let folders: GatewayFolders;
  before(async () => void (folders = await makeGatewayFolders()));
  after(() => folders.remove());

  for (const args of [['--help'], ['config', 'check', '--help'], ['demo', '--help']]) {
    test(`${args.join(' ')} prints its usage and ends with 0`, () => {
      const { status, stdout } = causeway(...args);
      assert.equal(status, 0);
      assert.match(stdout, /^Usage: causeway/);
    });
  }

  for (const args of [[], ['nonsense'], ['run'], ['config', 'check', 'a', '--colour'], ['demo', '--base-port', 'x']]) {
    test(`wrong usage (${args.join(' ') || 'no command'}) ends with 2 and says what is wrong on standard error`, () => {
      const { status, stdout, stderr } = causeway(...args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /Usage: causeway/);
    });
  }

  test('config check ends with 0 on warnings at most, and prints JSON when asked', () => {
    const { status, stdout } = causeway('config', 'check', folders.fi, '--json');
    const report = JSON.parse(stdout) as { ok: boolean; problems: { severity: string }[] };
    assert.equal(report.ok, report.problems.every(({ severity }) => severity === 'warning'));
    assert.equal(status, report.ok ? 0 : 1);
  });

  test('config check of a folder that is none ends with 1', () => {
    const { status, stdout } = causeway('config', 'check', join(folders.fi, 'keys'));
    assert.equal(status, 1);
    assert.match(stdout, /gateway\.yaml:1:1: does not exist/);
  });

  test('what cannot be read ends with 1 and a line, not with a stack', () => {
    const { status, stderr } = causeway('link', 'hash', join(folders.fi, 'gateway.yaml'));
    assert.equal(status, 1);
    assert.match(stderr, /gateway\.yaml:\d+:\d+: gateway: is not a known key/);
    assert.ok(!stderr.includes('    at '));
  });

  test('trust export prints the document alone on standard output, the fingerprint on standard error', () => {
    const { stdout, stderr } = causeway('trust', 'export', '--config', folders.fi);
    assert.equal((JSON.parse(stdout) as { country: string }).country, 'FI');
    assert.match(stderr, /^fingerprint (?:[\da-f]{4} ){15}[\da-f]{4}\n$/);
  });
});
