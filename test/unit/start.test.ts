/** start.mjs in a folder of its own with a pretend npm: when it installs, what it passes on, and how it fails. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';

const START = join(import.meta.dirname, '../../start.mjs');
const LOCK = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' }, 'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', optional: true }, 'node_modules/c': { version: '1.0.0', integrity: 'sha512-c', dev: true } } };

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

suite('start.mjs', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-start-'));
    mkdirSync(file('bin'));
    mkdirSync(file('src/cli'), { recursive: true });
    copyFileSync(START, file('start.mjs'));
    writeFileSync(file('package-lock.json'), JSON.stringify(LOCK));
    program('console.log(JSON.stringify(process.argv.slice(2)));');
    // Takes a while, as npm does, and leaves the record that npm leaves.
    npm('echo "$@" >> npm.log; sleep 0.15; mkdir -p node_modules; cp package-lock.json node_modules/.package-lock.json; echo "added 3 packages"');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (text: string): void => writeFileSync(file('src/cli/causeway.ts'), text);
  const npm = (script: string): void => {
    writeFileSync(file('bin/npm'), `#!/bin/sh\n${script}\n`);
    chmodSync(file('bin/npm'), 0o755);
  };
  const launch = (...args: string[]): ChildProcess => spawn(process.execPath, [file('start.mjs'), ...args], { env: { ...process.env, PATH: [file('bin'), process.env['PATH']].join(delimiter) }, stdio: ['ignore', 'pipe', 'pipe'] });
  const start = (...args: string[]): Promise<Ended> => ended(launch(...args));
  const installs = (): number => (existsSync(file('npm.log')) ? readFileSync(file('npm.log'), 'utf8').trim().split('\n').length : 0);

  test('installs once, with nothing of npm on standard output, and passes every argument on', async () => {
    const first = await start('causeway', 'a b', '--json', '--', '-x');
    assert.deepEqual([first.code, first.stdout], [0, '["a b","--json","--","-x"]\n']);
    assert.match(first.stderr, /^Installing what Causeway needs/);
    const second = await start('demo', '--once');
    assert.deepEqual(second, { code: 0, stdout: '["demo","--once"]\n', stderr: '' });
    assert.equal(installs(), 1);
    assert.match(readFileSync(file('npm.log'), 'utf8'), /^ci --include=dev --include=optional --ignore-scripts /);
  });

  test('installs again when the lock file asks for another version', async () => {
    await start('causeway');
    writeFileSync(file('package-lock.json'), JSON.stringify(LOCK).replace('"1.0.0","integrity":"sha512-a"', '"1.0.1","integrity":"sha512-a1"'));
    await start('causeway');
    assert.equal(installs(), 2);
  });

  test('does not install for what the target does not need: development packages are for tests', async () => {
    mkdirSync(file('node_modules'));
    writeFileSync(file('node_modules/.package-lock.json'), JSON.stringify({ packages: { 'node_modules/a': LOCK.packages['node_modules/a'] } }));
    assert.equal((await start('causeway')).code, 0);
    assert.equal(installs(), 0);
  });

  test('of two starts at once in a fresh clone one installs, and both run', async () => {
    const both = await Promise.all([start('causeway', '1'), start('causeway', '2')]);
    assert.deepEqual(both.map(({ stdout }) => stdout), ['["1"]\n', '["2"]\n']);
    assert.equal(installs(), 1);
    assert.ok(both.some(({ stderr }) => stderr.includes('waiting for it')));
    assert.ok(!existsSync(file('.install.lock')));
  });

  test('takes over the lock of an install that was killed', async () => {
    writeFileSync(file('.install.lock'), '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file('.install.lock'), longAgo, longAgo);
    assert.equal((await start('causeway')).code, 0);
    assert.ok(!existsSync(file('.install.lock')));
  });

  test('says so in one sentence when npm cannot reach its registry', async () => {
    npm('echo "npm error code ENOTFOUND" >&2; echo "npm error a long story" >&2; exit 1');
    const { code, stdout, stderr } = await start('causeway');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /npm cannot reach its registry \(ENOTFOUND\)/);
    assert.ok(!stderr.includes('a long story'));
    assert.ok(!existsSync(file('.install.lock')));
  });

  test('shows what npm said when it failed otherwise', async () => {
    npm('echo "npm error code EINTEGRITY" >&2; exit 1');
    assert.match((await start('causeway')).stderr, /EINTEGRITY[^]*could not install/);
  });

  test('refuses an install that did not bring what the lock file says', async () => {
    npm('exit 0');
    const { code, stderr } = await start('causeway');
    assert.equal(code, 1);
    assert.match(stderr, /not what package-lock\.json says/);
  });

  test('an unknown target ends with 2', async () => assert.equal((await start('nonsense')).code, 2));

  test('passes the exit code on', async () => {
    program('process.exitCode = 7;');
    assert.equal((await start('causeway')).code, 7);
  });

  test('ends with 128 + n when the program is killed by a signal', async () => {
    program("process.kill(process.pid, 'SIGKILL');");
    assert.equal((await start('causeway')).code, 137);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${signal} reaches the program, whose exit code counts`, async () => {
      program(`process.on('${signal}', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready');`);
      const child = launch('causeway');
      child.stdout?.once('data', () => child.kill(signal));
      assert.equal((await ended(child)).code, 5);
    });
  }
});

function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
