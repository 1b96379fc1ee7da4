import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { loadConfig, readConfig } from '../../../src/config/config.ts';
import { SHIPPED_ECOSYSTEMS, ecosystemNames, loadEcosystems, readEcosystem } from '../../../src/config/ecosystems.ts';
import { renderProblem } from '../../../src/config/problems.ts';
import { change, makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { Change, GatewayFolders } from '../../support/gateway-folders.ts';

const profiles = loadEcosystems(SHIPPED_ECOSYSTEMS);

test('the profiles of the field are there, each under a name of its country and a short name of its own', () => {
  assert.deepEqual(profiles.map(({ name }) => name), ['bj-uxp', 'ee-xtee', 'fi-palveluvayla', 'gl-pitu', 'kh-camdx', 'my-mygdx', 'ua-trembita-1', 'ua-trembita-2']);
  for (const { name, country } of profiles) assert.ok(name.startsWith(`${country.toLowerCase()}-`), name);
  assert.equal(new Set(profiles.map(({ short }) => short)).size, profiles.length);
  for (const { name, instances } of profiles) assert.ok(instances['sandbox'], `${name} cannot be run in the sandbox`);
});

suite('a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-ecosystems-'));
  before(() => cpSync(SHIPPED_ECOSYSTEMS, folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true }));

  function problemsWith(name: string, changes: readonly Change[]): string[] {
    const file = join(folder, `${name}.yaml`);
    const original = readFileSync(file);
    change(file, changes);
    const { problems } = readEcosystem(folder, name);
    writeFileSync(file, original);
    return problems.map((problem) => renderProblem(problem).slice(folder.length + 1));
  }

  test('may not leave out a fact without saying that it is unknown', () => {
    const [problem, ...more] = problemsWith('kh-camdx', [[['ports'], undefined]]);
    assert.match(problem ?? '', /^kh-camdx\.yaml:\d+:\d+: unknown: ports must be given, or stand here because it is not public$/);
    assert.deepEqual(more, []);
  });

  test('may not call unknown what it gives', () => {
    assert.match(problemsWith('kh-camdx', [[['unknown'], ['instances.test', 'memberCodes']]]).join(), /unknown: memberCodes is given above/);
  });

  test('may hold no key that nothing reads', () => {
    assert.match(problemsWith('ee-xtee', [[['faultCode'], 'new']]).join(), /faultCode: is not a known key \(did you mean "faultCodes"\?\)/);
  });

  test('is not listed where its folder is missing', () => assert.deepEqual(ecosystemNames(join(folder, 'nowhere')), []));
});

suite('a gateway under the profile of its platform', () => {
  let folders: GatewayFolders;
  before(async () => void (folders = await makeGatewayFolders()));
  after(() => folders.remove());

  function problemsWith(changes: readonly Change[]): string[] {
    const file = join(folders.ee, 'gateway.yaml');
    const original = readFileSync(file);
    change(file, changes);
    const { problems } = readConfig(folders.ee);
    writeFileSync(file, original);
    return problems.map((problem) => renderProblem(problem).replace(/^.*gateway\.yaml:\d+:\d+: /, ''));
  }

  const cases: readonly (readonly [title: string, changes: readonly Change[], problem: RegExp])[] = [
    ['a misspelt profile is named with the one that was meant', [[['gateway', 'ecosystem'], 'ee-xteee']], /^gateway\.ecosystem: there is no profile "ee-xteee" in .* \(did you mean "ee-xtee"\?\)$/],
    ['a profile of another country is refused', [[['gateway', 'ecosystem'], 'kh-camdx'], [['home', 'member'], { instance: 'CAMBODIA', memberClass: 'GOV', memberCode: 'CAMDX-20201222' }]], /^gateway\.ecosystem: kh-camdx is of KH, this gateway of EE$/],
    ['an instance in another case is another instance', [[['home', 'member', 'instance'], 'ee']], /^home\.member\.instance: is no instance of ee-xtee in "sandbox" \(EE, in exactly this spelling\)$/],
    ['an instance of tests is none in production', [[['gateway', 'environment'], 'production'], [['home', 'member', 'instance'], 'ee-test']], /^home\.member\.instance: is no instance of ee-xtee in "production" \(EE,/],
    ['an environment that the platform does not have is refused', [[['gateway', 'environment'], 'staging']], /^gateway\.environment: ee-xtee has no instance in "staging" \(known: production, test, development, sandbox\)$/],
    ['a member class that the platform does not have is refused', [[['home', 'member', 'memberClass'], 'MUN']], /^home\.member\.memberClass: is no member class of ee-xtee \(known: GOV, COM, NGO, NEE\)$/],
    ['a member code of another shape is refused', [[['home', 'member', 'memberCode'], '0245437-2']], /^home\.member\.memberCode: has no shape of a member code of ee-xtee \(99999999\)$/],
    ['the port between security servers is not for a gateway', [[['home', 'securityServers', 0, 'url'], 'https://10.0.0.1:5500']], /^home\.securityServers\[0\]\.url: port 5500 of a security server of ee-xtee is for other security servers \(information systems use 80 or 443\)$/],
    ['the port of administrators is not for a gateway', [[['home', 'securityServers', 0, 'url'], 'https://10.0.0.1:4000']], /is for administrators/],
  ];
  for (const [title, changes, problem] of cases) {
    test(title, () => {
      const found = problemsWith(changes);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', problem);
    });
  }

  test('a gateway does not start on any of them', () => {
    const file = join(folders.fi, 'gateway.yaml');
    const original = readFileSync(file);
    change(file, [[['home', 'member', 'instance'], 'fi']]);
    assert.throws(() => loadConfig(folders.fi), { code: 'config-invalid' });
    writeFileSync(file, original);
    assert.equal(loadConfig(folders.fi).ecosystem.name, 'fi-palveluvayla');
  });

  test('profiles of the operator stand in place of those that come with Causeway', () => {
    const own = join(folders.ee, 'ecosystems');
    cpSync(SHIPPED_ECOSYSTEMS, own, { recursive: true });
    change(join(own, 'ee-xtee.yaml'), [[['instances', 'staging'], ['ee-staging']]]);
    assert.deepEqual(problemsWith([[['ecosystems'], 'ecosystems'], [['gateway', 'environment'], 'staging'], [['home', 'member', 'instance'], 'ee-staging']]), []);
  });
});
