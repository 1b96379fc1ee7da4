/** `causeway home check` against the stand-ins of both countries: as they are, and with one thing wrong at a time. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { homeCheck, renderHomeReport } from '../../src/cli/home-check.ts';
import type { HomeReport } from '../../src/cli/home-check.ts';
import { change } from '../support/gateway-folders.ts';
import { runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = runningPair();

/** The gateway's folder beside itself, changed. */
function changed(t: TestContext, country: PairCountry, changes: Parameters<typeof change>[1]): string {
  const { folder } = pair.gateway(country);
  const copy = join(pair.data, `checked-${crypto.randomUUID()}`);
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/data') });
  t.after(() => rmSync(copy, { recursive: true }));
  change(join(copy, 'gateway.yaml'), changes);
  return copy;
}

const failed = ({ steps }: HomeReport) => steps.filter(({ ok }) => !ok).map(({ step }) => step);

suite('home check', () => {
  for (const [country, subjects] of [['EE', 6], ['FI', 4]] as const) {
    test(`${country}: each step holds, and each exported service is listed and allowed to each foreign member that the link grants it`, async () => {
      const report = await homeCheck(pair.gateway(country).folder);
      assert.deepEqual(failed(report), [], renderHomeReport(report));
      assert.deepEqual(report.steps.slice(0, 5).map(({ step }) => step), ['dns', 'tcp', 'tls', 'pin', 'listClients']);
      assert.equal(report.steps.length, 5 + subjects);
    });
  }

  test('a server that is away ends at tcp; the next one is still tried', async (t) => {
    const { url, tls } = { url: 'https://127.0.0.1:1', tls: { pins: ['home/security-server.cert.pem'] } };
    const folder = changed(t, 'EE', [[['home', 'securityServers', 1], { url, tls }]]);
    const report = await homeCheck(folder);
    assert.deepEqual(failed(report), ['tcp']);
    assert.ok(report.steps.find(({ ok }) => !ok)?.remedy);
    assert.equal(report.ok, false);
  });

  test('a certificate that is not pinned: the way to roll it', async (t) => {
    const report = await homeCheck(changed(t, 'EE', [[['home', 'securityServers', 0, 'tls', 'pins'], ['home/member-ca.cert.pem']]]));
    assert.deepEqual(failed(report), ['pin']);
    assert.match(renderHomeReport(report), /FAIL pin .*is not that of a certificate under pins\n {5}→ .*beside the old one/);
  });

  test('our certificate is not registered: the server says so, and the remedy is to upload it', async (t) => {
    const { keyFile, certificateFile } = pair.countries.EE.keys.systems['pank']!.tls;
    const report = await homeCheck(changed(t, 'EE', [[['home', 'securityServers', 0, 'tls', 'key'], keyFile], [['home', 'securityServers', 0, 'tls', 'certificate'], certificateFile]]));
    assert.deepEqual([...new Set(failed(report))], ['listed', 'allowed']);
    assert.match(renderHomeReport(report), /ssl_authentication_failed\n {5}→ .*upload the certificate/);
  });

  test('a host without an address ends at dns', async (t) => {
    const report = await homeCheck(changed(t, 'FI', [[['home', 'securityServers', 0, 'url'], 'https://security-server.invalid']]));
    assert.deepEqual(report.steps.map(({ step, ok }) => [step, ok]), [['dns', false]]);
  });
});
