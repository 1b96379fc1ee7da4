/** Making the federation keys of a gateway, one file a role (protocol.md, "Trust"): each role has its own key. */
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodedKey } from './keys.ts';
import { createAuthority } from './pki.ts';
import { makeMldsa44 } from './mldsa.ts';
import { sealUnderPassphrase } from './sealed-secret.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export interface GatewayKeyFiles {
  /** Signs the entity configuration, under the federation's trust alone. */
  readonly entity: string;
  readonly statement: string;
  readonly encryption: string;
  readonly tlsKey: string;
  readonly tlsCertificate: string;
  readonly log: string;
  readonly witness: string;
  /** Not made where this Node does not know the algorithm. */
  readonly witnessMldsa44: string;
  /** Signs interval notes alone. */
  readonly interval: string;
  readonly evidence: string;
}

export function gatewayKeyFiles(folder: string): GatewayKeyFiles {
  const file = (name: string) => join(folder, name);
  return { entity: file('entity.key.pem'), statement: file('statement.key.pem'), encryption: file('encryption.key.pem'), tlsKey: file('federation-tls.key.pem'), tlsCertificate: file('federation-tls.cert.pem'), log: file('log.key.pem'), witness: file('witness.key.pem'), witnessMldsa44: file('witness-mldsa44.key.pem'), interval: file('interval.key.pem'), evidence: file('evidence.kek') };
}

/** Makes what is missing in `folder`, readable by this user alone, and encrypted where there is a passphrase; never replaces a key. `now`: UTC milliseconds, start of the TLS certificate. */
export async function makeGatewayKeys(folder: string, host: string, now: number, passphrase?: string): Promise<GatewayKeyFiles> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = gatewayKeyFiles(folder);
  const pem = (key: KeyObject) => encodedKey(key, passphrase);
  const p256 = () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const ed25519 = () => pem(generateKeyPairSync('ed25519').privateKey);
  for (const [file, make] of [[files.entity, p256], [files.statement, p256], [files.encryption, p256], [files.log, ed25519], [files.witness, ed25519], [files.interval, ed25519]] as const) {
    if (!existsSync(file)) writeSecret(file, make());
  }
  if (!existsSync(files.evidence)) writeSecret(files.evidence, await newKek(passphrase));
  const second = existsSync(files.witnessMldsa44) ? undefined : makeMldsa44();
  if (second !== undefined) writeSecret(files.witnessMldsa44, pem(second));
  if (!existsSync(files.tlsKey) || !existsSync(files.tlsCertificate)) {
    const tls = createAuthority({ subject: [['CN', host]], algorithm: 'P-256', notBefore: now, notAfter: now + 2 * YEAR_MS });
    writeSecret(files.tlsKey, pem(createPrivateKey(tls.key)));
    writeFileSync(files.tlsCertificate, tls.certificate);
  }
  return files;
}

/** A key-encryption key of the evidence as its file holds it. */
async function newKek(passphrase?: string): Promise<string> {
  const kek = randomBytes(32).toString('base64');
  return `${passphrase === undefined ? kek : await sealUnderPassphrase(kek, passphrase)}\n`;
}

function writeSecret(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
}
