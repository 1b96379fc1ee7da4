/** Which pair the demo runs, and in which folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ENTRY = join(import.meta.dirname, '../../../src/cli/causeway.ts');

function demo(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [ENTRY, 'demo', ...args], { encoding: 'utf8', timeout: 30_000 });
}

test('--list tells the platforms with what is spoken and asked about there, as lines or as JSON', () => {
  assert.match(demo('--list').stdout, /^ua +ua-trembita-2 +UA +uxp +uxp-soap, uxp-rest +company, .*person/m);
  const { status, stdout } = demo('--list', '--json');
  const listed = JSON.parse(stdout) as { short: string; dialects: string[]; subjects: string[] }[];
  assert.equal(status, 0);
  assert.deepEqual(listed.map(({ short }) => short), ['bj', 'ee', 'fi', 'gl', 'kh', 'my', 'ua1', 'ua']);
  for (const { short, subjects } of listed) assert.ok(subjects.includes('company') && subjects.includes('person'), short);
});

test('a pair that is none is wrong usage, and the message says what may have been meant', () => {
  const { status, stderr } = demo('--pair', 'ee-gll', '--once');
  assert.equal(status, 2);
  assert.match(stderr, /^No pair of profiles: "gll" is not known, did you mean "gl"\?/);
});

test('a data folder of another pair is not taken over', (t) => {
  const data = mkdtempSync(join(tmpdir(), 'causeway-demo-'));
  t.after(() => rmSync(data, { recursive: true }));
  mkdirSync(join(data, 'gateway-ua'));
  writeFileSync(join(data, 'gateway-ua/gateway.yaml'), 'gateway:\n  ecosystem: ua-trembita-1\n');
  for (const pair of ['ee-ua', 'ee-fi']) {
    const { status, stderr } = demo('--pair', pair, '--once', '--data', data);
    assert.equal(status, 1);
    assert.match(stderr, /holds gateway-ua of another pair \(ua-trembita-1\): choose another --data/);
  }
});
