/**
 * The two sandbox gateways as operators would have set them up: their configuration in the data folder, with keys made, the home side
 * registered at the pretend platform, and trust and link exchanged. What is there is kept; ports are written anew.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { makeAuditorKey } from '../crypto/auditor-key.ts';
import { gatewayKeyFiles, makeGatewayKeys } from '../crypto/gateway-keys.ts';
import { publicParts } from '../crypto/public-parts.ts';
import type { PublicParts } from '../crypto/public-parts.ts';
import { federationGroup, makeAnchor, stateAll } from './anchors.ts';
import { sharedParametersOf } from './central-server/shared-parameters.ts';
import type { AnchoredGateway } from './anchors.ts';
import { echoSettings, gatewayDocument, linkDocument } from './generated.ts';
import { approversOf, signLinkFile } from './link-signing.ts';
import type { CountryKeys } from './pki/prepare.ts';
import type { Party } from './party.ts';
import type { CountryCode } from './plan.ts';

export interface SetUp {
  /** Folder of the repository that holds federation-config and mappings. */
  readonly root: string;
  /** Data folder of the pair. */
  readonly data: string;
  /** In the order of the agreement. */
  readonly parties: readonly [Party, Party];
  /** How the gateways come to believe each other: by two anchors, or by files that were exchanged. */
  readonly trust: 'federation' | 'files';
  /** UTC milliseconds. */
  readonly now: number;
  /** Changes to the files as they are written, for tests: path in the document and value, `undefined` for one that is left out. */
  readonly changes?: { readonly gateway?: readonly Change[]; readonly link?: readonly Change[] };
}
type Change = readonly [path: readonly (string | number)[], value: unknown];

/** What a party exchanged with the other out of band. */
interface Exchanged {
  readonly party: Party;
  readonly parts: PublicParts;
  readonly auditor: Readonly<Record<string, string>>;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Configuration folder of a gateway in the data folder. */
export function gatewayFolder(data: string, country: CountryCode): string {
  return join(data, `gateway-${country.toLowerCase()}`);
}

/** Writes both configuration folders; returns nothing that is not in them. Files that the repository has for the pair are copied, others made. */
export async function setUpGateways(setUp: SetUp): Promise<void> {
  const [first, second] = setUp.parties;
  const drafts = checkedIn(setUp) ?? (await generated(setUp));
  if (setUp.trust === 'federation') await makeAnchors(setUp);
  const exchanged = [await prepare(first, second, drafts[0].gateway, setUp), await prepare(second, first, drafts[1].gateway, setUp)] as const;
  writeAgreed(first, exchanged[1], exchanged, drafts[0].link, setUp);
  writeAgreed(second, exchanged[0], exchanged, drafts[1].link, setUp);
  if (setUp.trust === 'federation') await stateAll(setUp.data, [anchored(first, setUp), anchored(second, setUp)], setUp.now);
}

async function makeAnchors({ data, parties: [first, second], now }: SetUp): Promise<void> {
  await makeAnchor(data, first.plan.country, second.plan.country, now);
  await makeAnchor(data, second.plan.country, first.plan.country, now);
}

function anchored({ plan: { country }, ports }: Party, { data }: SetUp): AnchoredGateway {
  return { country, folder: gatewayFolder(data, country), federationPort: ports.federation };
}

/** The files of one gateway before ports and keys are filled in. */
interface Draft {
  readonly gateway: Document;
  readonly link: Document;
}

function checkedIn({ root, parties: [first, second] }: SetUp): readonly [Draft, Draft] | undefined {
  const drafts = [draftOf(root, first, second), draftOf(root, second, first)] as const;
  return drafts[0] === undefined || drafts[1] === undefined ? undefined : [drafts[0], drafts[1]];
}

function draftOf(root: string, own: Party, peer: Party): Draft | undefined {
  const folder = join(root, 'federation-config', own.plan.country.toLowerCase());
  const [gateway, link] = [join(folder, 'gateway.yaml'), join(folder, 'links', `${peer.plan.country.toLowerCase()}.yaml`)];
  return existsSync(gateway) && existsSync(link) ? { gateway: read(gateway), link: read(link) } : undefined;
}

async function generated({ root, parties: [first, second] }: SetUp): Promise<readonly [Draft, Draft]> {
  const link = await linkDocument(root, [first.home, second.home]);
  const draft = (own: Party, peer: Party): Draft => {
    const echo = echoSettings(own.home, peer.home);
    const ours = link.clone();
    if (echo !== undefined) set(ours, [[['settings', 'echo'], echo]]);
    return { gateway: gatewayDocument(own), link: ours };
  };
  return [draft(first, second), draft(second, first)];
}

async function prepare(party: Party, peer: Party, document: Document, setUp: SetUp): Promise<Exchanged> {
  // An auditor's private key lies outside both gateways' folders.
  const auditor = makeAuditorKey(join(setUp.data, `auditor-${party.plan.country.toLowerCase()}`, 'auditor.key.pem'));
  return { party, parts: await writeGateway(party, peer, document, setUp), auditor };
}

async function writeGateway(party: Party, peer: Party, document: Document, setUp: SetUp): Promise<PublicParts> {
  const { root, data, now, parties, changes, trust } = setUp;
  const { plan, ports, securityServer, keys } = party;
  const folder = gatewayFolder(data, plan.country);
  const name = plan.country.toLowerCase();
  await makeGatewayKeys(join(folder, 'keys'), `gateway.${name}.example`, now);
  copyHomeSide(folder, keys);
  set(document, [
    [['mappings'], join(root, 'mappings')],
    ...(['domestic', 'federation', 'operations'] as const).map((listener): Change => [['listeners', listener, 'port'], ports[listener]]),
    plan.software === 'api-hub' ? [['home', 'hub', 'url'], `https://127.0.0.1:${ports.domestic}`] : [['home', 'securityServers', 0, 'url'], securityServer],
    [['timestamps', 'authorities'], parties.map((one) => ({ url: one.timeStamping, roots: [copyTimeRoot(folder, one)] }))],
    ...writeConfiguration(folder, party),
    ...(trust === 'federation' ? [[['federation'], federationGroup(data, plan.country, anchored(peer, setUp))] as const] : []),
    ...(changes?.gateway ?? []),
  ]);
  writeFileSync(join(folder, 'gateway.yaml'), document.toString());
  const window = { notBefore: Date.parse('2026-01-01T00:00:00Z'), notAfter: now + YEAR_MS };
  return publicParts(gatewayKeyFiles(join(folder, 'keys')), { entity: `https://gateway.${name}.example`, country: plan.country }, window);
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

/** By what signed containers are judged: the anchor of the global configuration, as X-Road's central authority hands it out; at UXP, whose configuration is not public, what operators wrote down of it. */
function writeConfiguration(folder: string, { configurationAnchor, plan, keys }: Party): Change[] {
  if (configurationAnchor === undefined) return [];
  const [name, path, text] = plan.software === 'uxp' ? (['file', 'home/shared-params.xml', sharedParametersOf(plan.instance, keys)] as const) : (['anchor', 'home/configuration-anchor.xml', configurationAnchor] as const);
  writeFileSync(join(folder, path), text);
  return [[['home', 'containers', 'configuration', name], path]];
}

/** Path in the gateway's folder of the certificate above a country's time-stamping authority. */
function copyTimeRoot(folder: string, { plan, keys }: Party): string {
  const path = `home/time-${plan.country.toLowerCase()}.cert.pem`;
  copyFileSync(keys.timeStamping.authority.certificateFile, join(folder, path));
  return path;
}

/** Trust in the peer, and the link with it. */
function writeAgreed({ plan }: Party, peer: Exchanged, exchanged: readonly Exchanged[], link: Document, { data, changes, now }: SetUp): void {
  const folder = gatewayFolder(data, plan.country);
  const { country } = peer.party.plan;
  for (const name of ['trust', 'links']) mkdirSync(join(folder, name), { recursive: true });
  // Under anchors too: an export shows the peer's keys from here.
  writeFileSync(join(folder, 'trust', `${country}.json`), `${JSON.stringify(peer.parts.trust, undefined, 2)}\n`);
  set(link, [
    ...exchanged.flatMap(({ party, parts, auditor }, index): Change[] => [
      [['agreement', 'parties', index, 'log', 'key'], parts.trust.log.key],
      [['agreement', 'parties', index, 'witness', 'key'], parts.trust.witness.key],
      [['agreement', 'parties', index, 'interval', 'key'], parts.trust.interval?.key],
      [['agreement', 'parties', index, 'auditor'], auditor],
      [['agreement', 'parties', index, 'approvers'], approversOf(data, party.plan.country)],
    ]),
    [['settings', 'url'], `https://127.0.0.1:${peer.party.ports.federation}`],
    ...(changes?.link ?? []),
  ]);
  const file = join(folder, 'links', `${country.toLowerCase()}.yaml`);
  writeFileSync(file, link.toString());
  signLinkFile(file, data, exchanged.map(({ party }) => party.plan.country), now);
}

function read(file: string): Document {
  return parseDocument(readFileSync(file, 'utf8'));
}

function set(document: Document, changes: readonly Change[]): void {
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn([...path]);
    else document.setIn([...path], document.createNode(value));
  }
}
