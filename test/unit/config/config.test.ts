/** Reading the folder: what passes and what it becomes, and every kind of problem with its place. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { loadConfig, readConfig, readGateway, readLinkFile, readTrustFile } from '../../../src/config/config.ts';
import type { Agreement, GatewayConfig } from '../../../src/config/config.ts';
import type { Agreement as FederationAgreement, LinkSettings } from '../../../src/federation/link.ts';
import type { TrustFile } from '../../../src/config/trust-file.ts';
import type { TrustDocument } from '../../../src/trust/static-trust.ts';
import type { CausewayError } from '../../../src/errors.ts';
import { WITHOUT_ECHO, change } from '../../support/gateway-folders.ts';

const SHIPPED = join(import.meta.dirname, '../../../federation-config/fi');

// What config reads is what the rooms above take: a term that one side forgets does not compile.
const agreementIsTaken = (agreement: Agreement): FederationAgreement => agreement;
const agreementIsWhole = (agreement: FederationAgreement): Agreement => agreement;
const settingsAreTaken = (settings: GatewayConfig['links'][number]['settings']): LinkSettings => settings;
const trustIsTaken = (trust: TrustFile): TrustDocument => trust;

suite('the configuration folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-config-'));
    cpSync(SHIPPED, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const gatewayFile = (): string => join(folder, 'gateway.yaml');
  const problems = (): string[] => readConfig(folder).problems.map(({ path, text, hint }) => `${path}: ${text}${hint === undefined ? '' : ` (${hint})`}`);

  test('is typed: paths absolute, durations in milliseconds, sizes in bytes, defaults filled in', () => {
    const config = loadConfig(folder);
    assert.equal(config.keys.log, join(folder, 'keys/log.key.pem'));
    assert.equal(config.home.timeout, 15_000);
    assert.equal(config.home.wss?.maxAge, 300_000);
    assert.equal(config.limits.statementBytes, 4096);
    assert.equal(config.limits.xml.maxBytes, 10 * 1024 * 1024);
    assert.deepEqual(config.clock, { maxAge: 60_000, maxAhead: 30_000, alarmOffset: 2000, maxOffset: 30_000, maxPeerOffset: 30_000 });
    assert.equal(config.log.level, 'info');
    assert.equal(config.links[0]?.agreements[0].legs[0].grants[0]?.maxBytes, 1024 * 1024);
  });

  test('has the agreement, the settings and the trust in the form that the rooms above take', () => {
    const { agreements, settings } = readLinkFile(join(folder, 'links/ee.yaml'));
    assert.deepEqual(agreementIsWhole(agreementIsTaken(agreements[0])), agreements[0]);
    assert.equal(settingsAreTaken(settings).connections, 64);
    assert.equal(typeof trustIsTaken, 'function');
  });

  test('is frozen to its last entry', () => {
    const config = loadConfig(folder);
    assert.throws(() => ((config.gateway as { country: string }).country = 'SE'), TypeError);
    const [link] = config.links;
    assert.ok(link !== undefined && Object.isFrozen(link.agreements[0].legs));
  });

  test('with several mistakes in two files names all of them at once, in order, and throws config-invalid', () => {
    change(gatewayFile(), [[['gateway', 'country'], 'fi'], [['limits'], { bodyBytes: 5 }]]);
    change(join(folder, 'links/ee.yaml'), [[['settings', 'url'], 'http://x']]);
    assert.throws(
      () => loadConfig(folder),
      (error: CausewayError) => {
        assert.equal(error.code, 'config-invalid');
        const lines = error.message.split('\n');
        assert.equal(lines.length, 3);
        for (const line of lines) assert.match(line, /^\/.*\.yaml:\d+:\d+: [\w.[\]]+: expected /);
        return true;
      },
    );
  });

  test('without links is refused', () => {
    rmSync(join(folder, 'links'), { recursive: true });
    assert.deepEqual(problems(), [': has no <peer>.yaml: a gateway without a link has nothing to do']);
    assert.equal(readGateway(folder).gateway.country, 'FI', 'gateway.yaml alone can be read: its keys go into the first link');
  });

  test('without gateway.yaml is refused', () => {
    rmSync(gatewayFile());
    assert.deepEqual(problems(), [': does not exist']);
  });

  test('that is not YAML is refused with the place', () => {
    writeFileSync(gatewayFile(), 'gateway:\n  country: FI\n  country: EE\n');
    const [problem] = readConfig(folder).problems;
    assert.deepEqual([problem?.line, problem?.column], [3, 3]);
  });

  const MISTAKES: readonly [string, string, unknown, string][] = [
    ['an unknown key near a known one', 'keys.statment', 'x', 'keys.statment: is not a known key (did you mean "statement"?)'],
    ['an unknown key near none', 'log.colour', true, 'log.colour: is not a known key (known: level)'],
    ['an unknown key within a group of defaults', 'limits.xml.maxDept', 5, 'limits.xml.maxDept: is not a known key (did you mean "maxDepth"?)'],
    ['a missing key', 'keys.log', undefined, 'keys.log: is missing'],
    ['a missing group', 'listeners', undefined, 'listeners: is missing'],
    ['a text in place of a group', 'listeners', 'all', 'listeners: expected a group of keys'],
    ['a number where a code with leading zeros may stand', 'home.member.memberCode', 2_454_372, 'home.member.memberCode: expected a text; write it in quotes'],
    ['a duration without a unit', 'home.timeout', 20, 'home.timeout: expected a duration such as 60s'],
    ['a duration with an unknown unit', 'home.timeout', '20 sec', 'home.timeout: expected a duration such as 250ms, 60s, 10m, 24h or 7d'],
    ['answers of a comparison that hold no minute', 'limits.reconcileAnswerBytes', '8KiB', 'limits.reconcileAnswerBytes: expected at least 16KiB: the hashes of one minute are 8KiB'],
    ['a size in decimal units', 'limits.bodyBytes', '10MB', 'limits.bodyBytes: expected a size such as 512B, 64KiB or 10MiB'],
    ['a port beyond the last', 'listeners.domestic.port', 65_536, 'listeners.domestic.port: expected a whole number from 0 to 65535'],
    ['a port that is no whole number', 'listeners.domestic.port', 7.5, 'listeners.domestic.port: expected a whole number from 0 to 65535'],
    ['an entity id over http', 'gateway.entity', 'http://gateway.fi.example', 'gateway.entity: expected an https URL without user, query or fragment, such as https://gateway.ee.example'],
    ['an entity id with a user', 'gateway.entity', 'https://a@gateway.fi.example', 'gateway.entity: expected an https URL without user, query or fragment, such as https://gateway.ee.example'],
    ['an entity id in capitals, which is the same URL but another text', 'gateway.entity', 'https://Gateway.fi.example', 'gateway.entity: expected an https URL without user, query or fragment, such as https://gateway.ee.example'],
    ['a security server with a path', 'home.securityServers.0.url', 'https://10.0.0.1/x', 'home.securityServers[0].url: expected a URL of host and port alone, such as https://10.1.2.3:7102'],
    ['a security server over plain HTTP without its long name', 'home.securityServers.0.url', 'http://10.0.0.1', 'home.securityServers[0].url: expected an https URL; plain HTTP needs plainHttpThatAnybodyCanReadAndChange: true'],
    ['plain HTTP allowed for an https URL', 'home.securityServers.0.plainHttpThatAnybodyCanReadAndChange', true, 'home.securityServers[0].plainHttpThatAnybodyCanReadAndChange: contradicts the https URL'],
    ['a security server whose certificate is not named', 'home.securityServers.0.tls', undefined, 'home.securityServers[0].tls: is missing: name the certificates that the other side may show (pins)'],
    ['a key without its certificate', 'home.securityServers.0.tls.certificate', undefined, 'home.securityServers[0].tls: key and certificate go together'],
    ['a provider without a security server', 'home.securityServers', [], 'home.securityServers: a gateway behind a security server (gateway.home: provider) needs at least one'],
    ['clients of an edge at a provider', 'home.clients', [{ client: 'FI/GOV/1-1', certificates: ['x'] }], 'home.clients: is for gateway.home: edge; here the security server knows our information systems'],
    ['where a service is, at a provider', 'home.services', [{ service: 'FI/GOV/1-1/a/b', url: 'https://b.fi', tls: { pins: ['x'] } }], 'home.services[0].url: is for gateway.home: edge; here the security server knows where services are'],
    ['a value out of a list', 'home.wss.verifiers', 'all', 'home.wss.verifiers: expected one of libxml2, xml-crypto, both'],
    ['no pinned certificate', 'listeners.domestic.tls.clients', [], 'listeners.domestic.tls.clients: name at least one certificate'],
    ['an empty text', 'gateway.environment', '', 'gateway.environment: expected a text that is not empty'],
    ['a country in small letters', 'gateway.country', 'fi', 'gateway.country: expected an ISO 3166-1 country code in capitals, such as EE'],
  ];
  for (const [title, path, value, expected] of MISTAKES) {
    test(`${title} is refused, and said so`, () => {
      change(gatewayFile(), [[path.split('.'), value]]);
      assert.deepEqual(problems(), [expected]);
    });
  }

  const AT_AN_EDGE: readonly [string, string, unknown, string][] = [
    ['security servers', 'home.securityServers', [{ url: 'https://a.fi', tls: { pins: ['x'] } }], 'home.securityServers: is for gateway.home: provider; an edge calls services at home.services'],
    ['certificates of security servers', 'listeners.domestic.tls.clients', ['x'], 'listeners.domestic.tls.clients: is for gateway.home: provider; an edge has home.clients'],
    ['a service without a place', 'home.services', [{ service: 'FI/GOV/1-1/a/b' }], 'home.services[0].url: is missing: an edge calls the service itself'],
    ['a client twice', 'home.clients', [1, 2].map(() => ({ client: 'FI/GOV/1-1/a', certificates: ['x'] })), 'home.clients[1].client: "FI/GOV/1-1/a" stands twice'],
    ['a client that is no member', 'home.clients', [{ client: 'FI/GOV', certificates: ['x'] }], 'home.clients[0].client: expected instance/class/code or instance/class/code/subsystem'],
  ];
  for (const [title, path, value, expected] of AT_AN_EDGE) {
    test(`at an edge, ${title}: refused, and said so`, () => {
      change(gatewayFile(), [...WITHOUT_ECHO.gateway, [['gateway', 'home'], 'edge'], [['home', 'securityServers'], []], [['listeners', 'domestic', 'tls', 'clients'], []]]);
      assert.deepEqual(problems(), []);
      change(gatewayFile(), [[path.split('.'), value]]);
      assert.deepEqual(problems(), [expected]);
    });
  }

  const TERMS: readonly [string, (string | number)[], unknown, string][] = [
    ['a missing term', ['retryTime'], undefined, 'agreement.retryTime: is missing'],
    ['a third party', ['parties', 2], {}, 'agreement.parties'],
    ['an operation of both kinds', ['legs', 0, 'grants', 0, 'operation'], { name: 'x', method: 'GET', template: '/' }, 'agreement.legs[0].grants[0].operation: expected { name } of a SOAP service, or { method, template } of a REST service'],
    ['a SHA-256 that is too short', ['legs', 0, 'grants', 0, 'neutral', 'sha256'], 'abc', 'agreement.legs[0].grants[0].neutral.sha256: expected a SHA-256 in base64url (43 characters)'],
    ['a date without a zone', ['effective'], '2026-01-01T00:00:00', 'agreement.effective: expected a time in UTC such as 2026-01-01T00:00:00Z'],
    ['a day that does not exist', ['effective'], '2026-13-01T00:00:00Z', 'agreement.effective: expected a time in UTC such as 2026-01-01T00:00:00Z'],
    ['a term that nobody knows', ['legs', 1, 'grants', 0, 'quotas'], 5, 'agreement.legs[1].grants[0].quotas: is not a known key (did you mean "quota"?)'],
    ['yes in place of true', ['legs', 0, 'grants', 0, 'idempotent'], 'yes', 'agreement.legs[0].grants[0].idempotent: expected true or false'],
  ];
  for (const [title, path, value, expected] of TERMS) {
    test(`an agreement with ${title} is refused, and said so`, () => {
      change(join(folder, 'links/ee.yaml'), [[['agreement', ...path], value]]);
      const found = problems();
      assert.equal(found.length, 1);
      assert.ok((found[0] ?? '').startsWith(expected), String(found[0]));
    });
  }

  test('peer keys of another curve, and an unknown role, are refused', () => {
    const file = join(folder, 'EE.json');
    const window = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
    const key = { kid: 'k', publicKey: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' }, ...window };
    writeFileSync(file, JSON.stringify({ entity: 'https://g.example', country: 'EE', statement: [key], encryption: [key], tls: [{ spki: Buffer.alloc(32).toString('base64'), ...window }], entityKey: [] }));
    assert.throws(() => readTrustFile(file), (error: CausewayError) => error.message.split('\n').length === 3 && /P-256/.test(error.message) && /entityKey/.test(error.message));
  });

  test('the shipped folders are read as they are', () => {
    for (const country of ['fi', 'ee']) assert.deepEqual(readConfig(join(SHIPPED, '..', country)).problems, []);
    assert.match(readFileSync(gatewayFile(), 'utf8'), /^# yaml-language-server: \$schema=\.\.\/schemas\/gateway\.schema\.json$/m);
  });
});
