/** gateway.home: hub: what it needs, what it excludes, and what config check says of its files. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { checkConfig } from '../../../src/config/check.ts';
import { gatewaySchema } from '../../../src/config/gateway-file.ts';
import { readConfigFile } from '../../../src/config/read.ts';
import { WITHOUT_ECHO, NOW, change, makeGatewayFolders } from '../../support/gateway-folders.ts';
import type { Change } from '../../support/gateway-folders.ts';

const folders = await makeGatewayFolders();
after(() => folders.remove());
const file = join(folders.fi, 'gateway.yaml');

const pem = (kind: 'ec' | 'rsa'): { privateKey: string; publicKey: string } => {
  const encoding = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
  return kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding }) : generateKeyPairSync('rsa', { modulusLength: 1024, ...encoding });
};
const write = (name: string, content: string, mode = 0o600): string => {
  writeFileSync(join(folders.fi, name), content, { mode });
  return name;
};
const good = pem('ec');
const KEY = write('hub.key.pem', good.privateKey);
const PUBLIC = write('hub.pub.pem', good.publicKey);
const TLS = { key: 'keys/domestic-tls.key.pem', certificate: 'keys/domestic-tls.cert.pem', pins: ['home/security-server.cert.pem'] };
const SHA = 'A'.repeat(43);
const CLIENT = { client: 'FI/GOV/0245458-6/vero', certificates: ['home/security-server.cert.pem'], oauthClient: 'vero', signatureKeys: [{ keyid: 'vero-1', publicKey: PUBLIC }] };
const TOKENS = { issuer: 'https://hub.example', audience: 'gateway', keys: write('jwks.json', '{"keys":[]}') };
const OAUTH = { tokenEndpoint: 'https://hub.example/token', tls: TLS, clientId: 'causeway', assertion: { keyid: 'causeway-1', key: KEY } };
const HUB = { url: 'https://gateway.fi.example', tokens: TOKENS, oauth: OAUTH, signatures: { keyid: 'causeway-1', key: KEY } };
const SUBJECT = { organizationIdentifier: 'NTRFI-0245458-6' };
const CA = 'home/member-ca.cert.pem';
const REVOCATION = { policy: 'required', sources: [{ authority: CA, ocsp: { url: 'http://ocsp.example' } }] };
const SERVICE = { service: 'FI/GOV/0244683-1/prh/companies', url: 'https://api.fi.example/v1', tls: TLS };

const VALID: readonly Change[] = [
  ...WITHOUT_ECHO.gateway,
  [['gateway', 'home'], 'hub'],
  [['listeners', 'domestic', 'tls', 'clients'], []],
  [['home', 'securityServers'], []],
  [['home', 'wss'], undefined],
  [['home', 'clients'], [CLIENT]],
  [['home', 'services'], [SERVICE]],
  [['home', 'hub'], HUB],
];

const CERTIFIED: readonly Change[] = [
  [['home', 'hub', 'signatures'], { keyid: 'causeway-1', key: 'keys/member-signing.key.pem', certificate: 'keys/member-signing.cert.pem', authorities: [CA], revocation: REVOCATION }],
  [['home', 'clients'], [{ client: CLIENT.client, certificates: CLIENT.certificates, signatureSubject: SUBJECT }]],
  [['home', 'services'], [{ ...SERVICE, signatureSubject: { CN: 'prh' } }]],
];

/** Texts of the problems of gateway.yaml with `changes`, with their paths. */
function problems(...changes: readonly Change[]): string[] {
  // Written out: what stands twice as one object would become an alias.
  change(file, [...VALID, ...changes].map(([path, value]) => [path, value === undefined ? undefined : JSON.parse(JSON.stringify(value))]));
  return checkConfig(folders.fi, NOW).filter((problem) => problem.file === file && problem.severity === 'error').map(({ path, text }) => `${path}: ${text}`);
}

test('a hub with clients, services, tokens and signatures is valid', () => assert.deepEqual(problems(), []));
test('one whose signers are known by their certificates is too', () => assert.deepEqual(problems(...CERTIFIED), []));

suite('what a hub needs and excludes', () => {
  const cases: readonly (readonly [title: string, change: Change, expected: RegExp])[] = [
    ['no home.hub', [['home', 'hub'], undefined], /^home: .*|^home\.hub: is missing/],
    ['a security server', [['home', 'securityServers'], [{ url: 'https://ss.example', tls: TLS }]], /^home\.securityServers: is for gateway\.home: provider/],
    ['WS-Security', [['home', 'wss'], { authorities: ['home/member-ca.cert.pem'], key: 'keys/member-signing.key.pem', certificate: 'keys/member-signing.cert.pem' }], /^home\.wss: is for X-Road/],
    ['a service without a URL', [['home', 'services'], [{ service: SERVICE.service }]], /services\[0\].*: is missing: a hub calls the service itself/],
    ['a client that shows nothing', [['home', 'clients'], [{ client: CLIENT.client }]], /clients\[0\].*: shows nothing/],
    ['an API key alone by its short name', [['home', 'clients'], [{ client: CLIENT.client, apiKeySha256: SHA }]], /apiKeySha256: needs certificates or an oauthClient/],
    ['the long name where the key is not alone', [['home', 'clients'], [{ ...CLIENT, apiKeyAloneThatWhoeverSeesItCanUseSha256: SHA }]], /is not alone: write apiKeySha256/],
    ['one certificate of two clients', [['home', 'clients'], [CLIENT, { client: 'FI/GOV/0245458-6/other', certificates: CLIENT.certificates }]], /certificates: is also that of home\.clients\[0\]/],
    ['one client id of two clients', [['home', 'clients'], [CLIENT, { client: 'FI/GOV/0245458-6/other', oauthClient: 'vero' }]], /oauthClient: is also that of home\.clients\[0\]/],
    ['one signature key of two clients', [['home', 'clients'], [CLIENT, { client: 'FI/GOV/0245458-6/other', oauthClient: 'other', signatureKeys: CLIENT.signatureKeys }]], /signatureKeys: is also that of home\.clients\[0\]/],
    ['client ids without tokens', [['home', 'hub', 'tokens'], undefined], /^home\.hub.*: is missing: clients have an oauthClient/],
    ['neither assertion nor secret', [['home', 'hub', 'oauth', 'assertion'], undefined], /^home\.hub\.oauth: needs assertion or secret, and not both/],
    ['both assertion and secret', [['home', 'hub', 'oauth', 'secret'], write('secret', 's3cret')], /^home\.hub\.oauth: needs assertion or secret, and not both/],
    ['a token endpoint in the clear', [['home', 'hub', 'oauth', 'tokenEndpoint'], 'http://hub.example/token'], /tokenEndpoint: expected an https URL/],
    ['a key that is unknown', [['home', 'hub', 'tokenEndpoint'], 'x'], /tokenEndpoint: is not a known key/],
    ["a client's subject without authorities", [['home', 'clients', 0, 'signatureSubject'], SUBJECT], /^home\.clients\[0\]\.signatureSubject: counts only with home\.hub\.signatures\.authorities/],
    ["a service's subject without authorities", [['home', 'services', 0, 'signatureSubject'], SUBJECT], /^home\.services\[0\]\.signatureSubject: counts only with/],
    ['revocation without authorities', [['home', 'hub', 'signatures', 'revocation'], REVOCATION], /^home\.hub\.signatures\.revocation: counts only with/],
    ['a header for certificates that means something else', [['home', 'hub', 'signatures', 'certificateHeader'], 'x-request-id'], /certificateHeader: x-request-id means something else already/],
    ['one header for certificates and for what is said of them', [['home', 'hub', 'signatures', 'ocspHeader'], 'x-signature-certificate'], /ocspHeader: x-signature-certificate means something else already/],
    ['a subject that says no more than the country', [['home', 'clients', 0, 'signatureSubject'], { C: 'FI' }], /signatureSubject: name at least one of CN/],
    ['an attribute by another name', [['home', 'clients', 0, 'signatureSubject'], { CN: 'vero', commonName: 'vero' }], /signatureSubject\.commonName: is not a known key/],
  ];
  for (const [title, bent, expected] of cases) test(`${title}: refused at its place`, () => assert.ok(problems(bent).some((problem) => expected.test(problem)), problems(bent).join('\n')));

  test('an API key alone passes by its long name', () => assert.deepEqual(problems([['home', 'clients'], [{ client: CLIENT.client, apiKeyAloneThatWhoeverSeesItCanUseSha256: SHA }]]), []));
  test('what is for a hub is refused at a gateway behind a security server', () => {
    const found = problems([['gateway', 'home'], 'provider']);
    for (const path of ['home.hub', 'home.clients[0].oauthClient', 'home.clients[0].signatureKeys']) assert.ok(found.some((problem) => problem === `${path}: is for gateway.home: hub`), found.join('\n'));
    const certified = problems(...CERTIFIED, [['gateway', 'home'], 'provider']);
    for (const path of ['home.clients[0].signatureSubject', 'home.services[0].signatureSubject']) assert.ok(certified.includes(`${path}: is for gateway.home: hub`), certified.join('\n'));
  });
});

suite('its files', () => {
  const weak = pem('rsa');
  const cases: readonly (readonly [title: string, change: Change, expected: RegExp])[] = [
    ['a key set that is none', [['home', 'hub', 'tokens', 'keys'], write('none.json', '[]')], /is not a JWK set/],
    ['a weak key of a client', [['home', 'clients', 0, 'signatureKeys', 0, 'publicKey'], write('weak.pub.pem', weak.publicKey)], /must be EC P-256, Ed25519, or RSA/],
    ['a private key as that of a client', [['home', 'clients', 0, 'signatureKeys', 0, 'publicKey'], KEY], /holds a private key/],
    ['a weak key of ours', [['home', 'hub', 'signatures', 'key'], write('weak.key.pem', weak.privateKey)], /must be EC P-256, Ed25519, or RSA/],
    ['a certificate that is not of our key', [['home', 'hub', 'signatures', 'certificate'], 'keys/member-signing.cert.pem'], /signatures\.certificate: is not the certificate of/],
    ['an authority that is none', [['home', 'hub', 'signatures', 'authorities'], ['keys/member-signing.cert.pem']], /signatures\.authorities\[0\].* is not the certificate of an authority/],
    ['an authority that is not there', [['home', 'hub', 'signatures', 'authorities'], ['home/none.pem']], /signatures\.authorities\[0\].* does not exist/],
    ['an API key that every user can read', [['home', 'hub', 'apiKey'], write('open.key', 'k', 0o644)], /is open to every user/],
    ['a certificate of the token endpoint that is not there', [['home', 'hub', 'oauth', 'tls', 'pins'], ['home/none.pem']], /does not exist/],
  ];
  for (const [title, bent, expected] of cases) test(`${title}: reported`, () => assert.ok(problems(bent).some((problem) => expected.test(problem)), problems(bent).join('\n')));
});

suite('what the link demands of its side', () => {
  const link = join(folders.fi, 'links/ee.yaml');
  const unproven = (...changes: readonly Change[]): string[] => {
    change(link, changes);
    return checkConfig(folders.fi, NOW).filter(({ text }) => text.startsWith('this gateway cannot prove')).map(({ path, text }) => `${path}: ${text}`);
  };

  test('a proof that only a security server gives: refused; those of a hub pass, in an answer as its answerProof', () => {
    assert.deepEqual(problems(), []);
    change(link, WITHOUT_ECHO.link);
    const cannot = 'this gateway cannot prove messages at home by';
    assert.deepEqual(unproven(), [`agreement.legs[0].grants[0].proof: ${cannot} security-server`, `agreement.legs[0].grants[1].proof: ${cannot} wss`, `agreement.legs[1].grants[0].proof: ${cannot} security-server`]);
    const mended: Change[] = [
      [['agreement', 'legs', 0, 'grants', 0, 'proof'], 'api-client'],
      [['agreement', 'legs', 0, 'grants', 1, 'proof'], 'jws-detached'],
      [['agreement', 'legs', 1, 'grants', 0, 'answerProof'], 'http-signature'],
    ];
    assert.deepEqual(unproven(...mended), []);
    change(file, [[['home', 'hub', 'signatures'], undefined]]);
    assert.deepEqual(unproven(), [`agreement.legs[0].grants[1].proof: ${cannot} jws-detached`, `agreement.legs[1].grants[0].answerProof: ${cannot} http-signature`]);
  });
});

test('the gateway.yaml of docs/connect-api-hub.md is one', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/connect-api-hub.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const rest = readFileSync(file, 'utf8').match(/^keys:\n(?: .*\n)+/m)?.[0] ?? '';
  const example = write('example.yaml', `${yaml}${rest}data: data\nmappings: mappings\ntrust: trust\n`);
  assert.deepEqual(readConfigFile(join(folders.fi, example), gatewaySchema(folders.fi)).problems, []);
});
