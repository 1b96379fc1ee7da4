/**
 * A secret that is no key pair, in a file: a compact JWE, so that any JOSE library opens it. Under a passphrase (PBES2, RFC 7518, 4.8), or for a key pair in a
 * token (jwe.ts).
 */
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { CausewayError } from '../errors.ts';

/** In the protected header of both: such a file is nothing else. */
export const SECRET = { typ: 'causeway-secret' } as const;
const ALGORITHM = 'PBES2-HS512+A256KW';
const ENCRYPTION = 'A256GCM';
/** OWASP Password Storage Cheat Sheet for PBKDF2 with HMAC-SHA-512. */
const ROUNDS = 210_000;
/** A file may come from elsewhere: it must not keep us busy for hours. */
const MOST_ROUNDS = 10_000_000;
const COMPACT = /^[\w-]+(?:\.[\w-]*){4}$/;

/** How a file holds its secret. */
export function secretForm(content: string): 'clear' | 'passphrase' | 'token' {
  if (!COMPACT.test(content)) return 'clear';
  return headerOf(content).alg === ALGORITHM ? 'passphrase' : 'token';
}

export async function sealUnderPassphrase(secret: string, passphrase: string): Promise<string> {
  const sealed = new CompactEncrypt(Buffer.from(secret)).setProtectedHeader({ ...SECRET, alg: ALGORITHM, enc: ENCRYPTION });
  return sealed.setKeyManagementParameters({ p2c: ROUNDS }).encrypt(Buffer.from(passphrase));
}

/** Throws `config-invalid` for another passphrase, and for a file that was not made so. */
export async function openUnderPassphrase(compact: string, passphrase: string, file: string): Promise<string> {
  const { alg, enc, typ, p2c } = headerOf(compact);
  if (alg !== ALGORITHM || enc !== ENCRYPTION || typ !== SECRET.typ || typeof p2c !== 'number' || p2c > MOST_ROUNDS) throw new CausewayError('config-invalid', `${file} is not encrypted as such a file is`);
  try {
    const { plaintext } = await compactDecrypt(compact, Buffer.from(passphrase), { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION], maxPBES2Count: MOST_ROUNDS });
    return Buffer.from(plaintext).toString();
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} does not open with the passphrase of keys.passphrase`, { cause });
  }
}

function headerOf(compact: string): ReturnType<typeof decodeProtectedHeader> & { readonly p2c?: unknown } {
  try {
    return decodeProtectedHeader(compact);
  } catch {
    return {};
  }
}
