/** docs/dependencies.md says of each dependency what package.json and the lock file say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOMES } from '../support/laws/rules.ts';

const ROOT = join(import.meta.dirname, '../..');
type Packages = Readonly<Record<string, string>>;

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Packages; devDependencies: Packages; optionalDependencies: Packages };
const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(lock) as { packages: Record<string, { version: string; license: string; integrity?: string; resolved?: string; hasInstallScript?: boolean }> };
const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| (?!package)[@\w]/.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

test('each dependency has one row with its version, licence and home, and nothing else has', () => {
  const expected = [
    ...Object.entries(manifest.dependencies).map(([name, version]) => [name, version, packages[`node_modules/${name}`]?.license, HOMES[name]?.join(', ')]),
    ...Object.entries(manifest.devDependencies).map(([name, version]) => [name, version, packages[`node_modules/${name}`]?.license]),
  ];
  assert.deepEqual(rows.map(([name, version, licence, home]) => (Object.hasOwn(manifest.dependencies, name ?? '') ? [name, version, licence, home] : [name, version, licence])), expected);
});

test('the bundled Nodes are named with their version', () => {
  for (const [name, version] of Object.entries(manifest.optionalDependencies)) assert.ok(page.includes(`\`${name}\``) && page.includes(version), name);
});

test('every version is exact', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test('the lock file names a hash for each package, and no registry', () => {
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== '') assert.match(entry.integrity ?? '', /^sha512-/, path);
    assert.equal(entry.resolved, undefined, path);
  }
  assert.ok(!/"https?:\/\/[^"]*\.tgz"/.test(lock));
});

test('the lock file names each platform package that its dependents want, without which npm ci refuses it', () => {
  for (const [path, entry] of Object.entries(packages) as [string, { optionalDependencies?: Packages }][]) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) assert.ok(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages, `${path} wants ${name}`);
  }
});

test('no package runs an install script', () => {
  assert.deepEqual(Object.entries(packages).filter(([, entry]) => entry.hasInstallScript).map(([path]) => path), []);
});
