import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const PROGRAM = `
  import { stopRequested } from ${JSON.stringify(join(import.meta.dirname, '../../../src/platform/signals.ts'))};
  const alive = setInterval(() => {}, 1000);
  const stop = stopRequested();
  console.log('ready');
  console.log(await stop);
  if (process.argv.includes('slow')) setTimeout(() => process.exit(3), 10_000);
  else setTimeout(() => clearInterval(alive), 300);
`;

/** Sends each signal after its wait, and returns what the program printed and how it ended. */
async function stopped(signals: readonly (readonly [NodeJS.Signals, number])[], ...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', PROGRAM, '--', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  const ready = new Promise<void>((resolve) => child.stdout.on('data', (chunk) => ((printed += String(chunk)), resolve())));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await ready;
  for (const [signal, wait] of signals) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill(signal);
  }
  return { code: await ended, lines: printed.trim().split('\n') };
}

test('one Ctrl-C that arrives three times is one request to stop', async () => {
  assert.deepEqual(await stopped([['SIGINT', 0], ['SIGINT', 20], ['SIGINT', 20]]), { code: 0, lines: ['ready', 'SIGINT'] });
});

test('a second request, more than a second later, ends the process at once with 128 + n', async () => {
  assert.deepEqual(await stopped([['SIGTERM', 0], ['SIGINT', 1100]], 'slow'), { code: 130, lines: ['ready', 'SIGTERM'] });
});
