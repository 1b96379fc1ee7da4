/** A clone into an empty folder: npm ci takes the lock file as it is, from whatever registry is configured, and the command line runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tool } from '../support/tool.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What the first start of the command line needs; the repository may hold uncommitted work, so no `git clone`. */
const FILES = ['package.json', 'package-lock.json', '.npmrc', 'start.mjs', 'src', 'tsconfig.json'];

function registryAnswers(): boolean {
  return spawnSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], { cwd: ROOT }).status === 0;
}

test('a fresh clone installs and runs the command line with one command', { skip: tool('npm') }, (t) => {
  if (process.env['CAUSEWAY_TOOLS'] !== 'required' && !registryAnswers()) return t.skip('skipped: the npm registry does not answer');
  const clone = mkdtempSync(join(tmpdir(), 'causeway-clone-'));
  t.after(() => rmSync(clone, { recursive: true, force: true }));
  for (const file of FILES) cpSync(join(ROOT, file), join(clone, file), { recursive: true });
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'causeway', '--', 'errors'], { cwd: clone, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^# Errors\n/);
  assert.doesNotMatch(stderr, /EBADENGINE|npm warn deprecated/);
});
