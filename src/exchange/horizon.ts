/** The expiry horizon: everything that a gateway relies on and that ends on a known day, ours and, as far as its files tell, the peer's, in one list. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrustFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { certificatesIn } from '../crypto/certificates.ts';
import { asCausewayError } from '../errors.ts';
import type { MappingSet } from '../mapping/mappings.ts';
import { diskUse } from '../platform/disk.ts';
import { STATE_FILE, anchorsKept } from '../trust/trust-state.ts';
import { revisionsOf } from './mappings/mapping-changes.ts';

const DAY_MS = 86_400_000;
const GiB = 1024 ** 3;

export interface HorizonItem {
  readonly what: string;
  /** Subject, key id, version: which one of several. */
  readonly about: string;
  /** The file or folder that an operator replaces. */
  readonly file: string;
  /** UTC milliseconds; absent where no end can be told, and `problem` or `about` says why. */
  readonly at?: number;
  /** `ends`: what relies on it fails afterwards. `changes`: something else is in force from then on, as planned. */
  readonly kind: 'ends' | 'changes';
  /** It cannot be read: what relies on it fails at the next start, if not before. */
  readonly problem?: string;
}

type Services = Pick<MappingSet, 'imported' | 'exported'>;

interface CertificateRule {
  readonly what: string;
  /** Sets of files. */
  readonly files: (config: GatewayConfig) => readonly (readonly (string | undefined)[])[];
  /** One valid certificate of a set is enough: one that has expired beside it is only left over. */
  readonly oneSuffices?: true;
}

/** Which files of gateway.yaml hold certificates. */
const CERTIFICATES: readonly CertificateRule[] = [
  { what: 'our TLS certificate towards peers', files: ({ keys }) => [[keys.tls.certificate]] },
  { what: 'our TLS certificate of the domestic listener', files: ({ listeners }) => [[listeners.domestic.tls.certificate]] },
  { what: 'our TLS certificate towards a security server', files: ({ home }) => home.securityServers.map(({ tls }) => [tls?.certificate]) },
  { what: 'our TLS certificate towards a service', files: ({ home }) => home.services.map(({ tls }) => [tls?.certificate]) },
  { what: 'our TLS certificate towards the authorisation server', files: ({ home }) => [[home.hub?.oauth?.tls.certificate]] },
  { what: 'our signing certificate as a member', files: ({ home }) => [[home.wss?.certificate, home.hub?.signatures?.certificate]] },
  { what: 'security server that may call us', files: ({ listeners }) => [listeners.domestic.tls.clients], oneSuffices: true },
  { what: 'security server that we call', files: ({ home }) => home.securityServers.map(({ tls }) => tls?.pins ?? []), oneSuffices: true },
  { what: 'service that we call', files: ({ home }) => home.services.map(({ tls }) => tls?.pins ?? []), oneSuffices: true },
  { what: 'authorisation server', files: ({ home }) => [home.hub?.oauth?.tls.pins ?? []], oneSuffices: true },
  { what: 'client that may call us', files: ({ home }) => home.clients.map(({ certificates }) => certificates), oneSuffices: true },
  { what: 'authority of signing certificates', files: ({ home }) => [home.wss?.authorities ?? [], home.hub?.signatures?.authorities ?? []] },
  { what: 'time-stamping authority', files: ({ timestamps }) => (timestamps?.authorities ?? []).map(({ roots }) => roots) },
];

const TRUSTED_KEYS = { statement: 'statement key of the peer', encryption: 'encryption key of the peer', tls: 'TLS key of the peer' } as const;

/** Soonest first, what cannot be read before all. `now`: UTC milliseconds. Never throws for a file that is missing or damaged: its line says so. */
export async function horizon(config: GatewayConfig, services: Services, now: number): Promise<readonly HorizonItem[]> {
  const items = [...certificates(config, now), ...trusted(config, now), ...links(config, now), ...mappings(config, services, now), await disk(config, now)];
  return items.sort((a, b) => rank(a) - rank(b));
}

/** Whole days that are left, rounded down: negative when it is over; undefined where no end is known. */
export function daysLeft({ at }: HorizonItem, now: number): number | undefined {
  return at === undefined ? undefined : Math.floor((at - now) / DAY_MS);
}

/** It ends within `days`, or cannot be read. Planned changes are no alarm. */
export function endsWithin(item: HorizonItem, days: number, now: number): boolean {
  return item.problem !== undefined || (item.kind === 'ends' && item.at !== undefined && item.at < now + days * DAY_MS);
}

function rank({ at = Infinity, problem }: HorizonItem): number {
  // No infinities: their difference would be no number.
  return problem === undefined ? Math.min(at, Number.MAX_SAFE_INTEGER) : -1;
}

function certificates(config: GatewayConfig, now: number): HorizonItem[] {
  const all = CERTIFICATES.flatMap(({ what, files, oneSuffices }) => files(config).flatMap((set) => {
    const items = set.flatMap((file) => (file === undefined ? [] : inFile(what, file)));
    return oneSuffices === undefined ? items : withoutLeftovers(items, now);
  }));
  // The same identity is often shown to several servers.
  return [...new Map(all.map((item) => [`${item.what}\n${item.about}\n${item.file}\n${item.at}`, item])).values()];
}

function inFile(what: string, file: string): HorizonItem[] {
  try {
    const all = certificatesIn(readFileSync(file));
    if (all.length === 0) throw new Error('holds no certificate in PEM');
    return all.map((der) => {
      const { subject, validToDate } = new X509Certificate(der);
      return { what, about: subject?.replaceAll('\n', ', ') ?? '', file, at: validToDate.getTime(), kind: 'ends' };
    });
  } catch (error) {
    return [{ what, about: '', file, kind: 'ends', problem: error instanceof Error ? error.message : String(error) }];
  }
}

function withoutLeftovers(items: readonly HorizonItem[], now: number): readonly HorizonItem[] {
  const lasting = items.filter(({ at }) => at !== undefined && at > now);
  return lasting.length === 0 ? items : items.filter((item) => item.problem !== undefined || lasting.includes(item));
}

function trusted({ links: all, gateway, trust, federation, data }: GatewayConfig, now: number): HorizonItem[] {
  // By chains, keys and statements renew themselves; what people renew are the anchors.
  const kept = join(data, STATE_FILE);
  if (federation !== undefined) return anchorsKept(kept).map(({ entity, until }) => ({ what: 'configuration of an anchor', about: entity, file: kept, at: until, kind: 'ends' }));
  const countries = new Set(all.flatMap(({ agreements }) => agreements.flatMap(({ parties }) => parties.map(({ country }) => country))));
  countries.delete(gateway.country);
  return [...countries].flatMap((country) => {
    const file = join(trust, `${country}.json`);
    try {
      const { statement, encryption, tls } = readTrustFile(file);
      const windows = { statement: statement.map(named(({ kid }) => kid)), encryption: encryption.map(named(({ kid }) => kid)), tls: tls.map(named(({ spki }) => spki)) };
      return (['statement', 'encryption', 'tls'] as const).flatMap((role) => withoutLeftovers(windows[role].map(({ about, at }) => ({ what: TRUSTED_KEYS[role], about, file, at, kind: 'ends' })), now));
    } catch (error) {
      return [{ what: 'keys of the peer', about: country, file, kind: 'ends', problem: asCausewayError(error).message }];
    }
  });
}

function named<K extends { readonly notAfter: string }>(name: (key: K) => string): (key: K) => { readonly about: string; readonly at: number } {
  return (key) => ({ about: name(key), at: Date.parse(key.notAfter) });
}

function links({ links: all }: GatewayConfig, now: number): HorizonItem[] {
  const items = all.flatMap(({ file, agreements, settings: { suspended } }): HorizonItem[] => [
    ...agreements.map(({ id, version, effective }): HorizonItem => ({ what: 'link version takes effect', about: `${id} version ${version}`, file, at: Date.parse(effective), kind: 'changes' })),
    ...(suspended?.until === undefined ? [] : [{ what: 'suspension was announced until', about: agreements[0].id, file, at: Date.parse(suspended.until), kind: 'changes' } as const]),
  ]);
  return items.filter(({ at = 0 }) => at > now);
}

/** A planned revision takes effect; a service whose last revision ends has none afterwards. */
function mappings({ mappings: file }: GatewayConfig, { imported, exported }: Services, now: number): HorizonItem[] {
  const planned = revisionsOf({ imported, exported })
    .filter(({ from }) => from > now)
    .map(({ id, revision, from }): HorizonItem => ({ what: 'mapping takes effect', about: `${id} revision ${revision}`, file, at: from, kind: 'changes' }));
  const ending = [...imported, ...exported].flatMap(({ service, revisions }): HorizonItem[] => {
    const at = Math.max(...revisions.map(({ to }) => to));
    return Number.isFinite(at) ? [{ what: 'last mapping of a service', about: service, file, at, kind: 'ends' }] : [];
  });
  return [...planned, ...ending];
}

async function disk({ data }: GatewayConfig, now: number): Promise<HorizonItem> {
  const item = { what: 'disk of the data folder', file: data, kind: 'ends' } as const;
  if (!existsSync(data)) return { ...item, about: 'not there: the gateway makes it at its first start' };
  const { free, fullAt } = await diskUse(data, now);
  return { ...item, about: `${(free / GiB).toFixed(1)} GiB free${fullAt === undefined ? ', too young to tell how fast it grows' : ''}`, ...(fullAt === undefined ? {} : { at: fullAt }) };
}
