/** What `checkConfig` finds, one mistake a test, in folders that are otherwise right. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { checkConfig } from '../../../src/config/check.ts';
import { readYaml } from '../../../src/config/yaml.ts';
import { sealUnderPassphrase } from '../../../src/crypto/sealed-secret.ts';
import { createAuthority } from '../../../src/crypto/pki.ts';
import type { Problem } from '../../../src/config/problems.ts';
import { WITHOUT_ECHO, change, makeGatewayFolders, NOW } from '../../support/gateway-folders.ts';
import type { Change, GatewayFolders } from '../../support/gateway-folders.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

suite('config check', () => {
  let folders: GatewayFolders;
  let folder: string;

  before(async () => void (folders = await makeGatewayFolders()));
  after(() => folders.remove());
  beforeEach(() => {
    folder = `${folders.fi}-copy`;
    cpSync(folders.fi, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const gateway = (...changes: Change[]): void => change(join(folder, 'gateway.yaml'), changes);
  const link = (...changes: Change[]): void => change(join(folder, 'links/ee.yaml'), changes);
  const found = (now = NOW): string[] => checkConfig(folder, now).map(({ path, text }: Problem) => `${path}: ${text.replaceAll(`${folder}/`, '')}`);

  test('a folder that is right has no problems', () => assert.deepEqual(checkConfig(folder, NOW), []));

  test('an edge that knows no client is warned that it refuses everybody', () => {
    gateway(...WITHOUT_ECHO.gateway, [['gateway', 'home'], 'edge'], [['listeners', 'domestic', 'tls', 'clients'], undefined], [['home', 'securityServers'], undefined]);
    assert.deepEqual(checkConfig(folder, NOW).map(({ path, severity }) => [path, severity]), [['home.clients', 'warning']]);
  });

  test('a problem names file, line and column', () => {
    gateway([['listeners', 'federation', 'port'], 7201]);
    const [problem] = checkConfig(folder, NOW);
    const lines = readFileSync(join(folder, 'gateway.yaml'), 'utf8').split('\n');
    assert.equal(problem?.file, join(folder, 'gateway.yaml'));
    assert.match(lines[(problem?.line ?? 0) - 1] ?? '', /federation: \{ host/);
    assert.equal(lines[(problem?.line ?? 0) - 1]?.slice((problem?.column ?? 0) - 1).split(':')[0], 'port');
  });

  test('a leg that asks for containers needs to know by what they are judged', () => {
    link([['agreement', 'legs', 0, 'containers'], 'all']);
    assert.deepEqual(found(), ['agreement.legs[0].containers: asks for all containers, and gateway.yaml does not say how they are judged']);
    gateway([['home', 'containers'], { configuration: { anchor: 'home/anchor.xml' } }]);
    assert.deepEqual(found(), ['home.containers.configuration.anchor: there is no file home/anchor.xml']);
    writeFileSync(join(folder, 'home/anchor.xml'), '<anchor/>');
    assert.deepEqual(found(), []);
  });

  test('two listeners on one port are found', () => {
    gateway([['listeners', 'federation', 'port'], 7201]);
    assert.deepEqual(found(), ['listeners.federation.port: 7201 is also the port of listeners.domestic']);
  });
  test('two listeners on one port are found when one listens everywhere', () => {
    gateway([['listeners', 'federation'], { host: '0.0.0.0', port: 7201 }]);
    assert.equal(found().length, 1);
  });
  test('one port on two addresses, and port 0 twice, are right', () => {
    gateway([['listeners', 'federation'], { host: '127.0.0.2', port: 7201 }], [['listeners', 'operations', 'port'], 0]);
    assert.deepEqual(found(), []);
  });

  test('request hashes that are not looked at are told at each check', () => {
    gateway([['home', 'requestHash'], 'carried-unverified']);
    assert.deepEqual(checkConfig(folder, NOW).map(({ path, severity }) => [path, severity]), [['home.requestHash', 'warning']]);
  });

  test('an old key that would be gone before its last message is told', () => {
    gateway([['rotation', 'retireAfter'], '10m']);
    assert.deepEqual(checkConfig(folder, NOW).map(({ path, severity }) => [path, severity]), [['rotation.retireAfter', 'warning']]);
  });

  test('a key in a token without the group pkcs11 is found', () => {
    gateway([['keys', 'statement'], 'pkcs11:object=statement']);
    assert.deepEqual(found(), ['keys.statement: is in a token, and there is no group `pkcs11`']);
  });

  test('a key file that is not there is found', () => {
    rmSync(join(folder, 'keys/log.key.pem'));
    assert.deepEqual(found(), ['keys.log: keys/log.key.pem does not exist']);
  });
  test('a key of another kind is found', () => {
    copyFileSync(join(folder, 'keys/log.key.pem'), join(folder, 'keys/statement.key.pem'));
    assert.deepEqual(found(), ['keys.statement: keys/statement.key.pem must be an EC key on P-256']);
  });
  test('a file that is no key is found', () => {
    writeFileSync(join(folder, 'keys/witness.key.pem'), 'hello');
    assert.deepEqual(found(), ['keys.witness: keys/witness.key.pem is not a private key in PEM']);
  });
  test('a certificate of another key is found', () => {
    copyFileSync(join(folder, 'keys/domestic-tls.cert.pem'), join(folder, 'keys/federation-tls.cert.pem'));
    assert.deepEqual(found().map((line) => line.split(':')[0]), ['keys.tls.certificate']);
  });
  test('a private key that everybody can read is an error, one that its group can read a warning', () => {
    chmodSync(join(folder, 'keys/log.key.pem'), 0o644);
    chmodSync(join(folder, 'keys/witness.key.pem'), 0o640);
    assert.deepEqual(checkConfig(folder, NOW).map(({ path, severity }) => [path, severity]), [['keys.log', 'error'], ['keys.witness', 'warning']]);
  });
  test('an evidence key that is too short is found', () => {
    writeFileSync(join(folder, 'keys/evidence.kek'), Buffer.alloc(16).toString('base64'), { mode: 0o600 });
    assert.deepEqual(found(), ['keys.evidence: keys/evidence.kek must hold 32 bytes in base64, or what a change of the key wrote']);
  });
  test('an evidence key in the clear beside a passphrase is a warning, one that is encrypted is none', async () => {
    writeFileSync(join(folder, 'passphrase'), 'correct horse\n', { mode: 0o600 });
    gateway([['keys', 'passphrase'], 'passphrase']);
    assert.deepEqual(checkConfig(folder, NOW).map(({ path, severity, text }) => [path, severity, text.replace(`${folder}/`, '')]), [['keys.evidence', 'warning', 'keys/evidence.kek lies in the clear']]);
    writeFileSync(join(folder, 'keys/evidence.kek'), await sealUnderPassphrase('secret', 'correct horse'), { mode: 0o600 });
    assert.deepEqual(checkConfig(folder, NOW), []);
  });
  test('of a set of certificates, one that has expired is a warning while another is in its time, and an error once none is', () => {
    const [old, fresh] = [createAuthority({ notBefore: NOW - 9 * DAY_MS, notAfter: NOW - DAY_MS, algorithm: 'P-256', subject: [['CN', 'old']] }), createAuthority({ notBefore: NOW - DAY_MS, notAfter: NOW + 99 * DAY_MS, algorithm: 'P-256', subject: [['CN', 'fresh']] })];
    const names = ['home/old.pem', 'home/fresh.pem'];
    for (const [at, { certificate }] of [old, fresh].entries()) writeFileSync(join(folder, names[at] ?? ''), certificate);
    const pins = ['home', 'securityServers', 0, 'tls', 'pins'] as const;
    const said = () => checkConfig(folder, NOW).filter(({ path }) => path.startsWith('home.securityServers[0].tls.pins')).map(({ path, text, severity }) => [path, /expired at/.test(text), severity]);
    gateway([pins, names]);
    assert.deepEqual(said(), [['home.securityServers[0].tls.pins[0]', true, 'warning']]);
    gateway([pins, names.slice(0, 1)]);
    assert.deepEqual(said(), [['home.securityServers[0].tls.pins[0]', true, 'error']]);
  });

  test('a certificate that has expired is found, one about to expire is a warning', () => {
    const expired = checkConfig(folder, NOW + 400 * DAY_MS);
    assert.ok(expired.some(({ path, text, severity }) => path === 'home.wss.certificate' && text.includes('expired at') && severity === 'error'));
    const soon = checkConfig(folder, NOW + 350 * DAY_MS);
    assert.ok(soon.some(({ path, text, severity }) => path === 'home.wss.certificate' && text.includes('expires at') && severity === 'warning'));
  });
  test('a certificate of tomorrow is found', () => {
    assert.ok(found(NOW - 2 * DAY_MS).some((line) => /^home\.wss\.certificate: .* is not valid before/.test(line)));
  });
  test('a folder of mappings that is not there is found', () => {
    gateway([['mappings'], 'nowhere']);
    assert.deepEqual(found(), ['mappings: there is no folder nowhere']);
  });

  test('peer keys that are not there are found, with what writes them', () => {
    rmSync(join(folder, 'trust/EE.json'));
    const [problem] = checkConfig(folder, NOW);
    assert.deepEqual([problem?.text, problem?.hint], ['does not exist', '`causeway trust import` writes the keys of EE']);
  });
  test('peer keys of which none is valid any more are found, role by role', () => {
    change(join(folder, 'trust/EE.json'), (['statement', 'encryption', 'tls'] as const).map((role) => [[role, 0, 'notAfter'], '2026-05-31T12:30:00Z']));
    assert.deepEqual(found(), ['statement: no key is valid now', 'encryption: no key is valid now', 'tls: no key is valid now']);
  });
  test('peer keys of another gateway are found', () => {
    change(join(folder, 'trust/EE.json'), [[['entity'], 'https://other.example']]);
    assert.deepEqual(found(), ['entity: is https://other.example, the link says https://gateway.ee.example']);
  });
  test("another log key in the peer's file than in the link is found", () => {
    change(join(folder, 'trust/EE.json'), [[['log', 'key'], Buffer.alloc(32).toString('base64')]]);
    assert.equal(found().length, 1);
  });

  test('our own log key in the link, if it is not the one we hold, is found with the right one as hint', () => {
    link([['agreement', 'parties', 1, 'log', 'key'], Buffer.alloc(32).toString('base64')]);
    const [problem] = checkConfig(folder, NOW);
    assert.equal(problem?.path, 'agreement.parties[1].log.key');
    assert.match(problem?.hint ?? '', /^it is [A-Za-z0-9+/]{43}=$/);
  });
  test('a link file under another name is found', () => {
    renameSync(join(folder, 'links/ee.yaml'), join(folder, 'links/peer.yaml'));
    assert.deepEqual(found(), [': the peer of this link is EE: the file must be named ee.yaml']);
  });
  test('a second file for the same link is found', () => {
    copyFileSync(join(folder, 'links/ee.yaml'), join(folder, 'links/ef.yaml'));
    assert.ok(found().some((line) => line.startsWith('agreement.id: is also the id of the link in')));
  });
  test('a gateway that is no party is found', () => {
    gateway([['gateway', 'entity'], 'https://gateway.se.example']);
    assert.ok(found().includes('agreement.parties: neither is this gateway, https://gateway.se.example'));
  });
  test('a link of another environment is found', () => {
    link([['agreement', 'environment'], 'live']);
    assert.deepEqual(found(), ['agreement.environment: is "live", this gateway is in "sandbox"']);
  });
  test('legs that go the same way are found', () => {
    link([['agreement', 'legs', 1, 'from'], 'FI'], [['agreement', 'legs', 1, 'to'], 'EE'], [['agreement', 'legs', 1, 'grants'], []]);
    assert.deepEqual(found(), ['agreement.legs[1].from: both legs go the same way']);
  });
  test('a leg to a country that is no party is found', () => {
    link([['agreement', 'legs', 0, 'to'], 'SE'], [['agreement', 'legs', 0, 'grants'], []]);
    assert.deepEqual(found(), ['agreement.legs[0].to: SE is no party of this link']);
  });
  test('a grant whose client lies in the other country is found', () => {
    link([['agreement', 'legs', 0, 'grants', 0, 'client'], 'EE/GOV/1/x']);
    assert.deepEqual(found(), ['agreement.legs[0].grants[0].client: must lie in FI: a gateway asserts identifiers of its own country only']);
  });
  test('a grant written twice is found', () => {
    link([['agreement', 'legs', 0, 'grants', 1, 'client'], 'FI/GOV/0245458-6/vero'], [['agreement', 'legs', 0, 'grants', 1, 'service'], 'EE/GOV/70000349/emta/xteePalgaandmed/v1'], [['agreement', 'legs', 0, 'grants', 1, 'operation', 'name'], 'xteePalgaandmed']);
    assert.deepEqual(found(), ['agreement.legs[0].grants[1]: repeats grants[0]: the same client, service and operation']);
  });
  test('a budget that is less than its minimum is found', () => {
    link([['agreement', 'legs', 0, 'grants', 0, 'minBudget'], '20s']);
    assert.deepEqual(found(), ['agreement.legs[0].grants[0].minBudget: must be less than maxBudget']);
  });
  test('escrow without an auditor is found, once for each party', () => {
    link([['agreement', 'parties', 0, 'auditor'], undefined], [['agreement', 'parties', 1, 'auditor'], undefined]);
    assert.deepEqual(found().map((line) => line.split(':')[0]), ['agreement.parties[0]', 'agreement.parties[1]']);
  });

  test('a next version with a lower number and an earlier date is found', () => {
    const { agreement } = read(join(folder, 'links/ee.yaml'));
    link([['next'], { ...agreement, version: 1, effective: '2025-01-01T00:00:00Z' }]);
    assert.deepEqual(found(), ['next.version: must be greater than 1', 'next.effective: must be later than 2026-01-01T00:00:00Z']);
  });
  test('a next version that renames a log or a witness is found: a log goes on under its name', () => {
    const { agreement } = read(join(folder, 'links/ee.yaml')) as unknown as { agreement: { parties: { log: object }[] } };
    const parties = agreement.parties.map((party, index) => (index === 0 ? { ...party, log: { ...party.log, origin: 'gateway.ee.example/trail/ee-fi/2027h1' } } : party));
    link([['next'], { ...agreement, parties, version: 2, effective: '2027-01-01T00:00:00Z' }]);
    assert.deepEqual(found(), ['next.parties: must have the names of logs and witnesses of `agreement`: a log goes on under its name, whatever key it has']);
  });
  test('a next version that follows is right', () => {
    const { agreement } = read(join(folder, 'links/ee.yaml'));
    link([['next'], { ...agreement, version: 2, effective: '2027-01-01T00:00:00Z' }]);
    assert.deepEqual(found(), []);
  });

  const CHAIN: readonly [string, Change, string][] = [
    ['agencies that give up before their security server', [['home', 'waits'], { agency: '60s' }], 'home.waits.agency'],
    ['a security server that gives up before an exchange does', [['home', 'waits'], { securityServer: '20s' }], 'home.waits.securityServer'],
    ['a gateway that gives up before its security server does', [['home', 'waits'], { register: '15s' }], 'home.timeout'],
  ];
  for (const [title, wrong, path] of CHAIN) {
    test(`${title}: found`, () => {
      gateway(wrong);
      assert.ok(found().every((line) => line.startsWith(`${path}: `)) && found().length > 0, found().join('\n'));
    });
  }
  test('a budget from abroad that ends before our security server answers is found', () => {
    gateway([['home', 'timeout'], '20s']);
    assert.deepEqual(found().map((line) => line.split(': ')[0]), ['agreement.legs[1].grants[0].maxBudget', 'agreement.legs[1].grants[1].maxBudget']);
  });
  test('a time-out of its own holds for its service alone', () => {
    gateway([['home', 'services'], [{ service: 'FI/GOV/0244683-1/prh/companies', timeout: '20s' }]]);
    assert.deepEqual(found().map((line) => line.split(': ')[0]), ['agreement.legs[1].grants[0].maxBudget']);
    gateway([['home', 'services'], [{ service: 'FI/GOV/0244683-1/prh/other', timeout: '20s' }]]);
    assert.deepEqual(found(), []);
  });
});

function read(file: string): { agreement: Record<string, unknown> } {
  return readYaml(readFileSync(file, 'utf8')).value as { agreement: Record<string, unknown> };
}
