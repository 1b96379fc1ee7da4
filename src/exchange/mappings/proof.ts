/**
 * That a set of mappings is proven, kept in the data folder: an unchanged set starts at once, a changed one is proven in full before it runs. The note is no secret and is not signed: it
 * guards against haste, not against whoever can write the data folder, who could as well write the log. It says nothing of other bytes than those that it was made of.
 */
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, readFiles, rootsOf } from '../../mapping/folder.ts';
import type { MappingFiles } from '../../mapping/folder.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { judge } from './candidate.ts';
import type { Candidate, CandidateOrder, Progress } from './candidate.ts';

const SOURCES = join(import.meta.dirname, '../..');
/** What a verdict depends on beside the set: the checker, the language, the parser, and the versions of their packages. */
const CHECKER = ['mapping/**/*.ts', 'xml/**/*.ts', '../package.json'];

/** Documents made up to prove a set: as many as `causeway mappings check` makes. */
export const RUNS = 100;

/** File in the data folder of a gateway. */
export function proofFile(data: string): string {
  return join(data, 'mappings-proven.json');
}

/** As judge(); a set that the note in `file` is of is not judged again. */
export async function judgeUnlessProven(order: CandidateOrder, file: string, stop: AbortSignal, told?: (progress: Progress) => void): Promise<Candidate> {
  const files = await readFiles(order.folder, rootsOf(order.country));
  const key = await keyOf(files, order);
  return (await readNote(file)) === key ? { files, problems: [] } : judge(order, stop, told);
}

/** To be called for a set that judge() found without problems. On disk when it resolves. `now`: UTC milliseconds. */
export async function noteProven(files: MappingFiles, order: CandidateOrder, file: string, now: number): Promise<void> {
  const key = await keyOf(files, order);
  if ((await readNote(file)) !== key) await writeDurably(file, `${JSON.stringify({ proven: key, country: order.country, mappings: digestOf(files), at: new Date(now).toISOString() })}\n`);
}

/** A note that cannot be read is none: the set is proven again. */
async function readNote(file: string): Promise<unknown> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { proven?: unknown }).proven;
  } catch {
    return undefined;
  }
}

async function keyOf(files: MappingFiles, { country, forms, runs }: CandidateOrder): Promise<string> {
  return createHash('sha256').update(JSON.stringify([await checker(), country, forms, runs, digestOf(files)])).digest('base64url');
}

/** Not a number that somebody must remember to count up. */
async function checker(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of CHECKER.flatMap((pattern) => globSync(pattern, { cwd: SOURCES })).sort()) hash.update(`${path}\n`).update(await readFile(join(SOURCES, path)));
  return hash.digest('base64url');
}
