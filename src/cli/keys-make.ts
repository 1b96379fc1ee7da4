/** `causeway keys make`: every key of a gateway, one a role. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeGatewayKeys } from '../crypto/gateway-keys.ts';
import { KeyFiles, readPassphrase } from '../crypto/key-files.ts';
import { encodedKey } from '../crypto/keys.ts';
import { publicParts } from '../crypto/public-parts.ts';
import { mldsa44Key, rawMldsa44 } from '../crypto/mldsa.ts';
import { createAuthority } from '../crypto/pki.ts';
import { spkiPin } from '../platform/spki.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export interface MadeKeys {
  /** Role and file. */
  readonly files: Readonly<Record<string, string>>;
  /** Role and public part: key id, base64 key or pin; nothing secret. */
  readonly public: Readonly<Record<string, string>>;
}

/** Keeps what is there. `now`: UTC milliseconds, start of the TLS certificates, which last two years. */
export async function makeKeys({ out, host, domesticHost, passphrase: file }: { readonly out: string; readonly host: string; readonly domesticHost?: string; readonly passphrase?: string }, now: number): Promise<MadeKeys> {
  const passphrase = file === undefined ? undefined : readPassphrase(file);
  const files = await makeGatewayKeys(out, host, now, passphrase);
  const keys = new KeyFiles(file);
  const domestic = domesticHost === undefined ? undefined : makeDomesticIdentity(out, domesticHost, now, passphrase);
  // Entity, country and window belong to an export; here only the keys are shown.
  const { trust } = publicParts(files, { entity: '', country: '' }, { notBefore: now, notAfter: now }, keys);
  return {
    files: { ...files, ...domestic },
    public: {
      statement: trust.statement[0]!.kid,
      encryption: trust.encryption[0]!.kid,
      tls: trust.tls[0]!.spki,
      log: trust.log.key,
      witness: trust.witness.key,
      ...(trust.interval === undefined ? {} : { interval: trust.interval.key }),
      ...(existsSync(files.witnessMldsa44) ? { witnessMldsa44: Buffer.from(rawMldsa44(mldsa44Key(readFileSync(files.witnessMldsa44), 'second witness', passphrase))).toString('base64') } : {}),
      ...(domestic === undefined ? {} : { domesticTls: spkiPin(new X509Certificate(readFileSync(domestic.domesticTlsCertificate)).publicKey) }),
    },
  };
}

function makeDomesticIdentity(folder: string, host: string, now: number, passphrase: string | undefined): { domesticTlsKey: string; domesticTlsCertificate: string } {
  const files = { domesticTlsKey: join(folder, 'domestic-tls.key.pem'), domesticTlsCertificate: join(folder, 'domestic-tls.cert.pem') };
  if (existsSync(files.domesticTlsKey)) return files;
  const { key, certificate } = createAuthority({ subject: [['CN', host]], algorithm: 'P-256', notBefore: now, notAfter: now + 2 * YEAR_MS });
  writeFileSync(files.domesticTlsKey, encodedKey(createPrivateKey(key), passphrase), { mode: 0o600, flag: 'wx' });
  writeFileSync(files.domesticTlsCertificate, certificate);
  return files;
}

export function renderKeys({ files, public: parts }: MadeKeys): string {
  const table = (rows: Readonly<Record<string, string>>): string[] => Object.entries(rows).map(([role, value]) => `  ${role.padEnd(24)}${value}`);
  return ['files', ...table(files), 'public parts', ...table(parts)].join('\n');
}
