/** The work at a country's anchor, as files: each step reads the folder, signs, and leaves what any web server can hand out. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicJwk } from '../crypto/signed-document.ts';
import type { PublicJwk } from '../crypto/signed-document.ts';
import { CausewayError } from '../errors.ts';
import { fingerprintOf, sameFingerprint } from '../platform/fingerprint.ts';
import { LIFETIMES, addIssuer, stateEntity, switchIssuer, withdraw } from './anchor.ts';
import type { Stated } from './anchor.ts';
import { isEntityId, readConfiguration } from './entity-statement.ts';
import { CONFIGURATION_PATH } from './layout.ts';
import { PUBLIC, issuerKey, keep, makeKey, offlineKey, publishConfiguration, publishNotices, publishStatements, readAnchor } from './anchor-folder.ts';
import type { AnchorFolder } from './anchor-folder.ts';
import { signMark } from './trust-marks.ts';

/** What gateways pin: `<folder>/anchor.json` with the fingerprint that people compare. */
export interface AnchorPin {
  readonly entity: string;
  readonly keys: readonly PublicJwk[];
}

export interface Initial {
  readonly folder: string;
  readonly entity: string;
  readonly country: string;
  readonly environment: string;
  readonly superiors: readonly string[];
}

/** Makes both keys and publishes. Throws `config-invalid` for a folder that holds an anchor already. Returns the fingerprint of the pin. */
export async function anchorInit({ folder, ...identity }: Initial, now: number): Promise<string> {
  if (existsSync(join(folder, 'register.json'))) throw new CausewayError('config-invalid', `${folder} holds an anchor already`);
  for (const id of [identity.entity, ...identity.superiors]) if (!isEntityId(id)) throw new CausewayError('config-invalid', `"${id}" is no entity id: write an https URL such as https://anchor.ee.example`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const offline = makeKey(join(folder, 'offline'), 'anchor.key.pem');
  const empty = { ...identity, anchorKey: publicJwk(offline), issuers: [], stated: [], notices: { number: 0, list: [] }, retired: [] };
  const anchor = { folder, register: addIssuer(empty, makeKey(join(folder, 'online')), now) };
  await keep(anchor);
  await publishConfiguration(anchor, offline, now);
  await publishStatements(await publishNotices(anchor, now), now);
  const pin: AnchorPin = { entity: identity.entity, keys: [anchor.register.anchorKey] };
  writeFileSync(join(folder, 'anchor.json'), `${JSON.stringify(pin, undefined, 2)}\n`);
  return fingerprintOf(pin);
}

export interface Issue extends Pick<Stated, 'kind' | 'names'> {
  readonly folder: string;
  /** The entity configuration as a file. */
  readonly file: string;
  /** Of entity and key, as its owner told it; not needed where the key is stated already. */
  readonly fingerprint?: string;
}

/** States an entity, for the first time or with changed keys. Throws `config-invalid` for another fingerprint, and the codes of `stateEntity`. */
export async function anchorIssue({ folder, file, fingerprint, ...as }: Issue, now: number): Promise<Stated> {
  const anchor = readAnchor(folder);
  const compact = readFileSync(file, 'utf8').trim();
  const { register, stated } = await stateEntity(anchor.register, compact, as, now);
  const signer = stated.keys.find(({ kid }) => kid === readConfiguration(compact).document.kid);
  const known = anchor.register.stated.some((one) => one.entity === stated.entity && one.keys.some((key) => signer !== undefined && sameKey(key, signer)));
  const found = fingerprintOf({ entity: stated.entity, keys: signer === undefined ? [] : [signer] });
  if (!known && (fingerprint === undefined || !sameFingerprint(fingerprint, found))) throw new CausewayError('config-invalid', `${file} is of ${stated.entity} with fingerprint\n  ${found}\ncompare it with what its owner says over another way, and give that as --fingerprint`);
  await save({ ...anchor, register }, now);
  return stated;
}

/** Agrees that `superior`, an anchor abroad, states this one: our half of the consent. Needs the offline key. */
export async function anchorConsent(folder: string, superior: string, offlineFile: string | undefined, now: number): Promise<void> {
  if (!isEntityId(superior)) throw new CausewayError('config-invalid', `"${superior}" is no entity id`);
  const anchor = readAnchor(folder);
  const next = { ...anchor, register: { ...anchor.register, superiors: [...new Set([...anchor.register.superiors, superior])] } };
  const offline = offlineKey(next, offlineFile);
  await keep(next);
  await publishConfiguration(next, offline, now);
}

/** Names whom gateways of this country believe as issuers of trust marks of a type; nobody: takes the type away. Needs the offline key. */
export async function anchorMarkIssuers({ folder, type, issuers }: { readonly folder: string; readonly type: string; readonly issuers: readonly string[] }, offlineFile: string | undefined, now: number): Promise<void> {
  for (const issuer of issuers) if (!isEntityId(issuer)) throw new CausewayError('config-invalid', `"${issuer}" is no entity id`);
  const anchor = readAnchor(folder);
  const { [type]: _, ...others } = anchor.register.markIssuers ?? {};
  const next = { ...anchor, register: { ...anchor.register, markIssuers: issuers.length === 0 ? others : { ...others, [type]: issuers } } };
  const offline = offlineKey(next, offlineFile);
  await keep(next);
  await publishConfiguration(next, offline, now);
}

/** A trust mark for a gateway that this anchor states, for `days`: goes into the gateway's `federation.trustMarks`. Throws `config-invalid` for an entity that is not stated. */
export async function anchorMark({ folder, entity, type, days }: { readonly folder: string; readonly entity: string; readonly type: string; readonly days: number }, now: number): Promise<string> {
  const anchor = readAnchor(folder);
  if (!anchor.register.stated.some((one) => one.entity === entity)) throw new CausewayError('config-invalid', `${entity} is not stated by ${anchor.register.entity}`);
  const iat = Math.floor(now / 1000);
  return signMark({ iss: anchor.register.entity, sub: entity, type, iat, exp: iat + days * 86_400 }, issuerKey(anchor));
}

/** Signs statements and notices anew: daily, by a timer. With the offline key, the configuration too: yearly, by a person. */
export async function anchorRenew(folder: string, offlineFile: string | undefined, now: number): Promise<readonly string[]> {
  const anchor = readAnchor(folder);
  if (offlineFile !== undefined) await publishConfiguration(anchor, offlineKey(anchor, offlineFile), now);
  await save(anchor, now);
  const left = configurationEnd(anchor) - now;
  return left > SOON_MS ? [] : [`the configuration of ${anchor.register.entity} expires at ${new Date(configurationEnd(anchor)).toISOString()}: renew it with --offline-key`];
}

/** Every few minutes, by a timer: a list that is late is noticed abroad. Returns its number. */
export async function anchorNotices(folder: string, now: number): Promise<number> {
  return (await publishNotices(readAnchor(folder), now)).register.notices.number;
}

/** Takes an entity, or one key of it, out of trust; acts when the gateways next look, within a minute. Returns the number of the list. */
export async function anchorWithdraw({ folder, ...what }: { readonly folder: string; readonly entity: string; readonly key?: string; readonly reason: string }, now: number): Promise<number> {
  const anchor = readAnchor(folder);
  const next = { ...anchor, register: withdraw(anchor.register, what, now) };
  // The list first: it is what acts at once.
  const published = await publishNotices(next, now);
  await publishStatements(published, now);
  return published.register.notices.number;
}

/** `publish`: makes the next online key and certifies it beside the one in use. `switch`: goes over to it. Both need the offline key. */
export async function anchorRotate(folder: string, step: 'publish' | 'switch', offlineFile: string | undefined, now: number): Promise<string> {
  const anchor = readAnchor(folder);
  const offline = offlineKey(anchor, offlineFile);
  if (step === 'publish' && anchor.register.issuers.length > 1) throw new CausewayError('config-invalid', 'the next key is published already: switch to it');
  const register = step === 'publish' ? addIssuer(anchor.register, makeKey(join(folder, 'online')), now) : switchIssuer(anchor.register, now);
  const next = { ...anchor, register };
  await keep(next);
  if (step === 'publish') await publishConfiguration(next, offline, now);
  await save(next, now);
  // Statements of the next key stand before the one of the old key stops being named.
  if (step === 'switch') await publishConfiguration(next, offline, now);
  return register.issuers.at(-1)?.jwk.kid ?? '';
}

export interface AnchorReport {
  readonly entity: string;
  readonly country: string;
  readonly environment: string;
  readonly superiors: readonly string[];
  readonly configurationUntil: string;
  readonly issuers: readonly string[];
  readonly stated: readonly { readonly entity: string; readonly kind: Stated['kind']; readonly keys: readonly string[]; readonly names: readonly string[] }[];
  readonly notices: { readonly number: number; readonly list: readonly object[] };
}

export function anchorList(folder: string): AnchorReport {
  const anchor = readAnchor(folder);
  const { entity, country, environment, superiors, issuers, stated, notices } = anchor.register;
  return {
    entity,
    country,
    environment,
    superiors,
    configurationUntil: new Date(configurationEnd(anchor)).toISOString(),
    issuers: issuers.map(({ jwk }) => jwk.kid),
    stated: stated.map((one) => ({ ...one, keys: one.keys.map(({ kid }) => kid) })),
    notices,
  };
}

const SOON_MS = (LIFETIMES.configuration * 1000) / 6;

function configurationEnd({ folder }: AnchorFolder): number {
  return readConfiguration(readFileSync(join(folder, PUBLIC, CONFIGURATION_PATH), 'utf8')).claims.exp * 1000;
}

async function save(anchor: AnchorFolder, now: number): Promise<void> {
  await keep(anchor);
  await publishStatements(await publishNotices(anchor, now), now);
}

function sameKey(a: PublicJwk, b: PublicJwk): boolean {
  return a.kid === b.kid && a.x === b.x && a.y === b.y;
}
