/** VERIFY.txt of an exported container, run as a stranger would: in an empty folder, with standard tools, without network and without Causeway. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { trailRenew, trailVerifyContainer } from '../../src/cli/trail-container.ts';
import { trailExport } from '../../src/cli/trail-export.ts';
import { readZip } from '../../src/evidence/zip.ts';
import { runningPair } from '../support/running-pair.ts';
import { sealKeys } from '../support/seal.ts';
import { STAMPING_OFTEN, stampedExchange } from '../support/stamped-exchange.ts';
import { tool } from '../support/tool.ts';
import { testFolder } from '../support/trail.ts';

const skip = tool('openssl', 'version') || tool('unzip', '-v') || tool('xmlsec1');
const sealFolder = mkdtempSync(join(tmpdir(), 'seal-'));
after(() => rmSync(sealFolder, { recursive: true }));
const seal = sealKeys(Date.now() + 86_400_000, 'RSA-2048');
for (const [name, pem] of [['seal.key.pem', seal.identity.key], ['seal.cert.pem', seal.identity.certificate], ['roots.pem', seal.roots], ['others.pem', sealKeys().roots]] as const) writeFileSync(join(sealFolder, name), pem, { mode: 0o600 });
writeFileSync(join(sealFolder, 'log-next.key.pem'), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
/** Each log signs with two keys, as while one takes the place of the other. */
const pair = runningPair({ changes: { gateway: [...(STAMPING_OFTEN.gateway ?? []), [['keys', 'logNext'], join(sealFolder, 'log-next.key.pem')], [['seal'], { key: join(sealFolder, 'seal.key.pem'), certificate: join(sealFolder, 'seal.cert.pem') }]] } });
/** A network namespace of its own, where this machine lets us have one. */
const OFFLINE = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];

function run(cwd: string, environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('env', [...OFFLINE, 'sh', 'VERIFY.txt'], { cwd, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...environment } });
  return { status, lines: stdout.trim().split('\n'), stderr };
}

/** An empty folder with what unzip makes of the container. */
function unpacked(t: TestContext, container: string): string {
  const folder = join(testFolder(t), 'check');
  mkdirSync(folder);
  assert.equal(spawnSync('unzip', ['-q', container], { cwd: folder }).status, 0);
  return folder;
}

async function exported(t: TestContext): Promise<string> {
  const out = join(testFolder(t), 'exchange.asice');
  await trailExport({ data: pair.store('EE'), exchange: await stampedExchange(pair), out, salts: false, maxEntries: 100 });
  return out;
}

describe('VERIFY.txt', { skip }, () => {
  test('verifies a container, and names a file of each kind of which one byte was changed', { timeout: 300_000 }, async (t) => {
    const container = await exported(t);
    const folder = unpacked(t, container);
    const { status, lines, stderr } = run(folder);
    assert.deepEqual([status, lines.at(-1), stderr], [0, 'verified: 4 entries, 2 statements', '']);
    assert.ok(lines.includes('sealed by CN=seal,O=Authority of Registers'));
    assert.equal(run(folder, { SEAL_ROOTS: join(sealFolder, 'roots.pem') }).status, 0);
    assert.deepEqual(run(folder, { SEAL_ROOTS: join(sealFolder, 'others.pem') }).lines.filter((line) => line.startsWith('WRONG')).map((line) => line.split(':')[0]), ['WRONG META-INF/signatures.xml']);
    assert.equal((await trailVerifyContainer({ container, sealRoots: join(sealFolder, 'roots.pem') })).seal?.subject, 'O=Authority of Registers, CN=seal');
    assert.deepEqual((await trailVerifyContainer({ container, sealRoots: join(sealFolder, 'others.pem') })).wrong.map(({ file }) => file), ['META-INF/signatures.xml']);
    const kinds = new Set<string>();
    for (const [name, bytes] of await readZip(readFileSync(container))) {
      const kind = `${name.split('/')[0]} ${name.split('.').at(-1)}`;
      if (name === 'VERIFY.txt' || (kinds.has(kind) && process.env['CAUSEWAY_EVERY_BYTE'] === undefined)) continue;
      kinds.add(kind);
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1]! ^= 0x01;
      writeFileSync(join(folder, name), changed);
      const found = run(folder);
      assert.equal(found.status, 1, name);
      assert.ok(found.lines.some((line) => line.startsWith(`WRONG ${name}: `)), `${name}: ${found.lines.join('\n')}`);
      writeFileSync(join(folder, name), bytes);
    }
    writeFileSync(join(folder, 'more.txt'), 'more');
    assert.ok(run(folder).lines.includes('WRONG more.txt: is in no manifest'));
  });

  test('verifies a renewed one', { timeout: 60_000 }, async (t) => {
    const [container, out] = [await exported(t), join(testFolder(t), 'renewed.asice')];
    await trailRenew({ container, config: join(pair.store('EE'), '..'), out }, Date.now());
    const { status, lines, stderr } = run(unpacked(t, out));
    assert.deepEqual([status, lines.filter((line) => line.startsWith('time-stamp META-INF')).length, stderr], [0, 2, '']);
  });
});
