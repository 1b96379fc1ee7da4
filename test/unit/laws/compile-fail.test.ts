/** What must not compile does not: each file of test/compile-fail has exactly the one error that it expects, on the line after it says so. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'test/compile-fail');

interface Finding {
  readonly line: number;
  readonly code: string;
  readonly text: string;
}

/** One run of the compiler over all files; its findings by file name. */
function findings(): Map<string, Finding[]> {
  const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', FOLDER, '--pretty', 'false'], { encoding: 'utf8', cwd: ROOT });
  const found = new Map<string, Finding[]>();
  for (const [, file = '', line = '', code = '', text = ''] of stdout.matchAll(/^(\S+?)\((\d+),\d+\): error (TS\d+): (.*(?:\n\s.*)*)$/gm)) {
    const name = file.includes('compile-fail/') ? basename(file) : file;
    found.set(name, [...(found.get(name) ?? []), { line: Number(line), code, text }]);
  }
  return found;
}

const found = findings();

for (const file of globSync('*.ts', { cwd: FOLDER }).sort()) {
  const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.trim().startsWith('// expect: '));
  const [, code = '', text = ''] = /\/\/ expect: (TS\d+) (.+)$/.exec(lines[at] ?? '') ?? [];

  test(`${file.replace('.ts', '').replaceAll('-', ' ')}: does not compile`, () => {
    assert.notEqual(code, '', 'the file does not say what it expects');
    const errors = found.get(file) ?? [];
    assert.deepEqual(errors.map((error) => [error.line, error.code]), [[at + 2, code]]);
    assert.ok(errors[0]?.text.includes(text), `expected "${text}" in "${errors[0]?.text}"`);
  });
}
