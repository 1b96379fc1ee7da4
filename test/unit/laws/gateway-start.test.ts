/** What the gateway loads before it listens: nothing that only setting up, the sandbox or the command line need. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSources } from '../../support/laws/sources.ts';
import type { Import } from '../../support/laws/sources.ts';

/** Loads what makes certificates when an operator orders another TLS key, and not before. */
const WHEN_ORDERED = 'src/trust/own/make-key.ts';

const imports = new Map(allSources().map(({ path, imports: found }) => [path, found.filter(({ form, typeOnly }) => form !== 'reexport' && !typeOnly && !(path === WHEN_ORDERED && form === 'dynamic'))]));

/** Files and packages that loading `path` loads, then or when a gateway opens. */
function loaded(path: string, found = new Set<string>()): Set<string> {
  for (const { file, specifier } of imports.get(path) ?? ([] as Import[])) {
    const name = file ?? specifier;
    if (found.has(name)) continue;
    found.add(name);
    loaded(name, found);
  }
  return found;
}

test('a gateway verifies certificates and loads what makes them for another TLS key of its own alone', () => {
  const start = loaded('src/main.ts');
  assert.ok(start.has('src/crypto/certificate-path.ts') && start.has('asn1js'), 'the walk reaches the crypto room');
  assert.deepEqual([...start].filter((name) => name === 'src/crypto/pki.ts' || name.startsWith('@peculiar/') || /^src\/(cli|sandbox)\//.test(name)), []);
});

test('the walk finds what makes certificates where it is loaded', () => {
  assert.ok(loaded('src/cli/keys-make.ts').has('@peculiar/asn1-x509'));
});
