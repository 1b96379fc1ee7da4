/** What gateway.yaml and a link say of echoes is held to services.yaml and to the agreement. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../../src/config/config.ts';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { echoProblems } from '../../../src/exchange/echo-settings.ts';
import { loadMappings } from '../../../src/mapping/load.ts';
import { change, makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { Change } from '../../support/gateway-folders.ts';

const ROOT = join(import.meta.dirname, '../../..');
const set = await loadMappings(join(ROOT, 'mappings'), 'EE', DIALECT_FORMS);

async function problems(gateway: readonly Change[], link: readonly Change[]): Promise<string[]> {
  const folders = await makeGatewayFolders();
  after(() => folders.remove());
  change(join(folders.ee, 'gateway.yaml'), gateway);
  change(join(folders.ee, 'links/fi.yaml'), link);
  return echoProblems(loadConfig(folders.ee), set);
}

const WRONG: readonly (readonly [string, readonly Change[], readonly Change[], RegExp])[] = [
  ['a service that is not exported', [[['echo', 'service'], 'EE/GOV/70006317/causeway/other/v1']], [], /^gateway\.yaml: echo\.service: services\.yaml exports no echo as /],
  ['an exported service that is no echo', [[['echo', 'service'], 'EE/GOV/70008440/rr/RR456/v1']], [], /^gateway\.yaml: echo\.service/],
  ['an echo of a country that is no party', [], [[['settings', 'echo', 'service'], 'UA/GOV/43220851/causeway/echo']], /^link ee-fi: settings\.echo\.service: services\.yaml imports no echo of the peer/],
  ['a foreign service that is no echo', [], [[['settings', 'echo', 'service'], 'FI/GOV/0244683-1/prh/companies']], /settings\.echo\.service/],
  ["another member than the gateway's own", [], [[['settings', 'echo', 'client'], 'EE/COM/10137319/pank']], /settings\.echo\.client: must be a subsystem of home\.member/],
  ['the member itself, without a subsystem', [], [[['settings', 'echo', 'client'], 'EE/GOV/70006317']], /settings\.echo\.client: must be a subsystem/],
  ['a subsystem that the agreement does not grant it', [], [[['settings', 'echo', 'client'], 'EE/GOV/70006317/other']], /settings\.echo\.client: version 1 of the agreement does not grant it to EE\/GOV\/70006317\/other/],
  ['a grant by another proof', [], [[['agreement', 'legs', 1, 'grants', 1, 'proof'], 'wss']], /does not grant it to .* by the proof of the security server/],
];

test('the checked-in configuration has nothing wrong', async () => assert.deepEqual(await problems([], []), []));

for (const [title, gateway, link, expected] of WRONG) {
  test(`${title}: told`, async () => {
    const found = await problems(gateway, link);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', expected);
  });
}
