/** A country's anchor (OpenID Federation 1.0): what it knows, and the documents that it signs. Pure: files are the command line's. */
import { publicJwk, signDocument } from '../crypto/signed-document.ts';
import type { PublicJwk } from '../crypto/signed-document.ts';
import type { Signer } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { isEntityId, readConfiguration, verifyStatement } from './entity-statement.ts';
import { ENTITY_TYPE, SEALING_ALGORITHMS, SIGNING_ALGORITHMS } from './gateway-metadata.ts';
import { signNotices } from './notices.ts';
import type { Notice } from './notices.ts';

const DAY_S = 24 * 60 * 60;
/** Seconds. The configuration certifies the issuer key, and needs the offline key; no weekend closes a border. */
export const LIFETIMES = { configuration: 365 * DAY_S, statement: 14 * DAY_S, notices: 15 * 60 } as const;

/** An entity that the anchor states. */
export interface Stated {
  readonly entity: string;
  /** Another country's anchor may state gateways in its turn, under `names` alone. */
  readonly kind: 'gateway' | 'anchor';
  readonly keys: readonly PublicJwk[];
  /** DNS names, with a leading period for all below; of an anchor at least one. */
  readonly names: readonly string[];
}

export interface RetiredKey {
  readonly jwk: PublicJwk;
  /** Seconds. */
  readonly iat: number;
  readonly exp: number;
  readonly reason: 'superseded' | 'compromised' | 'unspecified';
}

/** Everything that an anchor remembers; without its private keys. */
export interface AnchorRegister {
  readonly entity: string;
  readonly country: string;
  readonly environment: string;
  /** Anchors abroad that may state this one (`authority_hints`): its half of a consent. */
  readonly superiors: readonly string[];
  readonly anchorKey: PublicJwk;
  /** Online keys, the one in use first. */
  readonly issuers: readonly { readonly jwk: PublicJwk; readonly since: number }[];
  readonly stated: readonly Stated[];
  readonly notices: { readonly number: number; readonly list: readonly Notice[] };
  readonly retired: readonly RetiredKey[];
  /** Whom gateways of this country believe as issuers of trust marks, by type; none where it is absent. */
  readonly markIssuers?: Readonly<Record<string, readonly string[]>>;
}

/** The anchor's own configuration: certifies its issuer keys for a year. Needs the offline key. `now`: UTC milliseconds. */
export function anchorConfiguration({ entity, country, superiors, anchorKey, issuers, markIssuers }: AnchorRegister, offline: Signer, now: number): Promise<string> {
  const jwks = { keys: [anchorKey, ...issuers.map(({ jwk }) => jwk)] };
  const hints = superiors.length === 0 ? {} : { authority_hints: superiors };
  return signDocument('entity-statement+jwt', { iss: entity, sub: entity, ...lasting(LIFETIMES.configuration, now), jwks, ...hints, ...(markIssuers === undefined ? {} : { trust_mark_issuers: markIssuers }), metadata: { federation_entity: { organization_name: `Federation anchor of ${country}` } } }, offline);
}

/** What the anchor says of one that it states. */
export function subordinateStatement({ entity: iss, environment, country }: AnchorRegister, { entity: sub, kind, keys, names }: Stated, issuer: Signer, now: number): Promise<string> {
  const naming = names.length === 0 ? {} : { naming_constraints: { permitted: names } };
  const fixed = (value: string) => ({ one_of: [value], essential: true });
  const algorithms = { signing_algorithms: { subset_of: SIGNING_ALGORITHMS, essential: true }, sealing_algorithms: { subset_of: SEALING_ALGORITHMS, essential: true } };
  const policy = { environment: fixed(environment), ...(kind === 'gateway' ? { country: fixed(country) } : {}), ...algorithms };
  const constraints = { max_path_length: kind === 'anchor' ? 1 : 0, ...naming, allowed_entity_types: [ENTITY_TYPE] };
  return signDocument('entity-statement+jwt', { iss, sub, ...lasting(LIFETIMES.statement, now), jwks: { keys }, constraints, metadata_policy: { [ENTITY_TYPE]: policy } }, issuer);
}

/**
 * The next notice list. Its number is at least the time in seconds, so that an anchor that comes back from a backup does not fall behind what
 * gateways have seen.
 */
export async function nextNotices(register: AnchorRegister, issuer: Signer, now: number): Promise<{ readonly compact: string; readonly register: AnchorRegister }> {
  const number = Math.max(register.notices.number + 1, Math.floor(now / 1000));
  const compact = await signNotices({ iss: register.entity, ...lasting(LIFETIMES.notices, now), number, notices: [...register.notices.list] }, issuer);
  return { compact, register: { ...register, notices: { ...register.notices, number } } };
}

/** Keys that the anchor used before (OpenID Federation 1.0, section 8.7). */
export function historicalKeys({ entity, retired }: AnchorRegister, issuer: Signer, now: number): Promise<string> {
  const keys = retired.map(({ jwk, iat, exp, reason }) => ({ ...jwk, iat, exp, revoked: { revoked_at: exp, reason } }));
  return signDocument('jwk-set+jwt', { iss: entity, iat: Math.floor(now / 1000), keys }, issuer);
}

/**
 * Takes an entity into the register by its own configuration, which proves that it holds its keys; that they are its own, people have
 * compared. Throws `chain-malformed`, `chain-untrusted`, `chain-expired`, and `config-invalid` for an anchor without names or an entity outside.
 */
export async function stateEntity(register: AnchorRegister, compact: string, as: Pick<Stated, 'kind' | 'names'>, now: number): Promise<{ readonly register: AnchorRegister; readonly stated: Stated }> {
  const read = readConfiguration(compact);
  const { sub: entity, jwks, authority_hints: hints = [] } = read.claims;
  await verifyStatement(read, jwks.keys, now);
  if (entity === register.entity) throw new CausewayError('config-invalid', 'an anchor does not state itself');
  if (!hints.includes(register.entity)) throw new CausewayError('chain-untrusted', `${entity} does not name ${register.entity} in authority_hints: it has not agreed to be stated`);
  if (as.kind === 'anchor' && as.names.length === 0) throw new CausewayError('config-invalid', 'an anchor is stated with the names that it may vouch for (--names)');
  const stated = { entity, ...as, keys: jwks.keys };
  // Stated again after it was withdrawn: the notice would go on against it.
  const list = register.notices.list.filter((notice) => notice.entity !== entity || notice.key !== undefined);
  return { register: { ...register, notices: { ...register.notices, list }, stated: [...register.stated.filter((one) => one.entity !== entity), stated] }, stated };
}

/** `key`: withdraws that key alone. The entity's statement ends with it only where the whole entity is withdrawn. */
export function withdraw(register: AnchorRegister, { entity, key, reason }: Omit<Notice, 'at'>, now: number): AnchorRegister {
  if (!isEntityId(entity)) throw new CausewayError('config-invalid', `"${entity}" is no entity id`);
  const notice: Notice = { entity, ...(key === undefined ? {} : { key }), at: Math.floor(now / 1000), reason };
  const stated = key === undefined ? register.stated.filter((one) => one.entity !== entity) : register.stated;
  return { ...register, stated, notices: { ...register.notices, list: [...register.notices.list, notice] } };
}

/** Publishes a further issuer key; it is used from `switchIssuer` on, when other anchors have stated it. */
export function addIssuer(register: AnchorRegister, key: Signer, now: number): AnchorRegister {
  return { ...register, issuers: [...register.issuers, { jwk: publicJwk(key), since: Math.floor(now / 1000) }] };
}

/** The newest issuer key alone goes on; the others become historical. */
export function switchIssuer(register: AnchorRegister, now: number): AnchorRegister {
  const [next, ...before] = register.issuers.toReversed();
  if (next === undefined || before.length === 0) throw new CausewayError('config-invalid', 'there is no further issuer key: publish one first');
  const exp = Math.floor(now / 1000);
  return { ...register, issuers: [next], retired: [...register.retired, ...before.map(({ jwk, since }) => ({ jwk, iat: since, exp, reason: 'superseded' as const }))] };
}

function lasting(seconds: number, now: number): { iat: number; exp: number } {
  const iat = Math.floor(now / 1000);
  return { iat, exp: iat + seconds };
}
