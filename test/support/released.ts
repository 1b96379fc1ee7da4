/** The release before this code, as it was: test/releases holds its source. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const RELEASES = join(ROOT, 'test/releases');

export interface Release {
  readonly version: string;
  readonly folder: string;
}

/** Unpacked, with the packages that its own lock file names. */
export function unpackRelease(): Release {
  const archives = readdirSync(RELEASES).filter((name) => name.endsWith('.tar.gz'));
  assert.equal(archives.length, 1, 'test/releases holds the last release, and no other');
  const folder = mkdtempSync(join(tmpdir(), 'causeway-release-'));
  execFileSync('tar', ['-xzf', join(RELEASES, archives[0]!), '-C', folder]);
  if (lockOf(folder) === lockOf(ROOT)) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  else execFileSync('npm', ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], { cwd: folder });
  return { version: archives[0]!.replace('.tar.gz', ''), folder };
}

/** The data folder that `npm start` of the release leaves, with what both its gateways recorded. */
export function playedBy({ folder }: Release): string {
  const data = mkdtempSync(join(tmpdir(), 'causeway-pair-'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'src/cli/causeway.ts'), 'demo', '--once', '--data', data], { encoding: 'utf8', timeout: 240_000 });
  assert.equal(status, 0, stderr);
  return data;
}

/** What is installed; the package's own version may differ. */
function lockOf(folder: string): string {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, object>> };
  return JSON.stringify({ ...packages, '': undefined });
}
