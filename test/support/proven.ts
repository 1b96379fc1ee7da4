/** A proof of the repository's mappings, made once and kept beside the packages: gateways of tests start with new data folders, and a proof costs seconds of a processor. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DIALECT_FORMS } from '../../src/ecosystems/dialects.ts';
import { RUNS, judgeUnlessProven, noteProven, proofFile } from '../../src/exchange/mappings/proof.ts';

const ROOT = join(import.meta.dirname, '../..');
const KEPT = join(ROOT, 'node_modules/.cache/causeway');

/** `data`: of a gateway of that country. The note is of the bytes of the mappings and of the checker: where either changed, it is made anew. */
export async function proveBefore(country: string, data: string): Promise<void> {
  const order = { folder: join(ROOT, 'mappings'), country, forms: DIALECT_FORMS, runs: RUNS };
  const kept = join(KEPT, `mappings-proven-${country}.json`);
  const { files, problems } = await judgeUnlessProven(order, kept, new AbortController().signal);
  assert.deepEqual(problems, []);
  // Files of tests run at the same time.
  const own = join(KEPT, `${process.pid}-${country}.json`);
  await noteProven(files, order, own, 0);
  renameSync(own, kept);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  copyFileSync(kept, proofFile(data));
}
