/** A chain of trust, from an entity up to the anchor whose keys are pinned here (OpenID Federation 1.0, sections 4 and 10.2). */
import { sha256Base64url } from '../crypto/digest.ts';
import { jwkThumbprint } from '../crypto/signed-document.ts';
import type { PublicJwk } from '../crypto/signed-document.ts';
import { CausewayError } from '../errors.ts';
import { allowedTypes, checkConstraints } from './constraints.ts';
import { readConfiguration, readSubordinate, verifyStatement } from './entity-statement.ts';
import type { ConfigurationClaims, Metadata, SubordinateClaims, Unverified } from './entity-statement.ts';
import { applyPolicy, mergePolicies } from './metadata-policy.ts';
import type { MetadataPolicy } from './metadata-policy.ts';

/** An anchor as it is pinned: its keys come from a file that people compared, never from the network. */
export interface PinnedAnchor {
  readonly entity: string;
  readonly keys: readonly PublicJwk[];
}

/** Compact JWS, the subject's first: configuration `n` is of the issuer of statement `n - 1`, the last one the anchor's. */
export interface ChainDocuments {
  readonly configurations: readonly string[];
  readonly statements: readonly string[];
}

/** A superior in a verified chain, with the keys under which its statements and notice lists are believed. */
export interface Superior {
  readonly entity: string;
  readonly keys: readonly PublicJwk[];
}

export interface VerifiedChain {
  readonly documents: ChainDocuments;
  readonly subject: string;
  readonly configuration: ConfigurationClaims;
  /** Of the subject, under the policies and constraints of all superiors. */
  readonly metadata: Metadata;
  /** Entity keys that the immediate superior states, and that the subject itself still names. */
  readonly keys: readonly PublicJwk[];
  /** From the immediate superior to the anchor. */
  readonly superiors: readonly Superior[];
  /** Each key that signed one of the documents. */
  readonly signers: readonly { readonly entity: string; readonly kid: string }[];
  /** When each entity issued its configuration, in seconds. */
  readonly issuedBy: readonly { readonly entity: string; readonly iat: number }[];
  /** Issuers of trust marks by type, as the anchor says. */
  readonly trustMarkIssuers: Readonly<Record<string, readonly string[]>>;
  /** UTC milliseconds: the earliest issue and the earliest expiry of all documents. */
  readonly issued: number;
  readonly expires: number;
  /** base64url SHA-256 over all documents in order. */
  readonly digest: string;
}

interface Read {
  readonly configurations: readonly Unverified<ConfigurationClaims>[];
  readonly statements: readonly Unverified<SubordinateClaims>[];
}

/**
 * Verifies from the anchor down: every key comes from the statement of the superior above it, the anchor's from its pin. An entity's own
 * configuration can only take keys away. `now`: UTC milliseconds. Throws `chain-malformed`, `chain-untrusted`, `chain-expired`, `too-large`.
 */
export async function verifyChain(documents: ChainDocuments, anchor: PinnedAnchor, now: number): Promise<VerifiedChain> {
  const read: Read = { configurations: documents.configurations.map(readConfiguration), statements: documents.statements.map(readSubordinate) };
  const path = read.configurations.map(({ claims }) => claims.sub);
  checkPath(read, path, anchor);
  const entities = await verifyDownwards(read, anchor, now);
  const [subject, ...superiors] = entities as [Superior, ...Superior[]];
  for (const [index, { claims }] of read.statements.entries()) checkConstraints(claims.constraints ?? {}, claims.iss, { path: path.slice(0, index + 1) });
  const all = [...read.configurations, ...read.statements];
  const { claims: configuration } = at(read.configurations, 0);
  return {
    documents,
    subject: subject.entity,
    configuration,
    metadata: resolveMetadata(configuration, read.statements.map(({ claims }) => claims)),
    keys: subject.keys,
    superiors,
    signers: all.map(({ document, claims }) => ({ entity: claims.iss, kid: document.kid })),
    issuedBy: read.configurations.map(({ claims }) => ({ entity: claims.sub, iat: claims.iat })),
    trustMarkIssuers: at(read.configurations, path.length - 1).claims.trust_mark_issuers ?? {},
    issued: Math.min(...all.map(({ claims }) => claims.iat * 1000)),
    expires: Math.min(...all.map(({ claims }) => claims.exp * 1000)),
    digest: sha256Base64url(all.map(({ document }) => document.compact).join('\n')),
  };
}

/** Each is stated by the next, names it as its superior, and stands there once. */
function checkPath({ configurations, statements }: Read, path: readonly string[], anchor: PinnedAnchor): void {
  if (path.at(-1) !== anchor.entity || path.length < 2 || statements.length !== path.length - 1) throw new CausewayError('chain-malformed', `the chain ${path.join(' < ')} does not end at ${anchor.entity}`);
  if (new Set(path).size !== path.length) throw new CausewayError('chain-untrusted', `the chain ${path.join(' < ')} is a loop`);
  for (const [index, { claims }] of statements.entries()) {
    const [subject, superior] = [at(configurations, index).claims, path[index + 1] ?? ''];
    if (claims.sub !== subject.sub || claims.iss !== superior) throw new CausewayError('chain-malformed', `a statement of ${claims.iss} about ${claims.sub} where one of ${superior} about ${subject.sub} must stand`);
    if (subject.authority_hints?.includes(superior) !== true) throw new CausewayError('chain-untrusted', `${subject.sub} does not name ${superior} as its superior`);
    // Whoever may state others for us is held to the names of its own country.
    if (index > 0 && claims.constraints?.naming_constraints?.permitted === undefined) throw new CausewayError('chain-untrusted', `${superior} states ${subject.sub} without the names that it may vouch for`);
  }
}

/** From the anchor to the subject; returned in the order of the chain. */
async function verifyDownwards({ configurations, statements }: Read, anchor: PinnedAnchor, now: number): Promise<Superior[]> {
  const entities: Superior[] = [];
  let vouched = anchor.keys;
  for (let index = configurations.length - 1; index >= 0; index -= 1) {
    const configuration = at(configurations, index);
    const pinned = index === configurations.length - 1;
    await verifyStatement(configuration, vouched, now);
    const keys = pinned ? configuration.claims.jwks.keys : stillNamed(vouched, configuration.claims.jwks.keys);
    entities.unshift({ entity: configuration.claims.sub, keys });
    if (index === 0) break;
    const statement = at(statements, index - 1);
    await verifyStatement(statement, keys, now);
    vouched = statement.claims.jwks.keys;
  }
  return entities;
}

function stillNamed(vouched: readonly PublicJwk[], own: readonly PublicJwk[]): readonly PublicJwk[] {
  const named = new Set(own.map((key) => `${key.kid} ${jwkThumbprint(key)}`));
  return vouched.filter((key) => named.has(`${key.kid} ${jwkThumbprint(key)}`));
}

/** The immediate superior's own values first, then the merged policy, then what types are allowed (6.1.4, 6.2.3). */
function resolveMetadata(configuration: ConfigurationClaims, statements: readonly SubordinateClaims[]): Metadata {
  const [superior] = statements;
  const given = (configuration.metadata ?? {}) as Metadata;
  const stated = (superior?.metadata ?? {}) as Metadata;
  const overridden = Object.fromEntries(Object.entries(given).map(([type, parameters]) => [type, { ...parameters, ...stated[type] }]));
  const policy = mergePolicies(statements.map(({ metadata_policy: own }) => (own ?? {}) as MetadataPolicy).toReversed());
  return statements.reduce((metadata: Metadata, { constraints }) => allowedTypes(metadata, constraints ?? {}), applyPolicy(overridden, policy));
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new CausewayError('chain-malformed', 'the chain is empty');
  return item;
}
