/**
 * npm test: type check, lint and tests side by side, the tests' closing lines last. Exit code 0 only if all three pass.
 *   npm test                    everything but test/tools (needs npm alone)
 *   npm test -- --tools         also the tests against outside programs (as CAUSEWAY_TOOLS=required does, which fails where one is missing)
 *   npm test -- <file> …        these test files alone, without type check and lint
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Long enough for the tests that kill a gateway many times, short enough that a test which hangs is named. */
const TEST_TIMEOUT_MS = 300_000;

interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of this package; its output is passed to `onOutput` as it comes, or returned whole. */
function runNode(args: readonly string[], onOutput?: (chunk: Buffer) => void): Promise<Finished> {
  const env = { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  const take = onOutput ?? ((chunk: Buffer): void => void chunks.push(chunk));
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

async function check(name: string, args: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const { code, output } = await runNode(args);
  if (code !== 0) process.stdout.write(`${output}\n`);
  console.log(`${code === 0 ? '✔' : '✖'} ${name} (${Math.round(performance.now() - started)} ms)`);
  return code === 0;
}

async function checks(): Promise<boolean> {
  const results = await Promise.all([check('type check', ['node_modules/typescript/bin/tsc', '-p', '.']), check('lint', ['node_modules/oxlint/bin/oxlint'])]);
  return results.every(Boolean);
}

/** Folders whose tests share a few processes (test/together): they work and do not wait. */
const SHARED = ['unit', 'refusals'] as const;
const TOGETHER = ['unit-long', 'unit', 'refusals'] as const;

/** The other tests have a process each and begin first: they start gateways, and wait more than they work. */
function testFiles(withTools: boolean): string[] {
  const shared: readonly string[] = withTools ? SHARED : [...SHARED, 'tools'];
  const own = globSync('test/*/**/*.test.ts', { cwd: ROOT }).filter((file) => !shared.some((folder) => file.startsWith(join('test', folder, '/'))));
  return [...own.sort(), ...TOGETHER.map((folder) => `test/together/${folder}.ts`)];
}

/** Keeps what the tests print until `release`, so that it stands below the checks' findings. */
function heldOutput(): { take: (chunk: Buffer) => void; release: () => void } {
  let held: Buffer[] | undefined = [];
  return {
    take: (chunk) => void (held === undefined ? process.stdout.write(chunk) : held.push(chunk)),
    release: () => {
      for (const chunk of held ?? []) process.stdout.write(chunk);
      held = undefined;
    },
  };
}

async function main(args: readonly string[]): Promise<number> {
  const tools = args.includes('--tools') || process.env['CAUSEWAY_TOOLS'] === 'required';
  const named = args.filter((arg) => arg !== '--tools');
  const output = heldOutput();
  const options = [`--test-timeout=${TEST_TIMEOUT_MS}`, `--test-concurrency=${Math.max(2, availableParallelism())}`, '--test-reporter=spec'];
  const tests = runNode(['--test', ...options, ...(named.length > 0 ? named : testFiles(tools))], output.take);
  const checked = named.length > 0 || (await checks());
  output.release();
  const { code } = await tests;
  if (!checked) console.log('✖ type check or lint failed (above)');
  return checked ? code : 1;
}

process.exitCode = await main(process.argv.slice(2));
