/** May this member call this service, for this purpose, now? Exact grants of the link, default deny, quotas, suspension. */
import { CausewayError } from '../errors.ts';
import { acceptedVersion, findGrant, versionInForce } from '../federation/link.ts';
import type { Asked, Grant, Granted, Leg, Link, LinkVersion } from '../federation/link.ts';
import { checkLeg } from '../federation/open.ts';
import { checkAge } from '../federation/statement.ts';
import type { AgeTolerance, Authentic } from '../federation/statement.ts';
import { parseFederated } from '../mapping/federated.ts';
import type { ImportedService } from '../mapping/mappings.ts';
import { canonicalJson } from '../platform/canonical-json.ts';

/** One allowed use of the link, found for one message. */
export interface Use {
  readonly link: Link;
  readonly version: LinkVersion;
  readonly grant: Granted;
}

/** Counts exchanges a minute by grant; in memory: after a restart the minute starts anew. */
export class Quotas {
  readonly #counts = new Map<string, number>();
  #minute = 0;

  /** Throws `quota-exceeded` with the time from which the next minute counts. */
  take(grant: Grant, now: number): void {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    // Not by the grant object: both versions of the link that are accepted around a change share one quota.
    const key = canonicalJson([grant.client, grant.service, grant.operation, grant.purpose]);
    const used = this.#counts.get(key) ?? 0;
    if (used >= grant.quota) throw new CausewayError('quota-exceeded', `${grant.client} has used its ${grant.quota} exchanges of this minute`, { facts: { until: rfc3339((minute + 1) * 60_000) } });
    this.#counts.set(key, used + 1);
  }
}

/** Our member asks abroad. `client` is its federated identifier; `purposes` are those that its message carries, where its platform knows them. Throws `not-allowed`, `suspended`, `link-mismatch`, `dependency-lost`. */
export function authoriseOutbound(client: string, service: ImportedService, purposes: readonly string[], link: Link, now: number): Use {
  const version = versionInForce(link, now);
  checkSuspension(link, { leg: 'outbound', client, service: service.service });
  const purpose = service.purposes.toLink(purposes);
  const grant = findGrant(version.out, { client, service: service.service, operation: service.operation, ...(purpose === undefined ? {} : { purpose }) });
  link.requires?.(grant);
  return { link, version, grant };
}

/**
 * A peer asks: the receiver's order from the age to the budget (protocol.md). Throws `clock-skew`, `link-mismatch`, `suspended`,
 * `leg-mismatch`, `identifier-foreign`, `not-allowed`, `dependency-lost`, `quota-exceeded`, `too-large`, `budget-too-small`.
 */
export function authoriseInbound(statement: Authentic<'causeway-request+jwt'>, link: Link, quotas: Quotas, tolerance: AgeTolerance, now: number): Use {
  const { claims } = statement;
  checkAge(claims, tolerance, now);
  const version = acceptedVersion(link, claims.link, claims.iat * 1000);
  checkSuspension(link, { leg: 'inbound', client: claims.client, service: claims.service });
  checkCountries(claims.client, claims.service, version.in);
  const grant = findGrant(version.in, claims);
  checkLeg(statement, grant);
  link.requires?.(grant);
  quotas.take(grant, now);
  if (claims.payload.bytes > sealedLimit(grant.maxBytes)) throw new CausewayError('too-large', `a payload of ${claims.payload.bytes} bytes`, { facts: { hint: `The link allows ${grant.maxBytes} bytes.` } });
  if (claims.budget < grant.minBudget) throw new CausewayError('budget-too-small', `budget ${claims.budget} ms, the service needs ${grant.minBudget} ms`, { facts: { hint: `The service needs ${grant.minBudget} ms.` } });
  return { link, version, grant };
}

/** Bytes that a sealed payload may have when its plaintext has `maxBytes`: chunk tags, base64 of the manifest, frames. */
export function sealedLimit(maxBytes: number): number {
  return Math.ceil(maxBytes * 1.4) + 64 * 1024;
}

function checkCountries(client: string, service: string, leg: Leg): void {
  for (const [identifier, country] of [[client, leg.from], [service, leg.to]] as const) {
    if (parseFederated(identifier)?.country !== country) throw new CausewayError('identifier-foreign', `"${identifier}" does not lie in ${country}`);
  }
}

function checkSuspension({ id, settings, stopped }: Link, asked: Asked): void {
  const suspension = settings.suspended ?? stopped?.(asked);
  if (suspension === undefined) return;
  const { reason, until } = suspension;
  throw new CausewayError('suspended', `link "${id}" is suspended, or what is asked on it: ${reason}`, { facts: until === undefined ? {} : { until } });
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
