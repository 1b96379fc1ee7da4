/** `npm start` does what README.md shows, and every line that it offers to try next works while it runs. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tool } from '../support/tool.ts';
import { ROOT, blocksOf, readPage } from './pages.ts';

const READY_MS = 240_000;

test('npm start prints what README.md shows, its lines to try next work, and a signal drains it', { skip: tool('curl') || tool('npm') }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'causeway-demo-'));
  const demo = spawn(process.execPath, [join(ROOT, 'start.mjs'), 'demo', '--data', data], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => demo.once('exit', resolve));
  try {
    const printed = await untilOffered(demo);
    const [shown, offered = ''] = printed.split('\nTry next:\n');
    await t.test('the transcript of README.md differs in times, ids, keys, ports and roots only', () => assert.equal(masked(shown ?? '', data), masked(transcript(), '…/.causeway')));
    const lines = offered.split('\n').filter((line) => /^ {2}[^#]/.test(line)).map((line) => line.trim());
    assert.equal(lines.length, 9);
    for (const line of lines) await t.test(line.slice(0, 60), () => eventually(line));
  } finally {
    demo.kill('SIGINT');
    const code = await ended;
    rmSync(data, { recursive: true });
    await t.test('Ctrl-C ends it with 0', () => assert.equal(code, 0));
  }
});

function untilOffered(demo: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing to try after ${READY_MS} ms:\n${printed}`)), READY_MS);
    demo.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (!printed.includes('Ctrl-C stops everything.')) return;
      clearTimeout(late);
      resolve(printed);
    });
    demo.once('exit', (code) => reject(new Error(`ended with ${code}:\n${printed}`)));
  });
}

/** What the demo printed of the transcript: without the lines of the shell and of npm above it. */
function transcript(): string {
  const block = blocksOf(readPage('README.md')).find(({ text }) => text.startsWith('$ npm start -- --once'));
  assert.ok(block, 'README.md shows no run of npm start');
  return block.text.slice(block.text.indexOf('Starting'));
}

function masked(text: string, data: string): string {
  return text
    .replaceAll(data, '<data>')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<exchange>')
    .replaceAll(/\d+ ms/g, '<ms>')
    .replaceAll(/[\d.]+ s\b/g, '<s>')
    .replaceAll(/key [\w-]{12}…/g, '<key>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<port>')
    .replaceAll(/entries \d+ and \d+/g, '<entries>')
    .replaceAll(/has \d+ entries, root [\w+/]{43}=/g, '<tree>')
    .trim();
}

/** The last entries are under a cosigned checkpoint a second or two after the questions. */
async function eventually(line: string): Promise<void> {
  for (let left = 10; ; left -= 1) {
    try {
      return tryLine(line);
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** `tail -f` never ends: its last lines stand for it. */
function tryLine(line: string): void {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line.replace('tail -f ', 'tail -n 3 ')], { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
  assert.equal(status, 0, stderr);
  assert.match(stdout, expected(line));
}

function expected(line: string): RegExp {
  if (line.includes('/income-queries')) return /"status":"FOUND"/;
  if (line.includes('/health/ready')) return /"ready":true/;
  if (line.includes('/metrics')) return /^causeway_steps_total\{step="inbound\.response-recorded",link="ee-fi"\} \d+$/m;
  if (line.includes('link diff')) return /EE: 2 of 2[\s\S]*FI: 2 of 2[\s\S]*all who must have approved/;
  if (line.includes('link check')) return /^ok +echo[\s\S]*the link is ready$/m;
  if (line.includes('trail export')) return /today\.asice: \d+ entries, \d+ statements/;
  if (line.includes('today.asice')) return /^verified: \d+ entries/m;
  if (line.includes('trail verify')) return /gateway-ee.*: verified[\s\S]*gateway-fi.*: verified/;
  return /"msg":"ready"/;
}
