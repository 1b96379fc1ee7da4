/** `causeway trust export` and `import`: the exchange of public keys, proven by a fingerprint that travels another way. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGateway, readTrustFile } from '../config/config.ts';
import type { TrustFile } from '../config/trust-file.ts';
import { rawPublic } from '../crypto/public-parts.ts';
import type { PublicParts } from '../crypto/public-parts.ts';
import { CausewayError } from '../errors.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { shownKeys } from '../trust/own/published-keys.ts';
import { fingerprintOf, sameFingerprint } from '../platform/fingerprint.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface ExportedTrust {
  /** JSON for the peer. */
  readonly document: string;
  readonly fingerprint: string;
}

/**
 * Needs no link yet: its keys go into the agreement. While a key is being changed, the next one is shown too. `earlier`: a file exported before, whose statement and TLS keys the peer shall go on
 * accepting while we change over; never its encryption keys, of which we hold one at a time. `now`: UTC milliseconds. Throws `config-invalid`.
 */
export async function exportTrust(folder: string, days: number, now: number, earlier?: string): Promise<ExportedTrust> {
  const config = readGateway(folder);
  const { gateway, keys } = config;
  const trust = await OwnKeys.with(config, async (own) => ({
    entity: gateway.entity,
    country: gateway.country,
    ...shownKeys(own.published, { notBefore: now, notAfter: now + days * DAY_MS }),
    log: { key: rawPublic((await own.store.ed25519(keys.log, 'log')).key) },
    witness: { key: rawPublic((await own.store.ed25519(keys.witness, 'witness')).key) },
  }));
  const exported = earlier === undefined ? trust : withKeysOf(readTrustFile(earlier), trust);
  return { document: JSON.stringify(exported, undefined, 2), fingerprint: fingerprintOf(exported) };
}

function withKeysOf(earlier: TrustFile, trust: PublicParts['trust']): PublicParts['trust'] {
  if (earlier.entity !== trust.entity) throw new CausewayError('config-invalid', `the earlier export is of ${earlier.entity}, not of ${trust.entity}`);
  const statement = earlier.statement.filter(({ kid }) => trust.statement.every((key) => key.kid !== kid));
  const tls = earlier.tls.filter(({ spki }) => trust.tls.every((pin) => pin.spki !== spki));
  return { ...trust, statement: [...trust.statement, ...statement], tls: [...trust.tls, ...tls] };
}

/**
 * Stores a peer's file as `trust/<COUNTRY>.json` and returns what changed, as lines. Throws `config-invalid`, and stores nothing, for another
 * fingerprint, another form, or a file of our own country.
 */
export function importTrust(file: string, folder: string, fingerprint: string): string[] {
  const config = readGateway(folder);
  const imported = readTrustFile(file);
  const found = fingerprintOf(imported);
  if (!sameFingerprint(fingerprint, found)) throw new CausewayError('config-invalid', `${file} has fingerprint\n  ${found}, not\n  ${fingerprint}: it is not what the peer sent`);
  if (imported.country === config.gateway.country) throw new CausewayError('config-invalid', `${file} is of our own country, ${imported.country}`);
  const target = join(config.trust, `${imported.country}.json`);
  const before = existsSync(target) ? readTrustFile(target) : undefined;
  mkdirSync(config.trust, { recursive: true });
  writeFileSync(target, readFileSync(file));
  return [`${target}: keys of ${imported.entity}`, ...changes(before, imported)];
}

function changes(before: TrustFile | undefined, after: TrustFile): string[] {
  const [old, now] = [keysOf(before), keysOf(after)];
  const added = [...now].filter(([key]) => !old.has(key)).map(([key, until]) => `  + ${key} until ${until}`);
  const gone = [...old].filter(([key]) => !now.has(key)).map(([key]) => `  - ${key}`);
  const moved = [...now].filter(([key, until]) => old.has(key) && old.get(key) !== until).map(([key, until]) => `  ~ ${key} now until ${until}`);
  const all = [...added, ...gone, ...moved];
  return all.length === 0 ? ['  no change'] : all;
}

/** Role and key, and until when. */
function keysOf(trust: TrustFile | undefined): Map<string, string> {
  if (trust === undefined) return new Map();
  const keys = (['statement', 'encryption'] as const).flatMap((role) => trust[role].map(({ kid, notAfter }) => [`${role} ${kid}`, notAfter] as const));
  return new Map([...keys, ...trust.tls.map(({ spki, notAfter }) => [`tls ${spki}`, notAfter] as const)]);
}
