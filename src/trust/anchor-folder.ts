/**
 * The folder of a country's anchor: `register.json`, keys in `offline` (carry it away) and `online`, and `public`, which any web server or the
 * gateway may hand out. What is published is signed before it is written, and the register is written first: after a crash the command is
 * given again.
 */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../crypto/jws.ts';
import { statementKey, thumbprint } from '../crypto/keys.ts';
import { CausewayError } from '../errors.ts';
import { writeDurably } from '../platform/durable-file.ts';
import { anchorConfiguration, historicalKeys, nextNotices, subordinateStatement } from './anchor.ts';
import type { AnchorRegister } from './anchor.ts';
import { CONFIGURATION_PATH, HISTORICAL_KEYS_PATH, NOTICES_PATH, statementPath } from './layout.ts';

export interface AnchorFolder {
  readonly folder: string;
  readonly register: AnchorRegister;
}

export const PUBLIC = 'public';

/** Throws `config-invalid` where there is no anchor. */
export function readAnchor(folder: string): AnchorFolder {
  const file = join(folder, 'register.json');
  if (!existsSync(file)) throw new CausewayError('config-invalid', `${file} does not exist: \`causeway anchor init\` makes an anchor`);
  return { folder, register: JSON.parse(readFileSync(file, 'utf8')) as AnchorRegister };
}

export async function keep({ folder, register }: AnchorFolder): Promise<void> {
  await writeDurably(join(folder, 'register.json'), `${JSON.stringify(register, undefined, 2)}\n`);
}

/** Makes a P-256 key, named by its thumbprint where no name is given; readable by this user alone. Never replaces one. */
export function makeKey(folder: string, name?: string): Signer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(folder, name ?? `${thumbprint(privateKey)}.key.pem`), pem, { mode: 0o600, flag: 'wx' });
  return statementKey(pem);
}

/** The offline key, from where it is kept. Throws `config-invalid` for a key that is not this anchor's. */
export function offlineKey({ folder, register }: AnchorFolder, file = join(folder, 'offline', 'anchor.key.pem')): Signer {
  if (!existsSync(file)) throw new CausewayError('config-invalid', `${file} does not exist: this command needs the offline key (--offline-key)`);
  const key = statementKey(readFileSync(file));
  if (key.kid !== register.anchorKey.kid) throw new CausewayError('config-invalid', `${file} is not the key of ${register.entity}`);
  return key;
}

export function issuerKey({ folder, register }: AnchorFolder): Signer {
  const [issuer] = register.issuers;
  const file = join(folder, 'online', `${issuer?.jwk.kid ?? ''}.key.pem`);
  if (!existsSync(file)) throw new CausewayError('config-invalid', `${file}, the online key of ${register.entity}, does not exist`);
  return statementKey(readFileSync(file));
}

export async function publishConfiguration(anchor: AnchorFolder, offline: Signer, now: number): Promise<void> {
  await publish(anchor.folder, CONFIGURATION_PATH, await anchorConfiguration(anchor.register, offline, now));
}

/** Signs every statement anew, and takes away those of entities that are no longer stated. */
export async function publishStatements(anchor: AnchorFolder, now: number): Promise<void> {
  const { folder, register } = anchor;
  const issuer = issuerKey(anchor);
  for (const stated of register.stated) await publish(folder, statementPath(stated.entity), await subordinateStatement(register, stated, issuer, now));
  const current = new Set(register.stated.map(({ entity }) => statementPath(entity)));
  const statements = join(folder, PUBLIC, 'federation', 'statements');
  for (const name of existsSync(statements) ? readdirSync(statements) : []) if (!current.has(`/federation/statements/${name}`)) rmSync(join(statements, name));
  await publish(folder, HISTORICAL_KEYS_PATH, await historicalKeys(register, issuer, now));
}

/** Signs the next notice list; returns the anchor with its number, which is kept before the list can be seen. */
export async function publishNotices(anchor: AnchorFolder, now: number): Promise<AnchorFolder> {
  const { compact, register } = await nextNotices(anchor.register, issuerKey(anchor), now);
  const next = { ...anchor, register };
  await keep(next);
  await publish(anchor.folder, NOTICES_PATH, compact);
  return next;
}

async function publish(folder: string, path: string, compact: string): Promise<void> {
  await writeDurably(join(folder, PUBLIC, path), compact);
}
