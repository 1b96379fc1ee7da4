/**
 * A secret that is no key pair, in a file: a compact JWE, so that any JOSE library opens it. Under a passphrase (PBES2, RFC 7518, 4.8), or for a key pair in a
 * token (jwe.ts).
 */
import { pbkdf2, pbkdf2Sync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { CausewayError } from '../errors.ts';
import { decryptUnder, encryptUnder, partsOf } from './jwe.ts';

/** In the protected header of both: such a file is nothing else. */
export const SECRET = { typ: 'causeway-secret' } as const;
const ALGORITHM = 'PBES2-HS512+A256KW';
const ENCRYPTION = 'A256GCM';
/** OWASP Password Storage Cheat Sheet for PBKDF2 with HMAC-SHA-512. */
const ROUNDS = 210_000;
/** A file may come from elsewhere: it must not keep us busy for hours. */
const MOST_ROUNDS = 10_000_000;
const COMPACT = /^[\w-]+(?:\.[\w-]*){4}$/;

const deriveAside = promisify(pbkdf2);

interface Header {
  readonly alg?: unknown;
  readonly enc?: unknown;
  readonly typ?: unknown;
  readonly p2s?: unknown;
  readonly p2c?: unknown;
}

/** How a file holds its secret. */
export function secretForm(content: string): 'clear' | 'passphrase' | 'token' {
  if (!COMPACT.test(content)) return 'clear';
  return headerOf(content).alg === ALGORITHM ? 'passphrase' : 'token';
}

/** Beside exchanges: the derivation, some tenths of a second, is on a thread of its own. */
export async function sealUnderPassphrase(secret: string, passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  return sealed(secret, salt, await deriveAside(passphrase, saltOf(salt), ROUNDS, 32, 'sha512'));
}

/** Where keys are made and nothing else waits. */
export function sealUnderPassphraseSync(secret: string, passphrase: string): string {
  const salt = randomBytes(16);
  return sealed(secret, salt, pbkdf2Sync(passphrase, saltOf(salt), ROUNDS, 32, 'sha512'));
}

function sealed(secret: string, salt: Buffer, wrapping: Uint8Array): string {
  const header = { ...SECRET, alg: ALGORITHM, enc: ENCRYPTION, p2s: salt.toString('base64url'), p2c: ROUNDS };
  return encryptUnder(wrapping, Buffer.from(JSON.stringify(header)).toString('base64url'), Buffer.from(secret));
}

/** Throws `config-invalid` for another passphrase, and for a file that was not made so. */
export async function openUnderPassphrase(compact: string, passphrase: string, file: string): Promise<string> {
  const { alg, enc, typ, p2s, p2c } = headerOf(compact);
  if (alg !== ALGORITHM || enc !== ENCRYPTION || typ !== SECRET.typ || typeof p2s !== 'string' || typeof p2c !== 'number' || !Number.isInteger(p2c) || p2c < 1 || p2c > MOST_ROUNDS) throw new CausewayError('config-invalid', `${file} is not encrypted as such a file is`);
  const wrapping = await deriveAside(passphrase, saltOf(Buffer.from(p2s, 'base64url')), p2c, 32, 'sha512');
  try {
    return Buffer.from(decryptUnder(wrapping, partsOf(compact))).toString();
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} does not open with the passphrase of keys.passphrase`, { cause });
  }
}

/** RFC 7518, 4.8.1.1. */
function saltOf(salt: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${ALGORITHM}\0`), salt]);
}

function headerOf(compact: string): Header {
  try {
    return JSON.parse(Buffer.from(compact.split('.', 1)[0] ?? '', 'base64url').toString()) as Header;
  } catch {
    return {};
  }
}
