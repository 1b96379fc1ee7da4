/**
 * The two sandbox gateways as operators would have set them up: `federation-config/<gateway>` copied into the data folder, with keys made,
 * the home side registered at the pretend platform, and trust and link exchanged. What is there is kept; ports are written anew.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { makeAuditorKey } from '../crypto/auditor-key.ts';
import { gatewayKeyFiles, makeGatewayKeys, publicParts } from '../crypto/gateway-keys.ts';
import type { PublicParts } from '../crypto/gateway-keys.ts';
import type { CountryKeys } from './pki/prepare.ts';
import type { CountryCode } from './plan.ts';

export interface GatewayPorts {
  readonly domestic: number;
  readonly federation: number;
  readonly operations: number;
}

export interface SetUp {
  /** Folder of the repository that holds federation-config and mappings. */
  readonly root: string;
  /** Data folder of the pair. */
  readonly data: string;
  readonly ports: Readonly<Record<CountryCode, GatewayPorts>>;
  /** URL of each country's security server. */
  readonly securityServers: Readonly<Record<CountryCode, string>>;
  readonly keys: Readonly<Record<CountryCode, CountryKeys>>;
  /** UTC milliseconds. */
  readonly now: number;
  /** Changes to the copied files, for tests: path in the document and value. */
  readonly changes?: { readonly gateway?: readonly Change[]; readonly link?: readonly Change[] };
}
type Change = readonly [path: readonly (string | number)[], value: unknown];

const COUNTRIES = ['EE', 'FI'] as const satisfies readonly CountryCode[];
const PEER: Readonly<Record<CountryCode, CountryCode>> = { EE: 'FI', FI: 'EE' };
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Configuration folder of a gateway in the data folder. */
export function gatewayFolder(data: string, country: CountryCode): string {
  return join(data, `gateway-${country.toLowerCase()}`);
}

/** Writes both configuration folders; returns nothing that is not in them. */
export function setUpGateways(setUp: SetUp): void {
  const parts = { EE: writeGateway('EE', setUp), FI: writeGateway('FI', setUp) };
  // An auditor's private key lies outside both gateways' folders.
  const auditorKey = (country: CountryCode) => makeAuditorKey(join(setUp.data, `auditor-${country.toLowerCase()}`, 'auditor.key.pem'));
  const auditors = { EE: auditorKey('EE'), FI: auditorKey('FI') };
  for (const country of COUNTRIES) {
    const folder = gatewayFolder(setUp.data, country);
    const peer = PEER[country];
    mkdirSync(join(folder, 'trust'), { recursive: true });
    writeFileSync(join(folder, 'trust', `${peer}.json`), `${JSON.stringify(parts[peer].trust, undefined, 2)}\n`);
    writeLink(country, parts, auditors, setUp);
  }
}

function writeGateway(country: CountryCode, { root, data, ports, securityServers, keys, now, changes }: SetUp): PublicParts {
  const folder = gatewayFolder(data, country);
  const name = country.toLowerCase();
  makeGatewayKeys(join(folder, 'keys'), `gateway.${name}.example`, now);
  copyHomeSide(folder, keys[country]);
  const document = read(join(root, 'federation-config', name, 'gateway.yaml'));
  set(document, [
    [['mappings'], join(root, 'mappings')],
    ...(['domestic', 'federation', 'operations'] as const).map((listener): Change => [['listeners', listener, 'port'], ports[country][listener]]),
    [['home', 'securityServers', 0, 'url'], securityServers[country]],
    ...(changes?.gateway ?? []),
  ]);
  writeFileSync(join(folder, 'gateway.yaml'), document.toString());
  const window = { notBefore: Date.parse('2026-01-01T00:00:00Z'), notAfter: now + YEAR_MS };
  return publicParts(gatewayKeyFiles(join(folder, 'keys')), { entity: `https://gateway.${name}.example`, country }, window);
}

/** What the country's platform gave the gateway when it was registered as an information system. */
function copyHomeSide(folder: string, keys: CountryKeys): void {
  mkdirSync(join(folder, 'home'), { recursive: true });
  const { tls, member } = keys.gateway;
  const copies = [
    [tls.keyFile, 'keys/domestic-tls.key.pem'],
    [tls.certificateFile, 'keys/domestic-tls.cert.pem'],
    [member.keyFile, 'keys/member-signing.key.pem'],
    [member.certificateFile, 'keys/member-signing.cert.pem'],
    [keys.securityServer.certificateFile, 'home/security-server.cert.pem'],
    [keys.signingAuthority.certificateFile, 'home/member-ca.cert.pem'],
  ] as const;
  for (const [from, to] of copies) copyFileSync(from, join(folder, to));
}

function writeLink(country: CountryCode, parts: Readonly<Record<CountryCode, PublicParts>>, auditors: Readonly<Record<CountryCode, Readonly<Record<string, string>>>>, { root, data, ports, changes }: SetUp): void {
  const peer = PEER[country];
  const document = read(join(root, 'federation-config', country.toLowerCase(), 'links', `${peer.toLowerCase()}.yaml`));
  set(document, [
    ...COUNTRIES.flatMap((party, index): Change[] => [
      [['agreement', 'parties', index, 'log', 'key'], parts[party].trust.log.key],
      [['agreement', 'parties', index, 'witness', 'key'], parts[party].trust.witness.key],
      [['agreement', 'parties', index, 'auditor'], auditors[party]],
    ]),
    [['settings', 'url'], `https://127.0.0.1:${ports[peer].federation}`],
    ...(changes?.link ?? []),
  ]);
  const folder = join(gatewayFolder(data, country), 'links');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${peer.toLowerCase()}.yaml`), document.toString());
}

function read(file: string): Document {
  return parseDocument(readFileSync(file, 'utf8'));
}

function set(document: Document, changes: readonly Change[]): void {
  for (const [path, value] of changes) document.setIn([...path], document.createNode(value));
}
