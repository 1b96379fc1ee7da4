/** Signed containers of a UXP security server (`/signature`: ASiC-S, CMS) beside those of X-Road: fetched, verified under what operators wrote of its authorities, and bound to the exchange. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSharedParameters } from '../../src/ecosystems/signed-documents/global-configuration.ts';
import { verifySignedDocument } from '../../src/ecosystems/signed-documents/verify.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { SECURITY_SERVER } from '../../src/sandbox/faults.ts';
import { auditorOpens, evidenceOf } from '../support/pair-evidence.ts';
import { pairNamed } from '../support/pair-of.ts';
import { eventually, runningPairOf } from '../support/running-pair.ts';

const ALL = [0, 1].map((leg) => [['agreement', 'legs', leg, 'containers'], 'all'] as const);
const QUICK = [[['home', 'containers', 'retryAfter'], '200ms'], [['home', 'containers', 'retryAtMost'], '500ms']] as const;
const { kits, scenarios, signatures } = await pairNamed('ua-ee');
const pair = runningPairOf(kits, { signatures, changes: { gateway: QUICK, link: ALL } });

const bound = (country: string, xid: string) => pair.entries(country, xid).filter(({ step, log }) => step === 'domestic-evidence' && log === 'local');

async function cross(name: string): Promise<string> {
  const scenario = scenarios.find((one) => one.name === name)!;
  const { ok, details } = await scenario.run(pair.countries);
  assert.ok(ok, details);
  // Found and not found: the last of them.
  return pair.lastAsked(scenario.from);
}

for (const { name, asks, answers, step } of [
  { name: 'ua-asks-person', asks: 'UA', answers: 'EE', step: 'request' },
  { name: 'ee-asks-person', asks: 'EE', answers: 'UA', step: 'response' },
] as const) {
  test(`${name}: the ${step}'s container is Ukraine's, the other one Estonia's, and both are proven`, async () => {
    const xid = await cross(name);
    for (const country of [asks, answers]) {
      await eventually(`${country} binds its container`, () => bound(country, xid).length > 0, 20_000);
      assert.deepEqual(bound(country, xid).map(({ code }) => code), [undefined], `${country}: ${JSON.stringify(bound(country, xid))}`);
    }
    const record = evidenceOf(pair, 'UA', xid, `${step}-container`);
    const { domestic, neutral } = await auditorOpens(pair, 'UA', record, xid, `${step}-container`);
    const written = readSharedParameters(readFileSync(join(pair.gateway('UA').folder, 'home/shared-params.xml')), DEFAULT_XML_LIMITS);
    const proof = await verifySignedDocument(domestic!, new Map([[pair.countries['UA']!.plan.instance, written]]), DEFAULT_XML_LIMITS);
    assert.deepEqual([proof.kind, (neutral as Readonly<Record<string, string>>)['result']], [step, 'verified']);
  });
}

test('a container that another member signed proves nothing, and the peer is told', async () => {
  const { faults } = pair.countries['UA']!;
  faults.set(SECURITY_SERVER, { kind: 'other-signer' });
  try {
    const xid = await cross('ua-asks-person');
    await eventually('Ukraine records it', () => bound('UA', xid).length > 0, 20_000);
    assert.deepEqual(bound('UA', xid).map(({ code }) => code), ['signature-untrusted']);
    await eventually('Estonia is told', () => pair.entries('EE', xid).some(({ step, log, code }) => step === 'domestic-evidence' && log !== 'local' && code === 'signature-untrusted'), 20_000);
  } finally {
    faults.clear(SECURITY_SERVER);
  }
});
