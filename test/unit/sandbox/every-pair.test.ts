/** Any two profiles give a configuration that an operator could run: made, and checked as `causeway config check` does, without starting anything. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configCheck, renderConfigReport } from '../../../src/cli/config-check.ts';
import { SHIPPED_ECOSYSTEMS, loadEcosystems } from '../../../src/config/ecosystems.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { withPack } from '../../../src/sandbox/country.ts';
import type { CountryKit } from '../../../src/sandbox/country.ts';
import { gatewayFolder, setUpGateways } from '../../../src/sandbox/gateways.ts';
import type { Party } from '../../../src/sandbox/party.ts';
import { kitOf } from '../../../src/sandbox/kits.ts';
import { prepareCountry } from '../../../src/sandbox/pki/prepare.ts';
import { planBetween } from '../../../src/sandbox/plan.ts';
import { questionsBetween } from '../../../src/sandbox/questions.ts';
import { proveBefore } from '../../support/proven.ts';

const ROOT = join(import.meta.dirname, '../../..');
const clock = systemClock();
const data = mkdtempSync(join(tmpdir(), 'causeway-pairs-'));
after(() => rmSync(data, { recursive: true }));

const profiles = loadEcosystems(SHIPPED_ECOSYSTEMS);
const kits = await Promise.all(profiles.map(async (profile) => ({ profile, kit: await kitOf(profile.name) })));

async function party(kit: CountryKit, peer: CountryKit, from: number): Promise<Party> {
  const [home, abroad] = await Promise.all([withPack(ROOT, kit.home), withPack(ROOT, peer.home)]);
  const plan = planBetween(home, abroad);
  return { home, plan, keys: await prepareCountry(join(data, 'countries'), plan, clock), securityServer: `https://127.0.0.1:${from}`, timeStamping: `http://127.0.0.1:${from + 4}/tsa`, urlOf: () => `https://127.0.0.1:${from + 10}/api`, ports: { domestic: from + 1, federation: from + 2, operations: from + 3 } };
}

for (const { profile, kit } of kits) {
  test(`the sandbox can be ${profile.name}, as its profile says it is`, () => {
    assert.ok(kit);
    const { country, ecosystem, software, instance, gateway, systems } = kit.home;
    assert.deepEqual([ecosystem, country, software], [profile.name, profile.country, profile.platform]);
    assert.ok(profile.instances['sandbox']?.includes(instance));
    for (const { memberClass } of [gateway, ...systems]) assert.ok(profile.memberClasses?.includes(memberClass) ?? true, memberClass);
  });
}

for (const [index, { profile: a, kit: first }] of kits.entries()) {
  for (const { profile: b, kit: second } of kits.slice(index + 1)) {
    if (a.country === b.country || first === undefined || second === undefined) continue;
    test(`${a.short}-${b.short}: both gateways are valid, and each side has something to ask`, async () => {
      const folder = join(data, `${a.short}-${b.short}`);
      await setUpGateways({ root: ROOT, data: folder, parties: [await party(first, second, 7100), await party(second, first, 7200)], trust: 'files', now: clock.now() });
      for (const country of [a.country, b.country]) {
        await proveBefore(country, join(gatewayFolder(folder, country), 'data'));
        const report = await configCheck(gatewayFolder(folder, country), clock.now());
        assert.ok(report.ok && report.problems.length === 0, renderConfigReport(report));
      }
      const asking = new Set((await questionsBetween(ROOT, first, second)).map(({ from }) => from));
      assert.deepEqual(asking, new Set([a.country, b.country]));
    });
  }
}
