/** Many test files in one process: a start of Node and of our parsers for each costs ten times what the tests do (measured: 66 s against 8 s for test/refusals). */
import { globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Rooms of test/unit that take half of its time: they have a process of their own, beside the others. */
export const LONG = ['unit/exchange', 'unit/trail'];

/** Imports every test file of a folder of test/, but for those below `without`. Its tests run with the others; a hook outside of a suite would run for all of them. */
export async function importAll(folder: string, without: readonly string[] = []): Promise<void> {
  const files = globSync(`test/${folder}/**/*.test.ts`, { cwd: ROOT }).filter((file) => !without.some((room) => file.startsWith(join('test', room, '/')))).sort();
  if (files.length === 0) throw new Error(`no tests in test/${folder}`);
  for (const file of files) await import(join(ROOT, file));
}
