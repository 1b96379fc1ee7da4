import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { evidenceVerify, renderEvidenceReport } from '../../../src/cli/evidence-verify.ts';
import { keepConfiguration } from '../../../src/ecosystems/signed-documents/configuration-folder.ts';
import { countryKeys } from '../../support/notary.ts';

describe('causeway evidence verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-evidence-'));
  after(() => rmSync(folder, { recursive: true }));
  const [before, now] = [countryKeys(), countryKeys()];
  const keep = (trust: string, configuration: string) => keepConfiguration(trust, { instance: 'EE', sharedParameters: Buffer.from(configuration), expires: Date.now() + 60_000, version: '6' });
  const file = async (name: string, container: Promise<Uint8Array>) => {
    writeFileSync(join(folder, name), await container);
    return join(folder, name);
  };

  test('reads both forms of containers, and names the configuration under which each is valid', async () => {
    const trust = join(folder, 'both');
    const { sha256 } = await keep(trust, now.configuration);
    for (const container of [now.notary.container({ message: now.message('m-1'), attachments: [] }, now.MEMBER), now.notary.simpleContainer({ message: now.message('m-1') }, now.MEMBER)]) {
      const { valid, signer, configuration } = await evidenceVerify(await file('one', container), trust);
      assert.deepEqual([valid, signer, configuration], [true, now.MEMBER, sha256]);
    }
  });

  test('what the latest configuration does not vouch for any more is judged by the one of its time', async () => {
    const trust = join(folder, 'history');
    const { sha256 } = await keep(trust, before.configuration);
    await keep(trust, now.configuration);
    const report = await evidenceVerify(await file('old', before.notary.container({ message: before.message('m-2'), attachments: [] }, before.MEMBER)), trust);
    assert.deepEqual([report.valid, report.configuration], [true, sha256]);
  });

  test('what no configuration ever vouched for is not valid, and the latest says why', async () => {
    const trust = join(folder, 'never');
    await keep(trust, now.configuration);
    const { valid, wrong } = await evidenceVerify(await file('foreign', before.notary.container({ message: before.message('m-3'), attachments: [] }, before.MEMBER)), trust);
    assert.deepEqual([valid, wrong?.code], [false, 'signature-untrusted']);
  });

  const dstu = resolve(import.meta.dirname, '../../../../shared/vectors/trembita-asics/832c9883-8d41-406c-bcc3-a7429f0bbbb2-request-Irzz0BThrw.asics');
  test('DSTU 4145 is said to be unverified', { skip: existsSync(dstu) ? false : 'skipped: no ../shared' }, async () => {
    const trust = join(folder, 'dstu');
    await keep(trust, now.configuration);
    const report = await evidenceVerify(dstu, trust);
    assert.deepEqual([report.valid, report.wrong], [false, undefined]);
    assert.match(renderEvidenceReport(report), /^\? not verified: .*DSTU 4145/);
  });
});
