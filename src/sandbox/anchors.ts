/** Two anchors, one a country, as their people would keep them: made once; each states its own gateway and, by consent, the other anchor. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGateway } from '../config/config.ts';
import { fingerprintOf } from '../platform/fingerprint.ts';
import { PUBLIC } from '../trust/anchor-folder.ts';
import { anchorInit, anchorIssue, anchorRenew } from '../trust/anchor-work.ts';
import { readConfiguration } from '../trust/entity-statement.ts';
import { CONFIGURATION_PATH } from '../trust/layout.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { ownConfiguration } from '../trust/own-configuration.ts';
import { ANCHOR_PREFIX } from '../trust/publisher.ts';
import type { CountryCode } from './plan.ts';

/** One country's, and where the gateway is that hands out what its anchor publishes. */
export interface AnchoredGateway {
  readonly country: CountryCode;
  /** Configuration folder. */
  readonly folder: string;
  readonly federationPort: number;
}

const ENVIRONMENT = 'sandbox';

/** Folder of a country's anchor in the data folder. */
export function anchorFolder(data: string, country: CountryCode): string {
  return join(data, `anchor-${country.toLowerCase()}`);
}

function entityOf(country: CountryCode): string {
  return `https://anchor.${country.toLowerCase()}.example`;
}

/** Makes the anchor of `country` where there is none. */
export async function makeAnchor(data: string, country: CountryCode, peer: CountryCode, now: number): Promise<void> {
  const folder = anchorFolder(data, country);
  if (!existsSync(join(folder, 'register.json'))) await anchorInit({ folder, entity: entityOf(country), country, environment: ENVIRONMENT, superiors: [entityOf(peer)] }, now);
}

/** The group `federation` of the gateway of `country`. */
export function federationGroup(data: string, country: CountryCode, peer: Pick<AnchoredGateway, 'country' | 'federationPort'>): object {
  const folder = anchorFolder(data, country);
  const anchor = join(folder, 'anchor.json');
  return {
    anchor,
    fingerprint: fingerprintOf(JSON.parse(readFileSync(anchor, 'utf8'))),
    entityKey: 'keys/entity.key.pem',
    sources: [
      { entity: entityOf(country), at: [join(folder, PUBLIC)] },
      { entity: entityOf(peer.country), at: [`https://127.0.0.1:${peer.federationPort}${ANCHOR_PREFIX}`] },
    ],
    publish: join(folder, PUBLIC),
  };
}

/** What the people of both countries do on the day of the link: each states its gateway, and then the other's anchor, with fingerprints compared. */
export async function stateAll(data: string, gateways: readonly [AnchoredGateway, AnchoredGateway], now: number): Promise<void> {
  for (const { country, folder } of gateways) {
    const file = join(anchorFolder(data, country), 'gateway.jwt');
    const config = readGateway(folder);
    writeFileSync(file, await OwnKeys.with(config, ({ published }) => ownConfiguration(config, published, now)));
    await issue(data, country, file, { kind: 'gateway', names: [] }, now);
  }
  const [first, second] = gateways;
  await stateAnchor(data, first.country, second.country, now);
  await stateAnchor(data, second.country, first.country, now);
}

async function stateAnchor(data: string, country: CountryCode, other: CountryCode, now: number): Promise<void> {
  const file = join(anchorFolder(data, other), PUBLIC, CONFIGURATION_PATH);
  await issue(data, country, file, { kind: 'anchor', names: [`.${other.toLowerCase()}.example`] }, now);
}

/** What the timers of both anchors do. */
export async function renewAnchors(data: string, countries: readonly CountryCode[], now: number): Promise<void> {
  for (const country of countries) await anchorRenew(anchorFolder(data, country), undefined, now);
}

async function issue(data: string, country: CountryCode, file: string, as: { readonly kind: 'gateway' | 'anchor'; readonly names: readonly string[] }, now: number): Promise<void> {
  const { document, claims } = readConfiguration(readFileSync(file, 'utf8').trim());
  const fingerprint = fingerprintOf({ entity: claims.sub, keys: claims.jwks.keys.filter(({ kid }) => kid === document.kid) });
  await anchorIssue({ folder: anchorFolder(data, country), file, fingerprint, ...as }, now);
}
