/** Inclusion and consistency proofs, good and bad, of ../shared/vectors/merkle (transparency-dev/merkle). */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { verifyConsistency, verifyInclusion } from '../../../src/trail/merkle.ts';

const FOLDER = join(import.meta.dirname, '../../../../shared/vectors/merkle');

interface Case {
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
}
interface Inclusion extends Case {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
}
interface Consistency extends Case {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
}

const bytes = (base64: string | null): Buffer => Buffer.from(base64 ?? '', 'base64');
const proofOf = ({ proof }: Case): Buffer[] => (proof ?? []).map(bytes);

const KINDS = {
  inclusion: (text: string) => {
    const c = JSON.parse(text) as Inclusion;
    return { wantErr: c.wantErr, run: () => verifyInclusion(c.leafIdx, c.treeSize, bytes(c.leafHash), proofOf(c), bytes(c.root)) };
  },
  consistency: (text: string) => {
    const c = JSON.parse(text) as Consistency;
    return { wantErr: c.wantErr, run: () => verifyConsistency(c.size1, c.size2, bytes(c.root1), bytes(c.root2), proofOf(c)) };
  },
};

for (const [kind, read] of Object.entries(KINDS)) {
  test(`every ${kind} vector is accepted or refused as it says`, async (t) => {
    if (!existsSync(FOLDER)) return t.skip('skipped: no ../shared');
    const files = globSync(`${kind}/**/*.json`, { cwd: FOLDER });
    assert.ok(files.length > 80, `only ${files.length} vectors`);
    for (const file of files) {
      await t.test(file, () => {
        const { wantErr, run } = read(readFileSync(join(FOLDER, file), 'utf8'));
        if (!wantErr) return run();
        assert.throws(run, (error) => error instanceof CausewayError && error.code === 'trail-broken');
      });
    }
  });
}
