import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { evidenceTrust } from '../../../../src/cli/evidence-trust.ts';
import { readAnchor } from '../../../../src/ecosystems/signed-documents/configuration-anchor.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { sharedParameters, startCentralServer } from '../../../support/central-server.ts';
import type { CentralServer } from '../../../support/central-server.ts';
import { assertRefused, refuses } from '../../../support/refused.ts';
import { noVectors, TRUST_FOLDER } from '../../../support/signed-documents.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

describe('the global configuration of an X-Road instance', () => {
  let server: CentralServer;
  let folder: string;
  let anchor: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-globalconf-'));
    server = await startCentralServer('TT', NOW);
    anchor = join(folder, 'anchor.xml');
    writeFileSync(anchor, server.anchor);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const original = { sharedParameters: sharedParameters('TT'), version: '5', expires: new Date(NOW + 600_000).toISOString(), instance: 'TT', after: (signed: string) => signed, other: undefined };
  beforeEach(() => server.serve(original));
  const out = () => join(folder, 'trust');
  const fetched = (at = NOW) => evidenceTrust(anchor, out(), at);
  const current = () => readFileSync(join(out(), 'TT/shared-params.xml'), 'utf8');

  test('is downloaded under its anchor, in the newest version that is offered, and kept', async () => {
    const first = await fetched();
    assert.deepEqual([first.instance, first.version, first.changed, current()], ['TT', '5', true, sharedParameters('TT')]);
    const changed = sharedParameters('TT').replace('1800', '3600');
    server.serve({ sharedParameters: changed, version: '2' });
    assert.deepEqual([(await fetched()).version, current(), readdirSync(join(out(), 'TT/history')).length], ['2', changed, 2]);
    assert.equal((await fetched()).changed, false);
  });

  for (const version of ['2', '3', '4', '5', '6']) {
    test(`version ${version} is read`, async () => {
      server.serve({ version });
      assert.equal((await fetched()).version, version);
    });
  }

  test('of a server that offers none of them nothing is taken', () => {
    server.serve({ version: '7' });
    return refuses(fetched(), 'service-unreachable');
  });

  test('a directory that was changed after it was signed is refused, and the last good configuration stays', async () => {
    await fetched();
    server.serve({ after: (signed) => signed.replace('shared-params.xml', 'shared-param5.xml'), sharedParameters: sharedParameters('TT').replace('1800', '1') });
    await refuses(fetched(), 'signature-invalid');
    assert.match(current(), /1800|3600/);
  });

  test('another file than the directory names is refused', async () => {
    server.serve({ other: sharedParameters('TT').replace('1800', '9') });
    await refuses(fetched(), 'signature-invalid');
  });

  test('an expired directory is refused with X-Road\'s code', async () => {
    const error = await assertRefused(fetched(NOW + 600_000), 'signature-expired');
    assert.equal(error.facts.platformCode, 'global_conf_outdated');
  });

  test('the parameters of another instance do not take its place', async () => {
    server.serve({ instance: 'EE' });
    await refuses(fetched(), 'malformed');
  });

  test('a key that the anchor does not name signs nothing', async () => {
    const other = await startCentralServer('TT', NOW);
    try {
      const key = /<verificationCert>(.*)<\/verificationCert>/;
      writeFileSync(join(folder, 'mixed.xml'), server.anchor.replace(key, key.exec(other.anchor)![0]));
      await refuses(evidenceTrust(join(folder, 'mixed.xml'), out(), NOW), 'signature-untrusted');
    } finally {
      await other.close();
    }
  });

  test('a source that cannot be reached leads to the next one of the anchor', async () => {
    const source = /<source>.*<\/source>/;
    const dead = source.exec(server.anchor)![0].replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
    writeFileSync(join(folder, 'two.xml'), server.anchor.replace('<source>', `${dead}<source>`));
    assert.equal((await evidenceTrust(join(folder, 'two.xml'), out(), NOW)).instance, 'TT');
  });

  test('the anchor of a real instance is read: its sources and keys', { skip: noVectors }, () => {
    const read = readAnchor(readFileSync(join(TRUST_FOLDER, '../configuration-anchor1.xml')), DEFAULT_XML_LIMITS);
    assert.deepEqual([read.instance, read.sources[0]!.url, read.sources.every(({ certificates }) => certificates.length > 0)], ['EE', 'http://www.bar.com/conf', true]);
  });
});
